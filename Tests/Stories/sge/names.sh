# Names survive the round trip, or are refused with the reason: of many the qmaster makes something else.
. "$(dirname "$0")/../lib.sh"
ids=
for name in 'a|b' "it's\"q\"" 'k=v' '#SBATCH' '-dash' 'a&b>c'; do
  id=$(launcher submit --hold "--name=$name" -- true) || fail "‘$name’ is not submitted"
  is "$id" name "$name"
  ids="$ids $id"
done
for name in '100%j' 'two words' 'größe' 'a/b' 'all' 'a<b'; do
  launcher submit --hold "--name=$name" -- true 2>/dev/null
  same "‘$name’" 65 $?
done
# shellcheck disable=SC2086 # a list of ids
launcher cancel $ids || fail "not cancelled"
