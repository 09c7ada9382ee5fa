"""Nodes that are taken out of use, and jobs that begin again, while somebody waits for them."""
import json
import os
import subprocess

GATE = "while [ ! -e gate ]; do sleep 0.1; done"


def node_drained(bench):
    """A node is drained with running jobs on it and others waiting for it: those that run go on to their ends, the others wait."""
    count = 12 if bench.full else 4
    running = [_submit(bench, "running", number, f"{GATE}; exit 3") for number in range(4)]
    bench.eventually(lambda: all(_seen(bench, job)["state"] == "running" for job in running), "they never ran")
    _as_root(bench, "scontrol", "update", "NodeName=node4", "State=DRAIN", "Reason=fault")
    try:
        waiting = [_submit(bench, "waiting", number, "exit 4") for number in range(count)]
        following = bench.start("wait", "--json", *running, *waiting)
        bench.eventually(lambda: all(_seen(bench, job).get("reasonCode") == "nodesUnavailable" for job in waiting),
                         "the waiting jobs do not name the drained node")
        bench.write("gate", "")
        bench.eventually(lambda: all(_seen(bench, job)["state"] == "finished" for job in running), "they never ended")
        early = sum(_seen(bench, job)["state"] == "finished" for job in waiting)
        bench.demand(early == 0, f"{early} jobs that never ran are called finished")
        bench.in_slurm()
    finally:
        _as_root(bench, "scontrol", "update", "NodeName=node4", "State=RESUME")
    output, errors = following.communicate()
    codes = [job.get("exitCode") for job in json.loads(output or "[]")]
    bench.demand(codes == [3] * len(running) + [4] * count, f"exit codes {codes}: {errors[-400:]}")
    bench.figures["called finished early"] = early
    bench.count([bench.job(f"running.{number}") for number in range(4)]
                + [bench.job(f"waiting.{number}") for number in range(count)])


def job_requeued(bench):
    """Jobs are put back into the queue while somebody waits: their end is that of the second attempt."""
    count = 8 if bench.full else 3
    script = f"if [ -e began.$LAUNCHER_JOB_NAME ]; then exit 5; fi; touch began.$LAUNCHER_JOB_NAME; {GATE}"
    jobs = [_submit(bench, "again", number, script, node=None) for number in range(count)]
    names = [bench.job(f"again.{number}") for number in range(count)]
    following = bench.start("wait", "--json", *jobs)
    bench.eventually(lambda: all(os.path.exists(f"{bench.folder}/began.{name}") for name in names), "they never ran")
    for job in jobs:
        _as_root(bench, "scontrol", "requeue", job)
    bench.eventually(lambda: all(_seen(bench, job).get("attempt") == 2 for job in jobs), "no second attempt is told")
    early = sum(_seen(bench, job)["state"] == "finished" for job in jobs)
    # Slurm lets a requeued job wait two minutes.
    for job in jobs:
        _as_root(bench, "scontrol", "update", f"JobId={job}", "StartTime=now")
    output, errors = following.communicate()
    ends = [(job.get("exitCode"), job.get("attempt")) for job in json.loads(output or "[]")]
    bench.demand(ends == [(5, 2)] * count, f"exit codes and attempts {ends}: {errors[-400:]}")
    bench.figures["called finished early"] = early
    bench.demand(early == 0, f"{early} requeued jobs were called finished")
    bench.count(names)


def _submit(bench, kind, number, script, node="node4"):
    where = ["--nodelist", node] if node else ["--requeue"]
    code, output, errors = bench.launcher(
        "submit", "--name", bench.job(f"{kind}.{number}"), *where, "--", "sh", "-c", script
    )
    bench.demand(code == 0, errors)
    return output.strip()


def _seen(bench, job):
    _, output, _ = bench.launcher("status", "--json", job)
    return (json.loads(output or "[]") or [{"state": ""}])[0]


def _as_root(bench, *words):
    subprocess.run(words, env=bench.environment(), check=True, stdout=subprocess.DEVNULL)
