"""The tables of the comparison: published ones from a folder, from scikit-learn, and generated ones.

Each is (name, data frame, target, task); nothing in the product knows their names.
"""

import os

import numpy as np
import pandas as pd


def published(folder):
    """Tables that the folder given by DATA holds; absent ones are left out."""

    def read(name, **options):
        path = os.path.join(folder, name)
        return pd.read_csv(path, **options) if os.path.exists(path) else None

    wine = read("wine-quality.csv")
    if wine is not None:
        # Its 1,177 copied rows would tell the answers of test rows to whoever learns rows by heart.
        wine = wine.drop(columns=["id"], errors="ignore").drop_duplicates()
        yield "wine-quality", wine, "quality", "regression"
    credit = read("german-credit.csv")
    if credit is not None:
        yield "german-credit", credit, "risk", "classification"
    adult = read("adult-income-train.csv", na_values="?", skipinitialspace=True)
    if adult is not None:
        yield "adult-income", adult, "income", "classification"
    intrusion = read("nsl-kdd-train.csv")
    if intrusion is not None:
        intrusion["attack"] = np.where(intrusion["attack"] == "normal", "normal", "attack")
        yield "intrusion", intrusion.drop(columns=["difficulty"]), "attack", "classification"
    engines = read("cmapss-fd001-train.csv")
    if engines is not None:
        last = engines.groupby("unit")["cycle"].transform("max")
        engines["remaining"] = last - engines["cycle"]
        yield "turbofan", engines.drop(columns=["unit"]), "remaining", "regression"


def shipped():
    """Tables inside the scikit-learn wheel."""
    from sklearn import datasets

    for name, load, task in [
        ("breast-cancer", datasets.load_breast_cancer, "classification"),
        ("diabetes", datasets.load_diabetes, "regression"),
        ("digits", datasets.load_digits, "classification"),
    ]:
        frame = load(as_frame=True).frame
        if task == "classification":
            frame["target"] = "c" + frame["target"].astype(str)
        yield name, frame, "target", task


def generated():
    """Friedman's first function (1991) with noise, and a mixed table with missing values."""
    rng = np.random.default_rng(11)
    x = rng.uniform(size=(20_000, 10))
    y = 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4]
    frame = pd.DataFrame(x, columns=[f"x{i}" for i in range(10)])
    frame["y"] = y + rng.normal(size=len(y))
    yield "friedman", frame, "y", "regression"

    n = 20_000
    mixed = pd.DataFrame(rng.normal(size=(n, 8)), columns=[f"n{i}" for i in range(8)])
    mixed["city"] = rng.choice([f"city{i}" for i in range(40)], size=n)
    effect = {f"city{i}": v for i, v in enumerate(rng.normal(size=40))}
    score = (mixed["n0"] * mixed["n1"] + np.maximum(mixed["n2"], 0) - mixed["n3"].abs()
             + mixed["city"].map(effect) + rng.logistic(size=n))
    mixed["label"] = np.where(score > 0, "yes", "no")
    for column in ["n0", "n4", "n5"]:
        mixed.loc[rng.uniform(size=n) < 0.1, column] = np.nan
    yield "mixed", mixed, "label", "classification"


def every_table(folder):
    yield from shipped()
    yield from generated()
    yield from published(folder)
