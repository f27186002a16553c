"""Trains one peer on one split in a process of its own and writes its predictions: peers.py PEER REQUEST.json."""

import json
import sys
import time

started = time.time()
request = json.load(open(sys.argv[2]))

import numpy as np
import pandas as pd

train, test = pd.read_csv(request["train"]), pd.read_csv(request["test"])
target, task = request["target"], request["task"]
features = [c for c in train.columns if c != target]
for frame in (train, test):
    for column in features:
        if frame[column].dtype == object:
            frame[column] = frame[column].astype("category")
for column in features:
    if str(train[column].dtype) == "category":
        test[column] = pd.Categorical(test[column], categories=train[column].cat.categories)
classes = sorted(train[target].astype(str).unique()) if task == "classification" else None
truth = train[target] if classes is None else train[target].astype(str).map(classes.index)

if sys.argv[1] == "xgboost":
    import xgboost

    kind = xgboost.XGBRegressor if classes is None else xgboost.XGBClassifier
    model = kind(enable_categorical=True, n_jobs=request["cores"])
    model.fit(train[features], truth)
elif sys.argv[1] == "autogluon":
    import tempfile

    from autogluon.tabular import TabularPredictor

    # Models that want PyTorch are left out: the environment has none.
    kind = "regression" if classes is None else "binary" if len(classes) == 2 else "multiclass"
    folder = tempfile.mkdtemp(dir=request["folder"])
    labeled = train[features].assign(**{target: truth})
    model = TabularPredictor(label=target, problem_type=kind, path=folder, verbosity=0,
                             eval_metric="rmse" if classes is None else "log_loss")
    model.fit(labeled, presets="medium_quality", time_limit=request["budget"],
              num_cpus=request["cores"])
else:
    from flaml import AutoML

    metric = "rmse" if classes is None else "log_loss"
    limits = {"max_iter": 1} if request["first"] else {}
    model = AutoML()
    model.fit(train[features], truth, task=task, metric=metric, time_budget=request["budget"],
              n_jobs=request["cores"], seed=request["seed"], verbose=0, **limits)

if classes is None:
    output = model.predict(test[features]).tolist()
else:
    output = np.asarray(model.predict_proba(test[features])).tolist()
json.dump({"predictions": output, "classes": classes, "seconds": time.time() - started},
          open(request["output"], "w"))
