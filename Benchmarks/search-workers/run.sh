#!/usr/bin/env bash
# How many suggestions a second do 64 workers get of one study, and is any given twice, or lost, when half of them are killed?
# And do thousands of workers at once (CROWD: 2000) get along? WORKERS (64), SECONDS_EACH (15), TRIALS (2000) and SAMPLERS (random tpe)
# may be set, too. The figures of the 64 go into RESULTS.md.
source "$(dirname "$0")/../common.sh"
peer search 'optuna==5.0.0' 'cmaes==0.13.1' 'scipy==1.17.1' 'scikit-learn==1.9.1'
about_machine
fresh_home
"$python" "$(dirname "$0")/workers.py" --aifactory "$aifactory" --home "$home" --peer \
  --workers "${WORKERS:-64}" --seconds "${SECONDS_EACH:-15}" --trials "${TRIALS:-2000}" \
  --samplers ${SAMPLERS:-random tpe} --results "$root/Benchmarks/RESULTS.md" "$@"
"$python" "$(dirname "$0")/crowd.py" --aifactory "$aifactory" --home "$home" --workers "${CROWD:-2000}" --trials "$((2 * ${CROWD:-2000}))"
