"""Searches of every kind over the same small things, with every filter and order of the lists beside this file."""

import math
import uuid

import comparison_filters as filters
import comparison_run_filters as run_filters
from comparison import case


def experiment(side, word, **more):
    name = side.called(f"{word}-{uuid.uuid4().hex[:10]}", word + " name")
    answer = side.ask(f"create {word}", "POST", "experiments/create", {"name": name, **more})
    return side.called(answer["experiment_id"], word)


def run(side, experiment, name, **more):
    body = {"experiment_id": experiment, "run_name": name, "start_time": 1000, **more}
    answer = side.ask(f"create run {name}", "POST", "runs/create", body)
    return side.called(answer["run"]["info"]["run_id"], name)


def is_vague(order):
    """Whether an order is by ids or moments, by which things made together have no order that could be foretold."""
    return any(word in order for word in ["run_id", "artifact_uri", "experiment_id", "creat", "last_update", "timestamp", "nope"])


def pairs(values):
    return [{"key": key, "value": str(value)} for key, value in values.items()]


def number(value):
    return "NaN" if math.isnan(value) else "Infinity" if value == math.inf else "-Infinity" if value == -math.inf else value


def in_order(answer):
    answer["run"].get("inputs", {}).get("dataset_inputs", []).sort(key=lambda input: input["dataset"]["name"])
    return answer


@case
def runs(side):
    e = experiment(side, "runs")
    specs = [
        ("alpha", {"acc": 0.5, "loss": 1.0, "n": 5}, {"depth": 4, "kind": "Tree", "url": "http://x/y?z=1&w=%20"}, {"team": "red", "a.b.c": "dots"}),
        ("beta", {"acc": 0.75, "loss": math.nan}, {"depth": 10, "kind": "tree"}, {"team": "Red", "empty": ""}),
        ("Gamma", {"acc": math.inf, "n": -3}, {"depth": "", "kind": "forest_1"}, {"team": "blue%", "json": '{"a": 1}'}),
        ("delta", {"acc": -math.inf, "loss": 1e-300}, {"kind": "forestX1"}, {"team": 'dou"ble', "sp ace": "x"}),
        ("eps ilon", {"acc": 1, "val/acc": 0.9, "my metric": 2, "m-1": 3, "1st": 4}, {"my param": "v 1", "lr": "1e-3"}, {"mlflow.note.content": "Hello\nworld", "äöü": "ÄÖÜ"}),
        ("zeta", {}, {}, {}),
    ]
    for i, (name, metrics, params, tags) in enumerate(specs):
        id = run(side, e, name, start_time=1000 + 10 * i, tags=pairs({"mlflow.user": f"u{i % 2}", **tags}))
        points = [{"key": key, "value": number(value), "timestamp": 1, "step": 0} for key, value in metrics.items()]
        side.ask(f"log {name}", "POST", "runs/log-batch", {"run_id": id, "metrics": points, "params": pairs(params)})
        for set, context in [("train", "training"), ("TRAIN", "validation")][: i % 3]:
            dataset = {"name": f"ds{set}", "digest": str(i), "source_type": "local", "source": "s"}
            tag = {"key": "mlflow.data.context", "value": context}
            side.ask(f"input {name} {set}", "POST", "runs/log-inputs", {"run_id": id, "datasets": [{"dataset": dataset, "tags": [tag]}]})
        if i % 2:
            status = ["FINISHED", "FAILED", "KILLED"][i % 3]
            side.ask(f"end {name}", "POST", "runs/update", {"run_id": id, "status": status, "end_time": 5000 - i})
        side.ask(f"whole {name}", "GET", "runs/get", params={"run_id": id}, keep=in_order)
    gone = run(side, e, "gone", start_time=999)
    side.ask("delete gone", "POST", "runs/delete", {"run_id": gone})

    def names(label, sort=False, **body):
        def keep(content):
            found = [run["info"]["run_name"] for run in content.get("runs", [])]
            return [sorted(found) if sort else found, bool(content.get("next_page_token"))]

        return side.ask(label, "POST", "runs/search", {"experiment_ids": [e], **body}, keep=keep)

    for filter in run_filters.RUNS + ["  ", "metrics.acc > 0.5\nAND params.kind = 'tree'", "\tmetrics.acc > 0.5\t", "tags.team = 'x' AND " * 30 + "tags.team = 'x'", "metrics.acc > 1e400", "params.depth = '" + "x" * 7000 + "'"]:
        names("where " + filter[:100], sort=True, filter=filter)
    for order in run_filters.RUN_ORDERS + ["", " ", "metrics.acc  DESC ", "metrics.acc\tDESC"]:
        names("by " + order, sort=is_vague(order), order_by=[order])
    for orders in [["metrics.none", "params.kind"], ["params.kind DESC", "start_time"], ["status", "metrics.acc DESC"]]:
        names(f"by {orders}", order_by=orders)
    for view in ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]:
        names(view, run_view_type=view)
    for count in [0, -1, 1, 3, 50000, 50001]:
        names(f"at most {count}", max_results=count)
    first = names("page 1", max_results=2, order_by=["start_time"])
    run(side, e, "late", start_time=1)
    names("page 2", max_results=2, order_by=["start_time"], page_token=first["next_page_token"])
    for token in ["nope", "eyJvZmZzZXQiOiAtMX0=", "eyJvZmZzZXQiOiA1MDB9"]:
        names("token " + token, max_results=2, page_token=token)


