# A requeued job is a new attempt of the same job.
# Alone: the job goes first into the queue again.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit -- sleep 600) || fail "not submitted"
becomes "$id" state running
is "$id" attempt 1
cluster requeue "$id"
becomes "$id" attempt 2
is "$id" outcome ''
launcher cancel "$id" || fail "not cancelled"
