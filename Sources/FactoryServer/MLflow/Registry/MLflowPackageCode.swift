/// How a model package predicts in plain Python: what MLflow's clients load as `python_function`.
///
/// The features are those of `FeaturePipeline`; a test compares its predictions with the endpoint's.
enum MLflowPackageCode {
  /// The module's text.
  static var module: String { features + "\n\n\n" + models + "\n" }

  /// From the values of a row to features.
  static let features = #"""
    """Predicts with a model package of AI Factory in plain Python: NumPy, pandas and XGBoost.

    The features are computed as the factory computes them in training and serving. Packages with free
    text or forecasts are answered by an endpoint of the factory alone.
    """

    import json
    import math
    import os

    import numpy as np
    import pandas as pd

    MISSING = {"", "?", "na", "n/a", "nan", "null", "none"}
    LIMIT = float(np.finfo(np.float32).max)


    def _is_missing(value):
        if value is None or value is pd.NaT or value is pd.NA:
            return True
        if isinstance(value, (float, np.floating)):
            return math.isnan(value)
        return isinstance(value, str) and value.strip().lower() in MISSING


    def _number(value):
        if _is_missing(value):
            return math.nan
        if isinstance(value, str):
            text = value.strip()
            lowered = text.lower()
            if lowered in ("true", "t", "yes", "y"):
                return 1.0
            if lowered in ("false", "f", "no", "n"):
                return 0.0
            try:
                return float(text)
            except ValueError:
                return math.nan
        return float(value)


    def _seconds(value):
        if _is_missing(value):
            return math.nan
        if isinstance(value, (int, float, np.integer, np.floating)):
            return float(value)
        moment = pd.Timestamp(value)
        return (moment.tz_localize("UTC") if moment.tz is None else moment).timestamp()


    def _category(encoding):
        codes = {text: float(code) for code, text in enumerate(encoding["values"])}
        others = float(len(encoding["values"])) if encoding["hasRareCode"] else math.nan

        def code(value):
            if _is_missing(value):
                return math.nan
            texts = [value, value.strip()] if isinstance(value, str) else []
            number = _number(value)
            if math.isfinite(number) and not (isinstance(value, str) and value.strip()[:1].isalpha()):
                texts += [repr(number)] + ([str(int(number))] if number == int(number) else [])
            if isinstance(value, (bool, np.bool_)):
                texts.append(str(bool(value)).lower())
            return next((codes[text] for text in texts if text in codes), others)

        return lambda values: np.array([[code(value)] for value in values], dtype=np.float32)


    def _timestamp(encoding):
        def parts(value):
            seconds = _seconds(value)
            if math.isnan(seconds) or abs(seconds) >= 1e13:
                return [math.nan] * len(encoding["parts"])
            day = math.floor(seconds / 86400)
            date = np.datetime64(day, "D")
            known = {
                "year": date.astype("datetime64[Y]").astype(int) + 1970,
                "month": date.astype("datetime64[M]").astype(int) % 12 + 1,
                "day": (date - date.astype("datetime64[M]")).astype(int) + 1,
                "weekday": (day + 3) % 7,
                "hour": int(math.floor(seconds) - day * 86400) // 3600,
                "days": (seconds - encoding["minimum"]) / 86400,
            }
            return [known[part] for part in encoding["parts"]]

        return lambda values: np.array([parts(value) for value in values], dtype=np.float32)


    def _quantity(values):
        numbers = np.array([[_number(value)] for value in values], dtype=np.float64)
        return np.clip(numbers, -LIMIT, LIMIT).astype(np.float32)


    def _encoder(encoding):
        kind, details = next(iter(encoding.items()))
        if kind == "number":
            return _quantity, 1
        if kind == "category":
            return _category(details["_0"]), 1
        if kind == "timestamp":
            return _timestamp(details["_0"]), len(details["_0"]["parts"])
        raise NotImplementedError(
            "This model reads free text: deploy it and ask its endpoint.")
    """#

  /// From features to predictions.
  static let models = #"""
    class _Linear:
        def __init__(self, model):
            self.model = model

