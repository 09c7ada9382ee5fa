# What cannot be done is refused by name, and nothing is submitted.
# Alone: nobody else may have open jobs.
. "$(dirname "$0")/lib.sh"
launcher submit --queue nowhere -- true 2>/dev/null
same "an unknown queue" 65 $?
launcher submit --name "$(printf 'two\nlines')" -- true 2>/dev/null
same "a name of two lines" 65 $?
same "open jobs" '[]' "$(launcher status --state queued --state held --state running --json | tr -d ' \n')"
