"""Values that are no ordinary numbers or texts: which of several is the latest, and halves of surrogate pairs."""

import json
import math
import uuid

from comparison import case
from comparison_searches import experiment, number, run

NAN, INF, LARGEST = math.nan, math.inf, 1.7976931348623157e308
# Values of one step and time, in the order in which they are logged.
TIES = [
    [NAN, INF], [INF, NAN], [NAN, -INF], [-INF, NAN], [NAN, 1], [1, NAN], [NAN, -1], [-1, NAN], [NAN, 0], [0, NAN], [NAN, NAN], [1, 2, 1], [2, NAN, 1], [-2, NAN, -1], [INF, -INF], [-INF, INF],
    [5e-324, NAN], [NAN, 5e-324], [0.0, -0.0], [NAN, -0.0, 0.0], [LARGEST, 1, NAN], [NAN, INF, NAN, INF]]


def latest(answer):
    return [[metric["key"], metric["value"], int(metric.get("step", 0)), int(metric["timestamp"])] for metric in sorted(answer["run"]["data"]["metrics"], key=lambda metric: metric["key"])]


@case
def latest_metrics(side):
    """Logged one by one, in one batch, and in batches of their own."""
    e = experiment(side, "e")
    ways = {word: run(side, e, word) for word in ["single", "batch", "batches", "moves"]}
    for i, values in enumerate(TIES):
        points = [{"key": f"{i:02}", "value": number(value), "timestamp": 1, "step": 1} for value in values]
        for point in points:
            side.ask(f"single {i}", "POST", "runs/log-metric", {"run_id": ways["single"], **point})
            side.ask(f"batches {i}", "POST", "runs/log-batch", {"run_id": ways["batches"], "metrics": [point]})
        side.ask(f"batch {i}", "POST", "runs/log-batch", {"run_id": ways["batch"], "metrics": points})
    # A later step, then a later time, counts more than any value.
    for step, time, value in [(1, 5, INF), (1, 6, NAN), (2, 1, -INF), (2, 1, NAN), (1, 9, INF), (2, 0, INF)]:
        side.ask("move", "POST", "runs/log-metric", {"run_id": ways["moves"], "key": "m", "value": number(value), "timestamp": time, "step": step})
        side.ask("moved", "GET", "runs/get", params={"run_id": ways["moves"]}, keep=latest)
    for word, id in ways.items():
        side.ask("latest " + word, "GET", "runs/get", params={"run_id": id}, keep=latest)
        side.ask("history " + word, "GET", "metrics/get-history", params={"run_id": id, "metric_key": "00"}, keep=lambda answer: sorted((point["value"] for point in answer["metrics"]), key=str))
    for order in ["metrics.`00`", "metrics.`00` DESC", "metrics.`05`"]:
        side.ask("by " + order, "POST", "runs/search", {"experiment_ids": [e], "order_by": [order, "start_time", "attributes.run_name"]}, keep=lambda answer: sorted(each["info"]["run_name"] for each in answer["runs"]))


@case
def model_metrics(side):
    """The same for metrics of logged models."""
    e = experiment(side, "e")
    r = run(side, e, "r")
    for i, values in enumerate([[1, 2], [2, 1], [INF, 1], [1, -INF], [NAN, 1]]):
        made = side.ask(f"model {i}", "POST", "logged-models", {"experiment_id": e, "name": f"m{i}"})
        id = side.called(made["model"]["info"]["model_id"], f"M{i}")
        for step, value in enumerate(values):
            point = {"key": "a", "value": number(value), "timestamp": 1, "step": step, "model_id": id}
            side.ask(f"log {i} {step}", "POST", "runs/log-batch", {"run_id": r, "metrics": [point]})
        side.ask(f"metrics {i}", "GET", f"logged-models/{id}", keep=lambda answer: sorted([int(each.get("step", 0)), each["value"]] for each in answer["model"]["data"].get("metrics", [])))


@case
def half_pairs(side):
    """Halves of surrogate pairs, which JSON can write and UTF-8 cannot: `MlflowClient.set_tag(run, "k", "\\ud800")`."""
    e = experiment(side, "e")
    r, other = run(side, e, "r"), run(side, e, "other")
    for label, half in {"high": "\ud800", "low": "\udc00", "inside": "a\ud83db", "turned": "\ude42\ud83d"}.items():
        for path in ["runs/set-tag", "runs/log-parameter"]:
            side.ask(f"{path} {label}", "POST", path, {"run_id": r, "key": label, "value": half})
            side.ask(f"{path} key {label}", "POST", path, {"run_id": other, "key": half, "value": "v"})
        side.ask(f"metric {label}", "POST", "runs/log-metric", {"run_id": other, "key": half, "value": 1, "timestamp": 1})
    side.ask("whole pair", "POST", "runs/set-tag", {"run_id": r, "key": "whole", "value": "\U0001f642"})
    side.ask("texts", "GET", "runs/get", params={"run_id": r}, keep=lambda answer: [answer["run"]["data"]["params"], answer["run"]["data"]["tags"]])
    batch = run(side, e, "batch")
    tags = [{"key": key, "value": value} for key, value in [("a", "1"), ("b", "\ud800"), ("c", "3")]]
    side.ask("log batch", "POST", "runs/log-batch", {"run_id": batch, "tags": tags, "params": [{"key": "p", "value": "x"}]})
    side.ask("batch", "GET", "runs/get", params={"run_id": batch}, keep=lambda answer: [answer["run"]["data"].get("params"), answer["run"]["data"]["tags"]])
    name = side.called("half" + uuid.uuid4().hex[:8], "half")
    side.ask("experiment", "POST", "experiments/create", {"name": name + "\ud800"}, keep=lambda answer: None)
    side.ask("model", "POST", "registered-models/create", {"name": name + "\ud800"}, keep=lambda answer: None)
    side.ask("search", "POST", "runs/search", {"experiment_ids": [e], "filter": "tags.none = '\ud800'"}, keep=lambda answer: len(answer.get("runs", [])))
    side.ask("not escaped", "POST", "runs/set-tag", data=json.dumps({"run_id": r, "key": "raw", "value": "X"}).encode().replace(b"X", b"\xed\xa0\x80"), headers={"Content-Type": "application/json"})


@case
def names_as_paths(side):
    """Names that would be other files, with the words in which they are refused."""
    e = experiment(side, "e")
    r = run(side, e, "r")
    for name in ["", ".", "..", "...", "../a", "..a", "/", "//", "///", "/a", "//a", "///a", "/../a", "a/", "a//b", "a/.", "./a", "./../a", "a/..", "a/../b", "a/../..", "a/../../b", "a/../../../b/..", "../../a/..", "a" * 20 + "//" + "b" * 20]:
        for path, body in {"log-metric": {"value": 1, "timestamp": 1}, "log-parameter": {"value": "v"}, "set-tag": {"value": "v"}}.items():
            answer = side.ask(f"{path} {name}", "POST", "runs/" + path, {"run_id": r, "key": name, **body})
            side.note(f"words of {path} {name}", {"status": 200, "value": side.plain((answer or {}).get("message", ""))})
