# A command that a signal ended failed, by that signal.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit -- sh -c 'kill -TERM $$') || fail "not submitted"
over "$id"
is "$id" outcome failed
is "$id" signal SIGTERM
