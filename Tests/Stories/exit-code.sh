# `launcher run` shows the output and ends with the job's own exit code.
. "$(dirname "$0")/lib.sh"
output=$(launcher run -- sh -c 'echo said; exit 3')
same "exit code" 3 $?
same output said "$output"
