# shellcheck shell=bash disable=SC2154 # set in settings.sh
# Packages and users.

packages="slurmctld slurmd slurm-client slurmdbd mariadb-server munge procps iproute2"
policy=/usr/sbin/policy-rc.d
saved_policy=$policy.before-launcher-slurm

# Debian's packages start their services when they are installed; ours run under other names, so no.
forbid_services() {
  restore_services # of an installation that was interrupted
  [ ! -e "$policy" ] || mv "$policy" "$saved_policy"
  printf '#!/bin/sh\n# launcher-slurm: no service starts during the installation\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}
restore_services() {
  if [ -e "$policy" ] && grep -q '^# launcher-slurm:' "$policy"; then
    rm -f "$policy"
  fi
  if [ -e "$saved_policy" ]; then
    mv "$saved_policy" "$policy"
  fi
}

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
    trap restore_services EXIT
    forbid_services
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update -qq 9>&-
    # shellcheck disable=SC2086 # a list of words
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends $missing >/dev/null 9>&-
    restore_services
    trap - EXIT
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
