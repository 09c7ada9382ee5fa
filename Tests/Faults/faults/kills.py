"""Programs that are killed at moments nobody chose."""
import glob
import os
import random
import signal
import subprocess
import time


# About as long as an adapter is at work for one submission.
ADAPTER_SECONDS = 0.12


def launcher_killed(bench):
    """`launcher submit` is killed with SIGKILL at random moments, and repeated with its token."""
    count = 100 if bench.full else 25
    chance = random.Random(20261121)
    tokens = {bench.job(number): bench.token() for number in range(count)}
    killed = 0
    for number, (name, token) in enumerate(tokens.items()):
        process = bench.start("submit", "--token", token, "--name", name, "--hold", "--", "true")
        # Every third at any moment; the others while the adapter is at work.
        if number % 3:
            _wait_for_adapter(process)
            process_seconds = chance.uniform(0, ADAPTER_SECONDS)
        else:
            process_seconds = chance.uniform(0, 1)
        try:
            process.communicate(timeout=process_seconds)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.communicate()
            killed += 1
    happened = len(bench.in_slurm())
    _reconcile(bench)
    there, known = bench.in_slurm(), bench.in_store()
    bench.demand(sorted(there) == sorted(known), f"after reconcile Slurm has {len(there)} and the store {len(known)}")
    bench.demand(bench.unsettled() == 0, f"{bench.unsettled()} are still unsettled")
    for name, token in tokens.items():
        code, _, errors = bench.launcher("submit", "--token", token, "--name", name, "--hold", "--", "true")
        bench.demand(code == 0, f"{name} was not submitted: {errors}")
    bench.figures["killed"] = killed
    bench.figures["of these submitted all the same"] = max(0, happened - (count - killed))
    bench.count(list(tokens))


def adapter_killed(bench):
    """The adapter is killed while it submits; the same program looks the job up."""
    count = 30 if bench.full else 10
    chance = random.Random(7)
    expected, refused, killed = [], 0, 0
    for number in range(count):
        name = bench.job(number)
        process = bench.start("submit", "--name", name, "--hold", "--", "true")
        _wait_for_adapter(process)
        time.sleep(chance.uniform(0, ADAPTER_SECONDS))
        killed += sum(_kill(child) for child in _children(process.pid))
        _, errors = process.communicate()
        if process.returncode == 0:
            expected.append(name)
        else:
            refused += 1
            bench.demand("nothing was submitted" in errors or "adapter" in errors, f"{name}: {errors}")
    _reconcile(bench)
    bench.figures["killed"] = killed
    bench.figures["said to be not submitted"] = refused
    bench.count(expected)
    extra = set(bench.in_slurm()) - set(expected)
    bench.demand(not extra - set(bench.in_store()), f"submitted and not known: {sorted(extra)}")


def _wait_for_adapter(process):
    while process.poll() is None and not _children(process.pid):
        time.sleep(0.001)


def _reconcile(bench):
    for _ in range(10):
        code, _, errors = bench.launcher("reconcile")
        if code == 0:
            return
    bench.demand(False, f"reconcile: {errors}")


def _children(pid):
    children = []
    for path in glob.glob(f"/proc/{pid}/task/*/children"):
        try:
            with open(path, encoding="ascii") as file:
                children += [int(word) for word in file.read().split()]
        except OSError:
            pass
    return children


def _kill(pid):
    try:
        with open(f"/proc/{pid}/comm", encoding="ascii") as file:
            if "adapter" not in file.read():
                return False
        os.kill(pid, signal.SIGKILL)
        return True
    except OSError:
        return False
