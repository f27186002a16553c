"""Learning curves of real trainings: recorded once for all points of a grid, then replayed.

So a search over them takes no training, and a point has the same curve whoever asks for it. A value is a loss on
rows that were not trained on, after each epoch or boosting round.
"""

import itertools
import json
import multiprocessing
import os
import warnings
from concurrent.futures import ProcessPoolExecutor

import numpy as np

STEPS = 81
# What a training that diverged is written as.
WORST = 1e3
RATES = [10 ** (-4 + level / 3) for level in range(12)]
GRIDS = {
    "net-digits": {"rate": RATES, "width": [8, 16, 32, 64], "alpha": [1e-6, 1e-3, 0.1, 1], "batch": [16, 32, 64]},
    "trees-diabetes": {"rate": [10 ** (-2.5 + level / 4) for level in range(11)], "depth": [1, 2, 3, 4, 6, 8],
                       "rows": [1, 3, 10, 30], "share": [0.3, 0.6, 1.0]},
    "linear-digits": {"rate": RATES, "alpha": [10.0 ** level for level in range(-7, 1)], "l1": [0.0, 0.3, 1.0],
                      "fading": [0.0, 0.3]},
}


def space(task):
    """The grid's levels, as whole numbers with an order."""
    return {"parameters": [{"name": name, "int": [0, len(levels) - 1]} for name, levels in GRIDS[task].items()]}


def points(task):
    """All points of a grid, as tuples of levels."""
    return list(itertools.product(*(range(len(levels)) for levels in GRIDS[task].values())))


def record(task, levels):
    """The curve of one point."""
    from sklearn import datasets
    from sklearn.ensemble import GradientBoostingRegressor
    from sklearn.linear_model import SGDClassifier
    from sklearn.metrics import log_loss, root_mean_squared_error
    from sklearn.neural_network import MLPClassifier
    from sklearn.preprocessing import StandardScaler

    warnings.simplefilter("ignore")
    point = {name: choices[level] for (name, choices), level in zip(GRIDS[task].items(), levels)}
    is_trees = task.startswith("trees")
    x, y = (datasets.load_diabetes if is_trees else datasets.load_digits)(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(y))
    x, y = StandardScaler().fit_transform(x)[order], y[order]
    train, other = (slice(0, 300), slice(300, None)) if is_trees else (slice(0, 500), slice(500, 1000))
    if is_trees:
        model = GradientBoostingRegressor(
            learning_rate=point["rate"], n_estimators=STEPS, max_depth=point["depth"], min_samples_leaf=point["rows"],
            subsample=point["share"], random_state=0).fit(x[train], y[train])
        return [root_mean_squared_error(y[other], predicted) for predicted in model.staged_predict(x[other])]
    if task.startswith("net"):
        model = MLPClassifier(hidden_layer_sizes=(point["width"],), alpha=point["alpha"], batch_size=point["batch"],
                              learning_rate_init=point["rate"], random_state=0)
    else:
        model = SGDClassifier(loss="log_loss", penalty="elasticnet", alpha=point["alpha"], l1_ratio=point["l1"],
                              learning_rate="invscaling", eta0=point["rate"], power_t=point["fading"], random_state=0)
    curve = []
    for _ in range(STEPS):
        try:
            model.partial_fit(x[train], y[train], classes=range(10))
            curve.append(log_loss(y[other], model.predict_proba(x[other]), labels=range(10)))
        except ValueError as error:
            # Weights that are no numbers any more; anything else is a mistake here.
            if not any(word in str(error) for word in ("non-finite", "NaN", "infinity")):
                raise
            curve.append(WORST)
    return [value if np.isfinite(value) else WORST for value in curve]


def load(task, folder, processes):
    """Curves by point, recorded where the folder does not hold them."""
    path = os.path.join(folder, f"curves-{task}.json")
    grid = points(task)
    text = json.dumps(GRIDS[task])
    if os.path.exists(path):
        kept = json.load(open(path))
        if kept["grid"] == text:
            return dict(zip(grid, kept["curves"]))
    print(f"recording {len(grid)} learning curves of {task}", flush=True)
    with ProcessPoolExecutor(processes, multiprocessing.get_context("spawn")) as pool:
        curves = list(pool.map(record, [task] * len(grid), grid, chunksize=8))
    with open(path + ".new", "w") as file:
        json.dump({"grid": text, "curves": curves}, file)
    os.replace(path + ".new", path)
    return dict(zip(grid, curves))
