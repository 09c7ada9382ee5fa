# The scheduler, its queues and its nodes.
. "$(dirname "$0")/lib.sh"
launcher detect --json | python3 -c '
import json, sys
found = {finding["adapter"]: finding for finding in json.load(sys.stdin)}
chosen = [name for name, finding in found.items() if finding.get("chosen")]
assert chosen == ["slurm"], chosen
assert found["slurm"]["presence"] == "responding", found' || fail "the scheduler is not found"
launcher queues | grep -q '^main .*yes' || fail "the default queue is missing"
same nodes 4 "$(launcher nodes | grep -c '^node')"
