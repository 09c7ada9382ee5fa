# A finished job is told truthfully when the scheduler's queue has forgotten it.
. "$(dirname "$0")/lib.sh"
good=$(launcher submit -- true) || fail "not submitted"
bad=$(launcher submit -- sh -c 'exit 5') || fail "not submitted"
over "$good"
over "$bad"
cluster forget "$good" "$bad"
is "$good" outcome succeeded
is "$bad" outcome failed
is "$bad" exitCode 5
