"""peer.py CASE LISTING: times a peer's own reader, the text in memory before the clock starts. One line of JSON; a reader
that gives up has found no jobs."""
import collections
import json
import logging
import resource
import sys
import time

logging.disable(logging.CRITICAL)
case, listing = sys.argv[1:]
with open(listing, encoding="utf-8", errors="replace") as file:
    text = file.read()

if case == "psij-slurm":
    from psij.executors.batch.slurm import SlurmJobExecutor as Executor
elif case == "psij-pbs":
    from psij.executors.batch.pbs import PBSJobExecutor as Executor
elif case == "psij-lsf":
    from psij.executors.batch.lsf import LsfJobExecutor as Executor
else:
    sys.exit("unknown case " + case)
executor = object.__new__(Executor)

begun = time.perf_counter()
try:
    statuses = executor.parse_status_output(0, text)
except Exception as error:
    print("%s gave up: %s" % (case, error), file=sys.stderr)
    statuses = {}
taken = time.perf_counter() - begun
print(json.dumps({
    "seconds": taken,
    "jobs": len(statuses),
    "states": dict(collections.Counter(str(status.state.name) for status in statuses.values())),
    "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
}))
