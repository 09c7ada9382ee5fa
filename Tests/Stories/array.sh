# Ten tasks, two at a time, five of which fail with their own exit code.
. "$(dirname "$0")/lib.sh"
id=$(launcher submit --array 1-10%2 -- sh -c 'exit $((LAUNCHER_ARRAY_INDEX % 2))') || fail "not submitted"
over "$id"
is "$id" outcome failed
is "$id" taskCounts '{"finished": 10}'
for index in 1 2 3 4 5 6 7 8 9 10; do
  is "$id" "tasks.$((index - 1)).exitCode" $((index % 2))
done
is "$(told "$id" tasks.2.id)" exitCode 1
