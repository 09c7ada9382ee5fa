"""A controller that goes away, or does not answer, in the middle of many submissions."""
import time

from faults.bench import cluster


def controller_stopped(bench):
    """It is stopped for a while; what was not submitted is submitted by the same command, given again."""
    _interrupted(bench, "stop-controller", "start-controller")


def controller_hung(bench):
    """Its port takes connections, and nobody answers."""
    _interrupted(bench, "pause-controller", "resume-controller")


def _interrupted(bench, away, back):
    # Enough to be under way still when the controller goes away.
    count = 2000 if bench.full else 500
    file, token = bench.bulk(count), bench.token()
    process = bench.start("submit", "--bulk", file, "--token", token, "--parallel", "4")
    bench.eventually(lambda: len(bench.in_slurm()) >= count // 10, "no submission came through")
    bench.figures["before the outage"] = len(bench.in_slurm())
    cluster(away)
    try:
        time.sleep(20 if bench.full else 6)
    finally:
        cluster(back)
    _, errors = process.communicate()
    bench.figures["submissions that failed at first"] = errors.count("launcher: submission ")
    for _ in range(5):
        bench.launcher("reconcile")
        code, _, errors = bench.launcher("submit", "--bulk", file, "--token", token, "--parallel", "4")
        if code == 0:
            break
    bench.demand(code == 0, f"the repeated submission failed: {errors[-400:]}")
    bench.count([bench.job(number) for number in range(count)])
