#!/usr/bin/env bash
# MLflow's own client with pinned versions for the tests, in .build/mlflow, and beside it, in folders of
# their own that see the first one's packages, what its server needs for files in parts (.build/mlflow-parts,
# with psutil, by which the client measures the system), PyTorch and Optuna; each is made once.
set -euo pipefail
cd "$(dirname "$0")/.."
client=.build/mlflow

# is_new NAME FOLDER PACKAGE...: makes an empty environment in FOLDER, for `pip` and then `touch "$stamp"`;
# false where one with these packages is there.
is_new() {
  local name=$1 folder=$2
  shift 2
  stamp="$folder/ready-$(echo "$*" | sha256sum | cut -c1-12)"
  [ ! -e "$stamp" ] || return 1
  python3 -c 'import ensurepip' 2>/dev/null || {
    sudo=
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3-venv >/dev/null || exit
  }
  echo "Installing $name for the tests: $*"
  rm -rf "$folder"
  python3 -m venv "$folder" || exit
  pip=("$folder/bin/pip" install --quiet --disable-pip-version-check)
}

# sees_client FOLDER: lets an environment see the packages of MLflow's client.
sees_client() {
  local minor own
  minor=$("$1/bin/python" -c 'import sys; print(sys.version_info.minor)')
  own=$("$1/bin/python" -c 'import site; print(site.getsitepackages()[0])')
  echo "$PWD/$client/lib/python3.$minor/site-packages" >"$own/mlflow-client.pth"
}

packages=(mlflow==3.17.2 scikit-learn==1.9.1 xgboost-cpu==3.2.0 lightgbm==4.7.0 skops==0.16.0 matplotlib==3.11.2)
if is_new "MLflow's client" "$client" "${packages[@]}"; then
  "${pip[@]}" "${packages[@]}"
  touch "$stamp"
fi

packages=(psutil==7.2.2 boto3==1.44.8 "moto[s3]==5.2.5")
if is_new "an object store for MLflow's server" .build/mlflow-parts "${packages[@]}"; then
  sees_client .build/mlflow-parts
  "${pip[@]}" "${packages[@]}"
  touch "$stamp"
fi

# The build for processors alone takes 0.9 GB; where the index has only the one with CUDA, that is 5 GB.
packages=(torch==2.13.0 pytorch-lightning==2.6.6)
if is_new PyTorch .build/mlflow-torch "${packages[@]}"; then
  sees_client .build/mlflow-torch
  "${pip[@]}" "${packages[0]}+cpu" "${packages[@]:1}" 2>/dev/null || "${pip[@]}" "${packages[@]}"
  touch "$stamp"
fi

packages=(optuna==5.0.0)
if is_new Optuna .build/optuna "${packages[@]}"; then
  sees_client .build/optuna
  "${pip[@]}" "${packages[@]}"
  touch "$stamp"
fi
