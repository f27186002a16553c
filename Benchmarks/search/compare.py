"""Compares our searches with Optuna's; see run.sh."""

import argparse
import importlib.util
import json
import os
import sys
from types import SimpleNamespace

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--folder", required=True, help="where learning curves are kept")


def words(name, otherwise):
    """The words of a variable, apart by spaces or commas."""
    return os.environ.get(name, otherwise).replace(",", " ").split()


def settings():
    """What the variables say."""
    peers = words("PEERS", "tpe tpe_independent cmaes nsga2 random"
                  + (" gp" if importlib.util.find_spec("torch") else ""))
    return SimpleNamespace(
        seeds=int(os.environ.get("SEEDS", 20)),
        budgets=sorted(int(word) for word in words("BUDGETS", "50 100 300")),
        constrained_budgets=sorted(int(word) for word in words("BUDGETS", "50 100")),
        everyone=[f"ours/{name}" for name in words("OURS", "auto tpe cmaes")] + [f"optuna/{name}" for name in peers],
        # Optuna's Gaussian process takes minutes for a search of 300 trials.
        most={"optuna/gp": int(os.environ.get("GP_MOST", 100))},
        processes=int(os.environ.get("PROCESSES", os.cpu_count() or 1)), resume=os.environ.get("RESUME"),
        marks=[int(word) for word in words("OVERHEAD", "100 1000 5000")],
        limit_s=float(os.environ.get("LIMIT", 240)), trainings=int(os.environ.get("TRAININGS", 60)),
        pruners=words("PRUNERS", "hyperband asha"), tasks=words("TASKS", "net-digits trees-diabetes linear-digits"),
        who=[f"ours/{name}" for name in words("PRUNED", "auto")] + ["optuna/tpe"])


def main():
    arguments = parser.parse_args()
    chosen = settings()
    chosen.aifactory = arguments.aifactory
    known = []
    if chosen.resume and os.path.exists(chosen.resume):
        known = [json.loads(line) for line in open(chosen.resume)]
    only = words("FUNCTIONS", "")
    parts = words("PARTS", "functions constrained tunings overhead pruning")
    is_met = True
    if "functions" in parts:
        import quality
        from functions import every
        names = [name for name, _, _ in every() if not only or name in only]
        is_met &= quality.compare(names, chosen, known, "search")
    if "constrained" in parts:
        import constrained
        import quality
        names = [name for name in constrained.PROBLEMS if not only or name in only]
        is_met &= quality.compare(names, constrained.settings_of(chosen), known, "search/constrained")
    if "tunings" in parts:
        import quality
        import tunings
        names = [name for name in tunings.NAMES if not only or name in only]
        is_met &= quality.compare(names, chosen, known, "search/tuning")
    if "overhead" in parts and chosen.marks:
        import overhead
        is_met &= overhead.compare(chosen)
    if "pruning" in parts:
        import pruning
        is_met &= pruning.compare(chosen, arguments.folder)
    sys.exit(0 if is_met else 1)


if __name__ == "__main__":
    main()
