# Arguments and variables arrive as they were given, whatever is in them.
. "$(dirname "$0")/../lib.sh"
odd="it's \"q\" \$HOME * \\ ; #\$ -N x
second line größe"
output=$(launcher run --env "ODD=$odd" -- sh -c 'printf "%s|" "$@" "$ODD"' sh "$odd" '' ' a ')
same "what arrived" "$odd|| a |$odd|" "$output"
