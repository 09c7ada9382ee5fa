# The scheduler goes away while a job runs: what cannot be asked is an error and ends no job.
# Alone: the controller stops.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit -- sleep 600) || fail "not submitted"
becomes "$id" state running
cluster stop-controller
launcher status --fresh "$id" >/dev/null 2>&1
same "status without the scheduler" 69 $?
launcher submit -- true >/dev/null 2>&1
same "submit without the scheduler" 69 $?
cluster start-controller
becomes "$id" state running
launcher cancel "$id" || fail "not cancelled"
