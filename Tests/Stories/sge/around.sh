# Grid Engine, its queues and its nodes, found by the one file in the user's own folder.
# Alone: the jobs of other stories fill the node.
. "$(dirname "$0")/../lib.sh"
launcher detect --json | python3 -c '
import json, sys
found = {finding["adapter"]: finding for finding in json.load(sys.stdin)}
chosen = [name for name, finding in found.items() if finding.get("chosen")]
assert chosen == ["sge"], found
assert found["sge"]["presence"] == "responding", found
assert found["sge"]["version"] == "8.1.9", found' || fail "Grid Engine is not found"
launcher queues --json | python3 -c '
import json, sys
found = {queue["name"]: queue for queue in json.load(sys.stdin)}
assert found["main.q"]["starts"] and found["main.q"]["cpus"] == 4, found
assert not found["closed.q"]["starts"], found
assert found["short.q"]["walltimeLimit"] == "00:01:00", found' || fail "the queues are not as they are"
launcher nodes --json | python3 -c '
import json, sys
(node,) = json.load(sys.stdin)
assert node["name"] == "head1" and node["state"] in ("idle", "mixed"), node
assert "main.q" in node["queues"] and node["memory"], node' || fail "the node is not as it is"
