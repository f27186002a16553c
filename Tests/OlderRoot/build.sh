#!/usr/bin/env bash
# The root of an older distribution (Debian 11 of 2021), in .build/older-root: for the test that the agent starts in
# one. Fetched once by debootstrap, and not set up any further; where it cannot be had in five minutes the test says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=.build/older-root release=bullseye
[ ! -e "$folder/ready" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
PATH=$PATH:/usr/sbin:/sbin
for mirror in http://deb.debian.org/debian http://archive.debian.org/debian; do
  echo "Fetching the root of an older distribution ($release) for a test"
  $sudo rm -rf "$folder"
  mkdir -p "$folder"
  if $sudo timeout 300 debootstrap --foreign --variant=minbase "$release" "$folder/root" "$mirror" >"$folder/log" 2>&1; then
    # In a container it links to the machine's own; and packages that were unpacked are not needed any more.
    $sudo rm -rf "$folder"/root/{proc,sys,debootstrap,var/cache/apt}
    $sudo mkdir "$folder"/root/{proc,sys}
    touch "$folder/ready"
    exit 0
  fi
done
echo "note: it cannot be had here ($(tail -n 1 "$folder/log")): no test in it"
