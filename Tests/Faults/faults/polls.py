"""How often Slurm is asked when many programs follow many jobs."""
import time


def shared_looks(bench):
    """Twenty programs wait, each for its own jobs: one squeue an interval serves them all."""
    count = 20
    jobs = []
    for number in range(count):
        _, output, _ = bench.launcher("submit", "--name", bench.job(number), "--", "sleep", "15")
        jobs.append(output.strip())
    begun = time.monotonic()
    waiting = [bench.start("wait", "--verbose", job) for job in jobs]
    codes, looks = [], 0
    for process in waiting:
        _, errors = process.communicate()
        codes.append(process.returncode)
        looks += sum(
            1 for line in errors.splitlines() if line.startswith("launcher: run ") and "squeue" in line
        )
    seconds = time.monotonic() - begun
    bench.figures.update(programs=count, seconds=round(seconds), squeue=looks)
    bench.demand(codes == [0] * count, f"exit codes {codes}")
    bench.demand(looks <= seconds / 2 + 3, f"{looks} looks in {seconds:.0f} s, and at most one in 2 s should be")
