# A job that waits for the success of one that failed can never run, and says so.
. "$(dirname "$0")/lib.sh"
first=$(launcher submit -- false) || fail "not submitted"
second=$(launcher submit --dependency "afterok:$first" -- true) || fail "not submitted"
over "$first"
becomes "$second" reasonCode dependencyNeverSatisfied
is "$second" canEverRun False
is "$second" outcome ''
launcher cancel "$second" || fail "not cancelled"
