#!/usr/bin/env bash
# Which search finds better points sooner, what does a suggestion cost, and what does pruning save?
#
# PARTS (functions constrained tunings overhead pruning) says which; SEEDS (20) and PROCESSES (one for each core) hold for all but the overhead.
# - functions, tunings: BUDGETS (50,100,300), FUNCTIONS (names; all), OURS (auto tpe cmaes; with gp, gp_cmaes and nsga2, too,
#   `auto-share` tells how near `auto` is to the best of ours), PEERS (tpe tpe_independent cmaes nsga2 random; gp as well where torch
#   is installed in the environment, up to GP_MOST (100) trials), and RESUME: a file of measured searches; a run that was stopped
#   goes on there.
# - constrained: as functions, with constraints on what is measured; BUDGETS (50,100), and never Optuna's CMA-ES, which does not heed them.
# - overhead (beside Optuna's GP where torch is installed): OVERHEAD (100,1000,5000 finished trials; no other mark is measured after one at which LIMIT (240) seconds were passed).
# - pruning: TASKS (net-digits trees-diabetes linear-digits), PRUNERS (hyperband asha), PRUNED (auto: our samplers, of which the first
#   counts), TRAININGS (60: whole trainings whose epochs a search may spend).
source "$(dirname "$0")/../common.sh"
peer search 'optuna==5.0.0' 'cmaes==0.13.1' 'scipy==1.17.1' 'scikit-learn==1.9.1'
about_machine
# A thread for each process: models as small as these are slower on two, and no number depends on the machine.
export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
"$python" "$(dirname "$0")/compare.py" --aifactory "$aifactory" --folder "$bench/search" "$@"
