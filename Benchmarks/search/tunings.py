"""Real tunings: the cross-validated loss of models of scikit-learn on tables that come with it.

Settings, folds and random states are the point's or fixed, so that a point has one value whoever asks for it.
"""

import warnings

import numpy as np
from sklearn import datasets
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.model_selection import cross_val_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

TREES = {"parameters": [
    {"name": "rate", "log_uniform": [0.005, 0.5]}, {"name": "leaves", "log_int": [3, 64]},
    {"name": "rows", "log_int": [2, 64]}, {"name": "l2", "log_uniform": [1e-6, 100]},
    {"name": "columns", "uniform": [0.1, 1]}]}
NET = {"parameters": [
    {"name": "rate", "log_uniform": [1e-5, 0.1]}, {"name": "width", "log_int": [4, 64]},
    {"name": "layers", "int": [1, 3]}, {"name": "alpha", "log_uniform": [1e-7, 10]},
    {"name": "activation", "choice": ["relu", "tanh", "logistic"]}]}
NAMES = ["trees-cancer", "trees-diabetes", "trees-wine", "net-wine", "net-digits", "net-diabetes"]
# What a training that diverged is worth.
WORST = 1e6
TABLES = {"cancer": "load_breast_cancer", "diabetes": "load_diabetes", "wine": "load_wine", "digits": "load_digits"}


def tuning(name):
    """Function of a point and space of a tuning."""
    kind, table = name.split("-")
    x, y = getattr(datasets, TABLES[table])(return_X_y=True)
    x, y = x[:450], y[:450]
    classifies = table != "diabetes"
    if not classifies:
        y = (y - y.mean()) / y.std()
    scoring = "neg_log_loss" if classifies else "neg_root_mean_squared_error"
    warnings.simplefilter("ignore")

    def loss(model):
        try:
            value = -cross_val_score(model, x, y, cv=3, scoring=scoring).mean()
        except ValueError as error:
            # Weights or predictions that are no numbers, in all folds; anything else is a mistake here.
            if not any(word in str(error) for word in ("non-finite", "NaN", "infinity")):
                raise
            return WORST
        return value if np.isfinite(value) else WORST

    def trees(point):
        return loss((HistGradientBoostingClassifier if classifies else HistGradientBoostingRegressor)(
            random_state=0, max_iter=30, max_bins=64, early_stopping=False, learning_rate=point["rate"],
            max_leaf_nodes=point["leaves"], min_samples_leaf=point["rows"], l2_regularization=point["l2"],
            # 1 as JSON writes it is no share.
            max_features=float(point["columns"])))

    def net(point):
        return loss(make_pipeline(StandardScaler(), (MLPClassifier if classifies else MLPRegressor)(
            hidden_layer_sizes=(point["width"],) * point["layers"], activation=point["activation"], alpha=point["alpha"],
            learning_rate_init=point["rate"], max_iter=30, random_state=0)))

    return (trees, TREES) if kind == "trees" else (net, NET)
