# What Grid Engine cannot honour is refused by name, and nothing is submitted.
# Alone: nobody else may have open jobs.
. "$(dirname "$0")/../lib.sh"
launcher submit --exclusive -- true 2>said
same "exclusive" 65 $?
grep -q exclusive said || fail "the field is not named"
launcher submit --array 1,4,5 -- true 2>/dev/null
same "an array that is no range" 65 $?
same "open jobs" '[]' "$(launcher status --state queued --state held --state running --json | tr -d ' \n')"
