# A job that nobody knows is unknown, in one question and among others.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --hold -- true) || fail "not submitted"
is 999999 state unknown
is 999999 cause gone
launcher status --json "$id" 999998 999999 | grep -c '"state" : "unknown"' | { read -r count; same unknown 2 "$count"; }
launcher cancel "$id" || fail "not cancelled"
launcher status 'no id' >/dev/null 2>&1 && fail "a malformed id is taken"
exit 0
