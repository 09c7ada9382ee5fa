# A job that could not be started is not told as one that failed by itself.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --stdout /nowhere/out -- true) || fail "not submitted"
over "$id"
is "$id" outcome launchFailed
