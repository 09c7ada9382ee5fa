# A job that cannot be started waits in an error state, says why, and has not ended.
. "$(dirname "$0")/../lib.sh"
id=$(launcher submit --stdout /nowhere/out -- true) || fail "not submitted"
becomes "$id" reasonCode launch
is "$id" state held
is "$id" native.state Eqw
told "$id" reason | grep -q "can't open output file" || fail "the reason is not told"
launcher cancel "$id" || fail "not cancelled"
becomes "$id" state finished
is "$id" outcome launchFailed
