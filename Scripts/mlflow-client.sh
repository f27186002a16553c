#!/usr/bin/env bash
# MLflow's own client with pinned versions for the tests, in .build/mlflow; made once.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.build/mlflow
packages=(mlflow==3.17.2 scikit-learn==1.9.1 xgboost-cpu==3.2.0 skops==0.16.0 matplotlib==3.11.2)
stamp="$folder/ready-$(echo "${packages[*]}" | sha256sum | cut -c1-12)"
[ -e "$stamp" ] && exit 0
python3 -c 'import ensurepip' 2>/dev/null || {
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null
}
echo "Installing MLflow's client for the tests: ${packages[*]}"
rm -rf "$folder"
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
touch "$stamp"