        def predict(self, features, types):
            columns = []
            for part in self.model["view"]["parts"]:
                kind, p = next(iter(part.items()))
                values = features[:, p["feature"]].astype(np.float64)
                absent = np.isnan(values)
                if kind == "quantity":
                    columns.append((np.where(absent, p["median"], values) - p["mean"]) / p["scale"])
                    if p["marksMissing"]:
                        columns.append(absent.astype(np.float64))
                else:
                    columns += [(values == code).astype(np.float64) for code in range(p["codes"])]
            view = np.stack(columns, axis=1) if columns else np.zeros((len(features), 0))
            margins = view @ np.array(self.model["coefficients"]).T
            margins = margins + np.array(self.model["intercepts"])
            link = self.model["link"]
            if link == "identity":
                return margins[:, 0]
            if link == "exponential":
                return np.exp(margins[:, 0])
            if link == "logistic":
                return 1 / (1 + np.exp(-margins[:, 0]))
            powers = np.exp(margins - margins.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)


    class _Trees:
        def __init__(self, path):
            import xgboost

            self.xgboost = xgboost
            self.booster = xgboost.Booster(model_file=path)

        def predict(self, features, types):
            self.booster.feature_names = None
            self.booster.feature_types = None
            matrix = self.xgboost.DMatrix(
                features, feature_types=types, enable_categorical=True)
            return self.booster.predict(matrix, validate_features=False)


    class FactoryModel:
        """Numbers of a regression, labels of a classification; `predict_proba` gives probabilities."""

        def __init__(self, folder):
            def read(name):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    return json.load(file)

            self.manifest = read("model.json")
            if os.path.exists(os.path.join(folder, "forecast.json")):
                raise NotImplementedError(
                    "This model forecasts: deploy it and ask its endpoint.")
            self.classes = self.manifest.get("classes")
            encoders = read("features.json")["encoders"]
            self.columns = [(e["column"], *_encoder(e["encoding"])) for e in encoders]
            self.types = []
            for encoder, (_, _, width) in zip(encoders, self.columns):
                self.types += ["c" if "category" in encoder["encoding"] else "q"] * width
            self.members = []
            for member in self.manifest["members"]:
                path = os.path.join(folder, member["file"])
                model = _Linear(read(member["file"])) if member["engine"] == "linear" else _Trees(path)
                self.members.append((model, member["weight"], member.get("targetTransform")))

        def _features(self, frame):
            if not isinstance(frame, pd.DataFrame):
                if not isinstance(frame, (dict, list)):
                    names = [column["name"] for column in self.manifest["signature"]]
                    frame = dict(zip(names, np.asarray(frame).T))
                frame = pd.DataFrame(frame)
            parts = []
            for name, encode, width in self.columns:
                values = frame[name] if name in frame.columns else [None] * len(frame)
                parts.append(encode(list(values)).reshape(len(frame), width))
            return np.concatenate(parts, axis=1)

        def _means(self, frame):
            features = self._features(frame)
            total = 0.0
            for model, weight, transform in self.members:
                output = np.asarray(model.predict(features, self.types), dtype=np.float64)
                if self.classes and output.ndim == 1:
                    output = np.stack([1 - output, output], axis=1)
                if transform == "log1p":
                    output = np.expm1(output)
                total = total + weight * output
            return total

        def predict_proba(self, frame):
            means = self._means(frame)
            return means / means.sum(axis=1, keepdims=True)

        def predict(self, frame, params=None):
            if not self.classes:
                return self._means(frame)
            return np.array(self.classes, dtype=object)[self.predict_proba(frame).argmax(axis=1)]


    def _load_pyfunc(path):
        return FactoryModel(path)
    """#
}
