# The scheduler, its queues and its nodes.
. "$(dirname "$0")/lib.sh"
# A detection ends after some seconds, whatever is known by then: on a machine with much to do it may take another.
tries=0
until found=$(launcher detect --json); do
  tries=$((tries + 1))
  [ "$tries" -lt 60 ] && [ -z "${LAUNCHER_REPLAY:-}" ] || fail "the scheduler is not found"
  sleep 1
done
printf '%s' "$found" | python3 -c '
import json, sys
found = {finding["adapter"]: finding for finding in json.load(sys.stdin)}
chosen = [name for name, finding in found.items() if finding.get("chosen")]
assert chosen == ["slurm"], chosen
assert found["slurm"]["presence"] == "responding", found' || fail "the scheduler is not found"
launcher queues | grep -q '^main .*yes' || fail "the default queue is missing"
same nodes 4 "$(launcher nodes | grep -c '^node')"
