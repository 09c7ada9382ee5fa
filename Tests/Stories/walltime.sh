# A job that takes longer than its walltime is ended for it.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --walltime 1m -- sleep 600) || fail "not submitted"
over "$id"
is "$id" outcome walltimeExceeded
