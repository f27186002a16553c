#!/usr/bin/env bash
# How good is the model after a budget of wall time on two cores, and how soon is there one?
# BUDGET (seconds, 60), SPLITS (5), TABLES (all), PEERS (all), DATA (folder with the published tables) may be set, and
# RESUME: a file of measured splits; a run that was stopped goes on there.
source "$(dirname "$0")/../common.sh"
peer tabular 'flaml[automl]==2.7.0' 'xgboost-cpu==3.2.0' 'scikit-learn==1.9.1' 'pandas<3'
flaml=$python
peer autogluon 'autogluon.tabular[lightgbm,catboost,xgboost]==1.6.3'
export AUTOGLUON_PYTHON=$python
python=$flaml
about_machine
fresh_home
"$python" "$(dirname "$0")/compare.py" --aifactory "$aifactory" --home "$home" --work "$bench/tabular-work" "$@"
