# A job that ends with 0 succeeded, with its times and its node.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --name fine -- true) || fail "not submitted"
launcher wait "$id" >/dev/null || fail "it did not succeed"
is "$id" outcome succeeded
is "$id" exitCode 0
is "$id" name fine
[ -n "$(told "$id" nodes.0)" ] || fail "no node is told"
[ "$(told "$id" submittedAt)" != "" ] && [ "$(told "$id" endedAt)" != "" ] || fail "times are missing"
