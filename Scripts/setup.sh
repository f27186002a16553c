#!/usr/bin/env bash
# Installs the Debian packages that a build or a run needs and that are missing; with --cluster also
# those of a Slurm cluster.
set -euo pipefail

packages=()
need() { # need PACKAGE TEST...: the package is missing if the test fails
  local package=$1
  shift
  "$@" >/dev/null 2>&1 || packages+=("$package")
}

plugin() { ls /usr/lib/*/slurm-wlm/"$1"; } # a plug-in of Slurm's

need libsqlite3-dev test -e /usr/include/sqlite3.h
need python3 python3 --version
need python3-pip python3 -m pip --version
need unzip unzip -v
need make make --version
if [ "${1:-}" = --cluster ]; then
  # Slurm, of which the tests start a cluster on loopback; a build needs none of it.
  need slurmctld test -x /usr/sbin/slurmctld
  need slurmd test -x /usr/sbin/slurmd
  need slurm-client test -x /usr/bin/sinfo
  need munge test -x /usr/sbin/munged
  # Its REST service, and the tokens for it.
  need slurmrestd test -x /usr/sbin/slurmrestd
  need slurm-wlm-jwt-plugin plugin auth_jwt.so
  # Its accounts.
  need slurmdbd test -x /usr/sbin/slurmdbd
  need mariadb-server test -x /usr/sbin/mariadbd
  # The tests reach it through a login node on loopback, too.
  need openssh-server test -x /usr/sbin/sshd
  need openssh-client ssh -V
  # A disk with a quota.
  need btrfs-progs mkfs.btrfs --version
  # Jobs that are kept apart.
  need bubblewrap bwrap --version
  # The root of an older distribution, in which the agent is started.
  need debootstrap test -x /usr/sbin/debootstrap
fi

if [ ${#packages[@]} -gt 0 ]; then
  echo "Installing: ${packages[*]}"
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi

if ! command -v swift >/dev/null; then
  echo "error: no Swift toolchain found" >&2
  echo "why: AI Factory is built with Swift 6.2 or later" >&2
  echo "hint: install it as https://www.swift.org/install/linux/ says, then run make again" >&2
  exit 3
fi
