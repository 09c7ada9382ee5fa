# Grid Engine waits for an end, however it comes: that is afterany, and other conditions are refused by name.
. "$(dirname "$0")/../lib.sh"
first=$(launcher submit --hold -- false) || fail "not submitted"
second=$(launcher submit --dependency "afterany:$first" -- true) || fail "not submitted"
is "$second" state held
is "$second" reasonCode dependency
launcher submit --dependency "afterok:$first" -- true 2>/dev/null
same "afterok" 65 $?
launcher release "$first" || fail "not released"
over "$second"
is "$first" exitCode 1
is "$second" outcome succeeded
