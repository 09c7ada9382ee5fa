# shellcheck shell=bash disable=SC2154 # set in settings.sh
# Packages and users.

packages="slurmctld slurmd slurm-client slurmdbd mariadb-server munge procps iproute2"

missing_packages() {
  local package
  for package in $packages; do
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

command_install() {
  local missing user
  command -v dpkg-query >/dev/null || mistake "only Debian and Ubuntu packages are known here; install the equivalents of: $packages"
  missing=$(missing_packages | tr '\n' ' ')
  if [ -n "$missing" ]; then
    say "installing $missing"
    # Without the lock on the cluster: nothing that is installed may keep it.
    # shellcheck disable=SC2086 # a list of words
    "$here/../../../Scripts/apt-install" $missing 9>&-
  fi
  for user in "$test_user" "$other_user"; do
    if ! id "$user" >/dev/null 2>&1; then
      say "making the user $user"
      useradd --no-create-home --home-dir "$root/home/$user" --shell /bin/bash --user-group "$user"
    fi
  done
}

check_installed() {
  local missing user
  missing=$(missing_packages | tr '\n' ' ')
  [ -z "$missing" ] || mistake "not installed: ${missing% }. Run: $0 install"
  for user in "$test_user" "$other_user"; do
    id "$user" >/dev/null 2>&1 || mistake "no user $user. Run: $0 install"
  done
}
