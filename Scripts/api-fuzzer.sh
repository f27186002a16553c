#!/usr/bin/env bash
# A fuzzing client for our own API with pinned versions for the tests, in .build/schemathesis; made once.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.build/schemathesis
packages=(schemathesis==4.32.5 hypothesis==6.170.17 jsonschema_rs==0.60.3)
stamp="$folder/ready-$(echo "${packages[*]}" | sha256sum | cut -c1-12)"
[ -e "$stamp" ] && exit 0
python3 -c 'import ensurepip' 2>/dev/null || {
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
}
echo "Installing the fuzzing client for the tests: ${packages[*]}"
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
touch "$stamp"
