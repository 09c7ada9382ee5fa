# Odd names survive the round trip or are refused with the reason, and cost no other job anything.
. "$(dirname "$0")/lib.sh"
plain=$(launcher submit --hold --name plain -- true) || fail "not submitted"
ids=$plain
for name in 'a|b' "it's \"quoted\"" 'k=v JobState=FAILED' '100%j' 'größe' '#SBATCH'; do
  id=$(launcher submit --hold --name "$name" -- true) || fail "‘$name’ is not submitted"
  is "$id" name "$name"
  is "$id" state held
  ids="$ids $id"
done
launcher submit --hold --name "$(printf 'two\nlines')" -- true 2>/dev/null && fail "a name of two lines is taken"
is "$plain" name plain
# shellcheck disable=SC2086 # a list of ids
launcher status $ids >/dev/null || fail "they cannot be asked for together"
# shellcheck disable=SC2086
launcher cancel $ids || fail "not cancelled"