@case
def experiments(side):
    w = side.called("x" + uuid.uuid4().hex[:10], "W")
    for name, tags in [("one", {"k": "v", "a.b": "c"}), ("Two", {"k": "V", "e": ""}), ("three %_", {}), ("fünf 'q' \"d\"", {"u": "ü"})]:
        answer = side.ask("create " + name, "POST", "experiments/create", {"name": w + name, "tags": pairs(tags)})
        side.called(answer["experiment_id"], "E" + name)

    def names(label, sort, **body):
        def keep(content):
            found = [each["name"] for each in content.get("experiments", []) if each["name"].startswith(w)]
            return sorted(found) if sort else found

        side.ask(label, "POST", "experiments/search", {"max_results": 1000, **body}, keep=keep)

    for filter in filters.EXPERIMENTS:
        names("where " + filter, True, filter=filter.replace("{W}", w))
    for order in filters.EXPERIMENT_ORDERS:
        names("by " + order, is_vague(order), filter=f"name LIKE '{w}%'", order_by=[order])
    for count in [0, -1, 50000, 50001]:
        names(f"at most {count}", True, max_results=count, filter=f"name LIKE '{w}%'")


@case
def registered_models(side):
    w = side.called("reg" + uuid.uuid4().hex[:10], "W")
    e = experiment(side, "registry")
    r = run(side, e, "R")
    for name, tags in [("one", {"k": "v", "a.b": "c"}), ("Two", {"k": "V"}), ("three %_", {}), ("fünf", {}), ("q'uote", {}), ('d"q', {})]:
        side.ask("create " + name, "POST", "registered-models/create", {"name": w + name, "tags": pairs(tags), "description": "d"})

    def names(label, sort=True, **query):
        def keep(content):
            found = [each["name"] for each in content.get("registered_models", []) if w in each["name"]]
            return sorted(found) if sort else found

        side.ask(label, "GET", "registered-models/search", params=query, keep=keep)

    for filter in filters.MODELS:
        names("where " + filter, filter=filter.replace("{W}", w))
    for order in filters.MODEL_ORDERS:
        names("by " + order, sort=is_vague(order), filter=f"name LIKE '{w}%'", order_by=order)
    for count in [1, 1000, 1001]:
        names(f"at most {count}", filter=f"name LIKE '{w}%'", max_results=count)

    m = w + "one"
    for label, body in [("first", {"source": f"mlflow-artifacts:/{e}/{r}/artifacts/m", "run_id": r, "tags": pairs({"a": "b", "x.y": "z"}), "description": "first"}), ("second", {"source": "s3://b/c"}), ("third", {"source": f"models:/{m}/1"})]:
        side.ask("version " + label, "POST", "model-versions/create", {"name": m, **body})

    def versions(label, sort=True, **query):
        def keep(content):
            found = [[each["name"], each["version"]] for each in content.get("model_versions", []) if w in each["name"]]
            return sorted(found) if sort else found

        side.ask(label, "GET", "model-versions/search", params=query, keep=keep)

    for filter in filters.VERSIONS:
        versions("versions where " + filter, filter=filter.replace("{W}", w).replace("{R}", r))
    for order in filters.VERSION_ORDERS:
        versions("versions by " + order, sort=is_vague(order) or order in ["name", "name DESC"], filter=f"name = '{m}'", order_by=order)


