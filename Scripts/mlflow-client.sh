#!/usr/bin/env bash
# MLflow's own client with pinned versions for the tests, in .build/mlflow, and PyTorch and Optuna beside
# it in .build/mlflow-torch and .build/optuna, which see the first one's packages; each is made once.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.build/mlflow
packages=(mlflow==3.17.2 scikit-learn==1.9.1 xgboost-cpu==3.2.0 lightgbm==4.7.0 skops==0.16.0 matplotlib==3.11.2)
stamp="$folder/ready-$(echo "${packages[*]}" | sha256sum | cut -c1-12)"
if [ ! -e "$stamp" ]; then
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
fi

# The build for processors alone takes 0.9 GB; where the index has only the one with CUDA, that is 5 GB.
torch=.build/mlflow-torch
version=2.13.0
packages=("torch==$version" pytorch-lightning==2.6.6)
stamp="$torch/ready-$(echo "${packages[*]}" | sha256sum | cut -c1-12)"
if [ ! -e "$stamp" ]; then
  echo "Installing PyTorch for the tests: ${packages[*]}"
  rm -rf "$torch"
  python3 -m venv "$torch"
  echo "$PWD/$folder/lib/python3.$("$torch/bin/python" -c 'import sys; print(sys.version_info.minor)')/site-packages" \
    >"$("$torch/bin/python" -c 'import site; print(site.getsitepackages()[0])')/mlflow-client.pth"
  install=("$torch/bin/pip" install --quiet --disable-pip-version-check)
  "${install[@]}" "torch==$version+cpu" "${packages[@]:1}" 2>/dev/null || "${install[@]}" "${packages[@]}"
  touch "$stamp"
fi

optuna=.build/optuna
packages=(optuna==5.0.0)
stamp="$optuna/ready-$(echo "${packages[*]}" | sha256sum | cut -c1-12)"
if [ ! -e "$stamp" ]; then
  echo "Installing Optuna for the tests: ${packages[*]}"
  rm -rf "$optuna"
  python3 -m venv "$optuna"
  echo "$PWD/$folder/lib/python3.$("$optuna/bin/python" -c 'import sys; print(sys.version_info.minor)')/site-packages" \
    >"$("$optuna/bin/python" -c 'import site; print(site.getsitepackages()[0])')/mlflow-client.pth"
  "$optuna/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
  touch "$stamp"
fi
