# A held job waits until it is released.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --hold -- true) || fail "not submitted"
is "$id" state held
launcher release "$id" || fail "not released"
launcher wait "$id" >/dev/null || fail "it did not succeed"
id=$(launcher submit --begin +1h -- true) || fail "not submitted"
launcher hold "$id" || fail "not held"
is "$id" state held
is "$id" reasonCode heldByUser
launcher cancel "$id" || fail "not cancelled"
