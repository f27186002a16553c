#!/usr/bin/env bash
# The main job on real input: the Wisconsin breast-cancer measurements become a deployed model.
#
# The table (569 tumors, 30 measurements of cell nuclei; Street, Wolberg and Mangasarian 1993) ships
# inside the scikit-learn wheel, which is downloaded once and not installed.
set -euo pipefail
cd "$(dirname "$0")/.."
aifactory="$PWD/.build/release/aifactory"
work="$PWD/.run/breast-cancer"
version=1.9.1
mkdir -p "$work"

if [ ! -e "$work/breast-cancer.csv" ]; then
  echo "Fetching the table from the scikit-learn $version wheel"
  python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: \
    --python-version 3.11 --implementation cp --abi cp311 \
    --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux2014_x86_64 \
    --platform manylinux_2_28_aarch64 --platform manylinux_2_27_aarch64 --platform manylinux2014_aarch64 \
    --dest "$work/wheel" "scikit-learn==$version"
  python3 - "$work" <<'PY'
import csv, glob, io, sys, zipfile
work = sys.argv[1]
wheel = glob.glob(work + "/wheel/scikit_learn-*.whl")[0]
with zipfile.ZipFile(wheel) as archive:
    name = next(n for n in archive.namelist() if n.endswith("data/breast_cancer.csv"))
    rows = list(csv.reader(io.TextIOWrapper(archive.open(name), "utf-8")))
classes = rows[0][2:]
measures = ("radius texture perimeter area smoothness compactness concavity concave_points "
            "symmetry fractal_dimension").split()
header = [f"{kind}_{m}" for kind in ("mean", "error", "worst") for m in measures] + ["diagnosis"]
with open(work + "/breast-cancer.csv.part", "w", newline="") as out:
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(r[:-1] + [classes[int(r[-1])]] for r in rows[1:])
PY
  mv "$work/breast-cancer.csv.part" "$work/breast-cancer.csv"
fi

if [ ! -e "$work/workflow.yaml" ]; then
  cat >"$work/workflow.yaml" <<'YAML'
name: breast-cancer
data:
  source: breast-cancer.csv
  target: diagnosis
  checks:
    - {rows: {at_least: 500}}
    - {column: mean_radius, between: [0, 100]}
  split: {by: stratified, test: 0.2, validation: 0.2, seed: 7}
train:
  task: classification
  metric: log_loss
  search: {trials: 40, sampler: tpe, pruner: successive_halving, seed: 7}
evaluate:
  gates:
    - {metric: auc, at_least: 0.97}
    - {metric: accuracy, at_least: 0.9}
register: {model: breast-cancer}
deploy: {endpoint: breast-cancer}
YAML
fi

"$aifactory" engines install
"$aifactory" run "$work/workflow.yaml"

head -2 "$work/breast-cancer.csv" | sed 's/,[^,]*$//' >"$work/one-row.csv"
echo
echo "A prediction for the first row of the table (its diagnosis is malignant):"
"$aifactory" predict breast-cancer "$work/one-row.csv"
echo
echo "Next:"
echo "  eval \"\$($aifactory env)\"                                   # settings for clients"
echo "  $aifactory workflows list                                  # what ran, with its report"
echo "  $aifactory init YOUR.csv --target COLUMN && $aifactory run YOUR.yaml"
