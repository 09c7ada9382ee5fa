# A job is stopped for a while and goes on.
. "$(dirname "$0")/../lib.sh"
id=$(launcher submit -- sleep 600) || fail "not submitted"
becomes "$id" state running
launcher suspend "$id" || fail "not suspended"
becomes "$id" state suspended
launcher resume "$id" || fail "not resumed"
becomes "$id" state running
launcher cancel "$id" || fail "not cancelled"
becomes "$id" outcome cancelled
