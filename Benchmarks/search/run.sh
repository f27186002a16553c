#!/usr/bin/env bash
# Which search finds better points sooner, and what does a suggestion cost?
# SEEDS (20), BUDGETS (50,100,300), FUNCTIONS (all), OURS (auto tpe cmaes), PEERS (tpe tpe_multivariate cmaes random; gp as well
# where torch is installed in the environment), OVERHEAD (100,1000,5000; empty: not measured) may be set, and RESUME: a file of
# measured searches; a run that was stopped goes on there.
source "$(dirname "$0")/../common.sh"
peer search 'optuna==5.0.0' 'cmaes==0.13.1' 'scipy==1.17.1' 'scikit-learn==1.9.1'
about_machine
"$python" "$(dirname "$0")/compare.py" --aifactory "$aifactory" "$@"
