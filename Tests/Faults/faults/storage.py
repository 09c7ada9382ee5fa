"""A store that cannot be written, whose times are wrong, or that is not the only one."""
import json
import os
import pwd
import sqlite3
import subprocess
import time


def disk_full(bench):
    """The state folder's disk has no room: jobs are submitted all the same, and it is said what is lost."""
    small = bench.make_folder("small")
    account = pwd.getpwnam(bench.user)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size=1m,uid={account.pw_uid},gid={account.pw_gid},mode=700", "tmpfs", small],
        check=True,
    )
    bench.state = os.path.join(small, "state")
    names, told = [], 0
    for number in range(12):
        if number == 4:
            subprocess.run(["dd", "if=/dev/zero", f"of={small}/filler", "bs=1k"], stderr=subprocess.DEVNULL, check=False)
        name = bench.job(number)
        code, output, errors = bench.launcher("submit", "--name", name, "--hold", "--", "true")
        bench.demand(code == 0 and output.strip().isdigit(), f"{name}: exit {code}: {errors}")
        told += "disk is full" in errors
        names.append(name)
        status, output, errors = bench.launcher("status", "--json", output.strip())
        bench.demand(status == 0 and json.loads(output)[0]["state"] == "held", f"{name}: {status}: {errors}")
    bench.demand(told > 0, "nobody said that the disk is full")
    there = bench.in_slurm()
    bench.figures.update(
        submitted=len(names), found=len(set(there)), lost=len(set(names) - set(there)),
        doubled=len(there) - len(set(there)), told=told,
    )


def read_only(bench):
    """The state folder cannot be made: launcher works without, and says what is lost."""
    bench.state = "/proc/launcher"
    names = []
    for number in range(3):
        name = bench.job(number)
        code, output, errors = bench.launcher("submit", "--name", name, "--hold", "--", "true")
        bench.demand(code == 0, f"{name}: exit {code}: {errors}")
        bench.demand("not written down" in errors, f"{name}: nobody said that the store cannot be used: {errors}")
        status, output, errors = bench.launcher("status", "--json", output.strip())
        bench.demand(status == 0 and json.loads(output)[0]["state"] == "held", f"{name}: {status}: {errors}")
        names.append(name)
    there = bench.in_slurm()
    bench.figures.update(
        submitted=len(names), found=len(set(there)), lost=len(set(names) - set(there)),
        doubled=len(there) - len(set(there)),
    )


def clock_stepped(bench):
    """The last look is of tomorrow, as after a clock was set back: nobody waits for tomorrow."""
    name = bench.job(0)
    _, output, _ = bench.launcher("submit", "--name", name, "--", "sleep", "5")
    job = output.strip()
    bench.launcher("status", job)
    store = sqlite3.connect(f"{bench.state}/jobs.sqlite")
    store.execute("UPDATE look SET endedAt = endedAt + 86400, nextAt = nextAt + 86400, listedAt = listedAt + 86400")
    store.commit()
    store.close()
    begun = time.monotonic()
    code, _, errors = bench.launcher("wait", job, "--timeout", "900s")
    bench.demand(code == 0, f"wait: exit {code}: {errors}")
    bench.figures["seconds waited"] = round(time.monotonic() - begun)
    bench.count([name])


def two_stores(bench):
    """Two machines of one user, each with a store of its own: each follows its own jobs, and both see all."""
    count = 20 if bench.full else 6
    states = [bench.state, os.path.join(bench.folder, "other")]
    names = []
    for place, state in enumerate(states):
        for number in range(count):
            names.append(bench.job(f"{place}.{number}"))
            code, _, errors = bench.launcher(
                "submit", "--name", names[-1], "--hold", "--", "true", LAUNCHER_STATE=state
            )
            bench.demand(code == 0, errors)
    for state in states:
        _, output, _ = bench.launcher("status", "--json", LAUNCHER_STATE=state)
        shown = [job["name"] for job in json.loads(output) if job.get("name") in names]
        bench.demand(sorted(shown) == sorted(names), f"{state} shows {len(shown)} of {len(names)} jobs")
    bench.count(names, states=states)
