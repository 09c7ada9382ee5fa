# shellcheck shell=bash
# Runs stories side by side on one cluster, since most of their time is waiting for it. Sourced.

# side_by_side RUN STORY…: calls `RUN STORY` for each, four at a time; then, one after another, those that need the
# cluster to themselves, which say so in a line that begins with `# Alone:`. Prints the output of each together; leaves
# the names of those that failed in `failed`.
side_by_side() {
  local run=$1 story said running=() alone=()
  shift
  failed=()
  said=$(mktemp -d)
  for story; do
    if grep -q '^# Alone:' "Tests/Stories/$story.sh"; then
      alone+=("$story")
      continue
    fi
    if [ ${#running[@]} = 4 ]; then
      ended "${running[0]}"
      running=("${running[@]:1}")
    fi
    "$run" "$story" >"$said/${story//\//-}" 2>&1 &
    running+=("$story $!")
  done
  for story in ${running[@]+"${running[@]}"}; do ended "$story"; done
  for story in ${alone[@]+"${alone[@]}"}; do
    "$run" "$story" >"$said/${story//\//-}" 2>&1 &
    ended "$story $!"
  done
  rm -rf "$said"
}

# ended "STORY PROCESS": waits for a story, and prints its output.
ended() {
  local story=${1% *} code=0
  wait "${1##* }" || code=$?
  echo "== $story"
  cat "$said/${story//\//-}"
  [ "$code" = 0 ] || failed+=("$story")
}
