# The qmaster goes away while a job runs: what cannot be asked is an error and ends no job.
# Alone: the qmaster stops.
. "$(dirname "$0")/../lib.sh"
id=$(launcher submit -- sleep 600) || fail "not submitted"
becomes "$id" state running
cluster stop-controller
launcher status "$id" >/dev/null 2>&1
same "status without the qmaster" 69 $?
launcher submit -- true >/dev/null 2>&1
same "submit without the qmaster" 69 $?
cluster start-controller
becomes "$id" state running
launcher cancel "$id" || fail "not cancelled"
