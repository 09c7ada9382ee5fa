# The node of a running job dies: nobody says that the job failed by itself.
# Alone: a node dies.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --no-requeue --nodelist node2 -- sleep 600) || fail "not submitted"
becomes "$id" state running
cluster stop-node 2 --at-once
becomes "$id" state finished
is "$id" outcome nodeFailure
cluster start-node 2