@case
def logged_models(side):
    e, e2 = experiment(side, "models"), experiment(side, "other models")
    r = run(side, e, "R")
    ids = {}
    for name, more in [("a", {"tags": pairs({"t": "1", "x.y": "z"}), "params": pairs({"p": 1, "lr": 0.1}), "model_type": "kind"}), ("b", {"tags": pairs({"t": "2"}), "source_run_id": r}), ("A", {"params": pairs({"p": 10})}), ("z", {})]:
        answer = side.ask("create " + name, "POST", "logged-models", {"experiment_id": e, "name": name, **more})
        ids[name] = side.called(answer["model"]["info"]["model_id"], "M" + name)
    for i, name in enumerate("abA"):
        about = {"timestamp": 1, "step": 0, "model_id": ids[name]}
        points = [{"key": "acc", "value": i / 10, "dataset_name": f"d{i}", "dataset_digest": f"h{i}", **about}, {"key": "acc", "value": i / 10 + 1, **about, "timestamp": 2, "step": 1}, {"key": "my m", "value": 2, **about}]
        side.ask("log " + name, "POST", "runs/log-batch", {"run_id": r, "metrics": points})
    for name, status in [("a", "LOGGED_MODEL_READY"), ("b", "LOGGED_MODEL_UPLOAD_FAILED"), ("z", "nope")]:
        side.ask(f"finalize {name} {status}", "PATCH", f"logged-models/{ids[name]}", {"model_id": ids[name], "status": status})

    def names(label, sort=True, **body):
        def keep(content):
            found = [each["info"]["name"] for each in content.get("models", [])]
            return [sorted(found) if sort else found, bool(content.get("next_page_token"))]

        return side.ask(label, "POST", "logged-models/search", {"experiment_ids": [e], **body}, keep=keep)

    for filter in filters.LOGGED_MODELS:
        names("where " + filter, filter=filter)
    for order in [{"field_name": "name"}, {"field_name": "name", "ascending": False}, {"field_name": "metrics.acc"}, {"field_name": "metrics.acc", "ascending": True}, {"field_name": "metrics.acc", "dataset_name": "d1"}, {"field_name": "metrics.acc", "dataset_name": "d1", "dataset_digest": "h1"}, {"field_name": "metrics.acc", "dataset_digest": "h1"}, {"field_name": "creation_timestamp"}, {"field_name": "last_updated_timestamp", "ascending": True}, {"field_name": "status"}, {"field_name": "params.p"}, {"field_name": "nope"}, {"field_name": "name", "dataset_name": "x"}, {}, {"field_name": "attributes.name"}]:
        names(f"by {order}", sort=is_vague(str(order)), order_by=[order])
    for datasets in [[{"dataset_name": "d1"}], [{"dataset_name": "d1", "dataset_digest": "h1"}], [{"dataset_name": "d1", "dataset_digest": "x"}], [{"dataset_digest": "h1"}], [{"dataset_name": "d0"}, {"dataset_name": "d2"}]]:
        names(f"of {datasets}", filter="metrics.acc >= 0", datasets=datasets)
    for count in [1, 2, 50, 51, 1001]:
        names(f"at most {count}", max_results=count)
    by_name = [{"field_name": "name"}]
    first = names("page 1", max_results=2, order_by=by_name, sort=False)
    names("page 2", max_results=2, order_by=by_name, sort=False, page_token=first["next_page_token"])
    names("page of another filter", max_results=2, order_by=by_name, page_token=first["next_page_token"], filter="name != 'q'")
    names("page of another experiment", max_results=2, order_by=by_name, page_token=first["next_page_token"], experiment_ids=[e2])
    side.ask("deleted", "DELETE", f"logged-models/{ids['b']}")
    side.ask("get deleted", "GET", f"logged-models/{ids['b']}")
    names("without deleted")
