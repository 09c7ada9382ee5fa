# A script with directives: they count, and options win over them.
. "$(dirname "$0")/../lib.sh"
printf '#!/bin/sh\n#$ -N named -l h_rt=60\nexit 4\n' >script.sh
id=$(launcher submit --script script.sh) || fail "not submitted"
over "$id"
is "$id" name named
is "$id" exitCode 4
id=$(launcher submit --name other --script script.sh) || fail "not submitted"
over "$id"
is "$id" name other
