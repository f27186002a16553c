"""Requests of every kind as clients in any language may write them, right and wrong, with and without JSON."""

import gzip
import json
import uuid

from comparison import case
from comparison_searches import experiment, pairs, run

LONG = {250: "k" * 250, 251: "k" * 251, 256: "k" * 256, 257: "k" * 257, 500: "k" * 500, 501: "k" * 501}


def each(side, method, path, bodies, **common):
    """Sends bodies one after another; an answer's label is the path and what is the body's own."""
    for body in bodies:
        side.ask(f"{path} {shown(side, body)}", method, path, {**common, **body})


def shown(side, body):
    text = side.plain(json.dumps(body, ensure_ascii=False))
    return text if len(text) < 200 else f"{text[:80]}… {len(text)} characters"


def by_value(answer):
    return sorted(answer.get("metrics", []), key=lambda point: str(point["value"]))


@case
def run_requests(side):
    e = experiment(side, "e")
    r = run(side, e, "r", start_time=5)
    each(side, "POST", "runs/create", [
        {}, {"start_time": "123"}, {"start_time": "x"}, {"start_time": 1.5}, {"start_time": None}, {"run_name": "n", "user_id": "u"}, {"tags": [{"key": "a"}]},
        {"tags": [{"value": "a"}]}, {"tags": {"a": "b"}}, {"tags": [{"key": "a", "value": 5}]}, {"tags": pairs({"a" * 251: "long"})}, {"tags": pairs({"q'?": "odd"})}, {"bogus": 1},
        {"run_name": 5}, {"run_name": ""}, {"run_name": "x", "tags": pairs({"mlflow.runName": "x"})}, {"run_name": "x", "tags": pairs({"mlflow.runName": "y"})},
        {"experiment_id": ""}, {"experiment_id": None}, {"experiment_id": "98765432198"}, {"experiment_id": "abc"}, {"experiment_id": 5}], experiment_id=e, start_time=7)
    point = {"run_id": r, "key": "a", "value": 1, "timestamp": 1}
    loose = run(side, e, "loose")
    each(side, "POST", "runs/log-metric", [{"value": True}, {"timestamp": 2**63}, {"step": 1.5}, {"step": 2**63}], **{**point, "run_id": loose})
    each(side, "POST", "runs/log-metric", [
        {}, {"value": "1.5", "timestamp": "2", "step": "3"}, {"key": "b", "value": "NaN"}, {"key": "b", "value": "Infinity", "timestamp": 2}, {"key": "b", "value": "abc"}, {"value": None},
        {"value": [1]}, {"timestamp": None}, {"key": None}, {"run_id": None}, {"timestamp": "abc"}, {"timestamp": -1}, {"step": "x"}, {"step": None},
        {"key": "s", "step": -9223372036854775808}, {"key": 5}, {"key": ""}, {"key": "."}, {"key": ".."}, {"key": "..."}, {"key": "a/../b"}, {"key": "/a"}, {"key": "a//b"}, {"key": "a/"},
        {"key": "./a"}, {"key": "a?"}, {"key": "ü/é 1"}, {"key": "a\nb"}, {"key": "日本"}, {"key": "🙂"}, {"key": LONG[250]}, {"key": LONG[251]}, {"run_id": "nope"}, {"run_id": ""}, {"run_id": 5},
        {"key": "d", "unknown": {"a": []}}, {"key": "a\u0000b"}, {"key": "half", "dataset_name": "d"}], **point)
    for path in ["runs/log-parameter", "runs/set-tag"]:
        each(side, "POST", path, [
            {}, {}, {"value": "w"}, {"key": "p2", "value": 5}, {"key": "p3", "value": None}, {"key": "p4", "value": ""}, {"key": ""}, {"key": None}, {"key": "..."}, {"key": "a/./b"}, {"key": "a?"},
            {"key": LONG[250]}, {"key": LONG[251]}, {"key": "long", "value": "v" * 6001}, {"key": "longer", "value": "v" * 8001}, {"key": "a\u0000b"}, {"key": "uni", "value": "é\U0001f642\u2028"},
            {"run_id": "nope"}], run_id=r, key="p", value="v")
    each(side, "POST", "runs/set-tag", [{"key": "mlflow.runName", "value": "renamed"}, {"key": "mlflow.user", "value": "somebody"}, {"key": "mlflow.source.type", "value": "X"}], run_id=r)
    each(side, "POST", "runs/delete-tag", [{"key": "p"}, {"key": "p"}, {"key": "none"}, {}, {"key": "a?"}], run_id=r)
    batch = {"key": "q", "value": 1, "timestamp": 1, "step": 0}
    each(side, "POST", "runs/log-batch", [
        {}, {"metrics": [batch]}, {"metrics": [{**batch, "step": None}]}, {"metrics": [{"key": "q", "value": 1}]}, {"metrics": [{"key": "q", "timestamp": 1}]}, {"metrics": [{"value": 1, "timestamp": 1}]},
        {"metrics": [{**batch, "value": "NaN", "timestamp": "1", "step": "2"}]}, {"metrics": {"key": "q"}}, {"metrics": None}, {"params": [{"value": "z"}]}, {"params": pairs({"z": 1, "y": 2})}, {"params": pairs({"z": 1}) + pairs({"z": 2})},
        {"params": pairs({"z": 2})}, {"tags": [{"key": "z"}]}, {"tags": pairs({"z": 1}) + pairs({"z": 2})}, {"metrics": [batch] * 3}, {"metrics": [batch] * 1001}, {"params": pairs({f"n{i}": i for i in range(101)})}, {"metrics": [{**batch, "key": LONG[251]}]},
        {"metrics": [{**batch, "key": "a\u0000"}]}, {"run_id": "nope", "metrics": [batch]}, {"tags": pairs({"mlflow.runName": "by batch"})}], run_id=r)
    for path in ["runs/log-parameter", "runs/set-tag"]:
        each(side, "POST", path, [{"key": "nul", "value": "a\u0000b"}, {"key": "half", "value": "\ud83d"}], run_id=loose)
    side.ask("all of the run", "GET", "runs/get", params={"run_id": r})
    for key in ["b", "s", "none", ""]:
        side.ask(f"history {key}", "GET", "metrics/get-history", params={"run_id": r, "metric_key": key}, keep=by_value)
    each(side, "POST", "runs/update", [
        {}, {"status": "FINISHED", "end_time": 9}, {"status": "finished"}, {"end_time": "99"}, {"status": "FAILED", "end_time": 100}, {"run_name": "nn"}, {"run_name": ""}, {"end_time": "x"}, {"run_id": None, "status": "FINISHED"}, {"run_id": "nope"}], run_id=r)
    each(side, "POST", "runs/search", [
        {"experiment_ids": e}, {"experiment_ids": []}, {"filter": 5}, {"run_view_type": "all"}, {"max_results": "1"}, {"max_results": 2.5}, {"max_results": "x"}, {"order_by": "start_time"}, {"order_by": [5]}, {"page_token": 5}], experiment_ids=[e], filter="tags.none = 'x'")
    for path in ["runs/delete", "runs/delete", "runs/restore", "runs/restore"]:
        side.ask(path, "POST", path, {"run_id": r})
    for label, query in {"none": {}, "unknown": {"run_id": "f" * 32}, "more": {"run_id": r, "x": "y"}, "odd": {"run_id": "a/b c"}}.items():
        side.ask("runs/get " + label, "GET", "runs/get", params=query)


@case
def experiment_requests(side):
    w = side.called("x" + uuid.uuid4().hex[:10], "W")
    each(side, "POST", "experiments/create", [
        {}, {}, {"name": ""}, {"name": 5}, {"name": None}, {"name": "a", "tags": "x"}, {"name": "a", "artifact_location": 5}, {"name": ["a"]}, {"name": w + LONG[500][11:]}, {"name": w + LONG[501][11:]}, {"name": w + "é" * 489},
        {"name": w + "a/b"}, {"name": w + "\n"}, {"name": w + "\u0000x"}, {"name": w + "t", "tags": pairs({LONG[251]: "x"})}, {"name": w + "s3", "artifact_location": "s3://b/c/"}, {"name": w + "q", "artifact_location": "s3://b/c?x=1#f"}], name=w)
    e = experiment(side, "e", tags=pairs({"k": "v"}))
    side.ask("get", "GET", "experiments/get", params={"experiment_id": e}, keep=lambda answer: answer["experiment"]["tags"])
    for id in ["", "abc", "9" * 23, "-1", "98765432198"]:
        side.ask("get " + id, "GET", "experiments/get", params={"experiment_id": id})
    for name in ["", "zzz", w, w + "\u0000x"]:
        side.ask("by name " + name, "GET", "experiments/get-by-name", params={"experiment_name": name}, keep=lambda answer: answer["experiment"]["name"])
    each(side, "POST", "experiments/update", [{}, {"new_name": 5}, {"new_name": ""}, {"new_name": LONG[501]}, {"new_name": w + "new"}, {"experiment_id": "98765432198", "new_name": "x"}], experiment_id=e)
    each(side, "POST", "experiments/set-experiment-tag", [
        {}, {"key": LONG[250]}, {"key": LONG[251]}, {"key": ""}, {"key": "a?"}, {"key": "x/../y"}, {"value": "v" * 5000}, {"value": "v" * 5001}, {"value": ""}, {"key": "nul", "value": "\u0000"}, {"experiment_id": "98765432198"}], experiment_id=e, key="k", value="v")
    for path in ["delete", "delete", "restore", "restore"]:
        side.ask(path, "POST", "experiments/" + path, {"experiment_id": e})
    each(side, "POST", "experiments/search", [{"max_results": "1"}, {"view_type": "x"}, {"order_by": "name"}, {"max_results": None}], max_results=1, filter="name = 'zzz'")


@case
def registry_requests(side):
    w = side.called("m" + uuid.uuid4().hex[:10], "W")
    each(side, "POST", "registered-models/create", [
        {}, {}, {"name": ""}, {"name": " "}, {"name": 5}, {"name": w + "/b"}, {"name": w + ":b"}, {"name": w + "\\b"}, {"name": w + "%?#"}, {"name": ".."}, {"name": w + "t", "tags": [{"key": "a"}]}, {"name": w + "\u0000x"}, {"name": w + "d", "description": "\u0000"},
        *({"name": w + LONG[length][11:]} for length in LONG), {"name": w + "long tag", "tags": pairs({LONG[251]: "x"})}, {"name": w + "description", "description": "d" * 5001}], name=w)
    for query in [{"name": w}, {"name": w + LONG[257][11:]}, {"name": w + LONG[500][11:]}, {"name": "zzz"}, {}]:
        side.ask(f"get {query}", "GET", "registered-models/get", params=query)
    side.ask("model of odd sources", "POST", "registered-models/create", {"name": w + "odd"})
    each(side, "POST", "model-versions/create", [
        {"source": "http://x/y"}, {"source": "https://x/y"}, {"source": "ftp://x/y"}, {"source": "hdfs://x/y"}, {"description": "a\u0000b"}], name=w + "odd", source="s3://x/y")
    each(side, "POST", "model-versions/create", [
        {}, {"source": None}, {"source": 5}, {"source": ""}, {"source": "file:///etc"}, {"source": "/etc/passwd"}, {"source": "relative"}, {"source": "mlflow-artifacts:/../x"}, {"source": "models:/none/1"},
        {"source": "models:/x@y"}, {"source": "runs:/nope/m"}, {"source": "dbfs:/x"}, {"source": "s3://b/../c"}, {"source": "gs://b/%2e%2e/c"}, {"source": "s3://b/c?x=../y"}, {"name": w + "none"}, {"run_id": ""}, {"tags": pairs({"a": "b"}), "run_link": "l", "description": "x"}], name=w, source="s3://x/y")
    for version in ["1", "01", " 1", "+1", "-1", "0", "x", "1.0", "", "77", "9" * 25]:
        query = {"name": w, "version": version}
        side.ask(f"version {version!r}", "GET", "model-versions/get", params=query, keep=lambda answer: answer["model_version"]["version"])
        side.ask(f"version {version!r} uri", "GET", "model-versions/get-download-uri", params=query)
        side.ask(f"version {version!r} tag", "POST", "model-versions/set-tag", {**query, "key": "k", "value": "v"})
        side.ask(f"version {version!r} alias", "POST", "registered-models/alias", {**query, "alias": "al"})
    for alias in ["champion", "a/b", "a b", "v1", "V2", "1", "latest", "Latest", "", LONG[251], LONG[256], LONG[257], "ü", "a.b", "a-b", "a:b", "v1x", "@a", "a\u0000"]:
        side.ask("set alias " + alias, "POST", "registered-models/alias", {"name": w, "alias": alias, "version": "1"})
        side.ask("get alias " + alias, "GET", "registered-models/alias", params={"name": w, "alias": alias}, keep=lambda answer: answer["model_version"]["version"])
    for path, more in {"registered-models/set-tag": {}, "model-versions/set-tag": {"version": "1"}}.items():
        each(side, "POST", path, [{}, {"key": ""}, {"key": LONG[250]}, {"key": LONG[251]}, {"value": "v" * 5001}, {"value": "v" * 100001}, {"key": "a?"}, {"key": "e", "value": ""}, {"key": "nul", "value": "a\u0000b"}], name=w, key="k", value="v", **more)
    for stage in ["Staging", "staging", "PRODUCTION", "Archived", "None", "nope", "", None]:
        side.ask(f"stage {stage}", "POST", "model-versions/transition-stage", {"name": w, "version": "1", "stage": stage, "archive_existing_versions": False}, keep=lambda answer: answer["model_version"]["current_stage"])
    side.ask("latest", "GET", "registered-models/get-latest-versions", params={"name": w, "stages": ["None"]})
    for description in ["x", "d" * 5001, ""]:
        side.ask(f"describe {description[:3]}", "PATCH", "registered-models/update", {"name": w, "description": description}, keep=lambda answer: answer["registered_model"].get("description"))
    side.ask("describe none", "PATCH", "registered-models/update", {"name": "zzz", "description": "x"})
    each(side, "POST", "registered-models/rename", [{}, {"new_name": ""}, {"new_name": w + "/"}, {"new_name": w + "%?#"}], name=w)
    side.ask("rename", "POST", "registered-models/rename", {"name": w, "new_name": w + "new"}, keep=lambda answer: answer["registered_model"]["name"])
    m = w + "new"
    side.ask("renamed", "GET", "registered-models/get", params={"name": m}, keep=lambda answer: sorted({alias["alias"] for alias in answer["registered_model"]["aliases"]} - {"1"}))
    side.ask("delete version", "DELETE", "model-versions/delete", {"name": m, "version": "1"})
    side.ask("delete version again", "DELETE", "model-versions/delete", {"name": m, "version": "1"})
    side.ask("delete", "DELETE", "registered-models/delete", {"name": m})
    side.ask("delete again", "DELETE", "registered-models/delete", {"name": m})


@case
def dataset_requests(side):
    e = experiment(side, "e")
    r = run(side, e, "r")
    dataset = {"name": "n", "digest": "d", "source_type": "local", "source": "s"}
    cases = {
        "plain": [{"dataset": dataset}], "again": [{"dataset": dataset}], "context": [{"dataset": dataset, "tags": pairs({"mlflow.data.context": "training"})}], "schema": [{"dataset": {**dataset, "digest": "s", "schema": "{}", "profile": "{}"}}], "no name": [{"dataset": {**dataset, "name": None}}],
        "empty name": [{"dataset": {**dataset, "name": ""}}], "no digest": [{"dataset": {"name": "x"}}], "long name": [{"dataset": {**dataset, "name": LONG[501]}}], "long digest": [{"dataset": {**dataset, "digest": "d" * 37}}], "long source": [{"dataset": {**dataset, "digest": "l", "source": "s" * 65536}}],
        "tag twice": [{"dataset": {**dataset, "digest": "t"}, "tags": pairs({"k": 1}) + pairs({"k": 2})}], "nul": [{"dataset": {**dataset, "digest": "u", "source": "\u0000"}}], "none": [], "no dataset": [{}], "word": "x"}
    loose = run(side, e, "loose")
    for label, datasets in cases.items():
        id = r if label in ("plain", "again", "context", "schema", "none") else loose
        side.ask("log " + label, "POST", "runs/log-inputs", {"run_id": id, "datasets": datasets})
    side.ask("unknown run", "POST", "runs/log-inputs", {"run_id": "nope", "datasets": cases["plain"]})
    for body in [{"experiment_ids": []}, {}]:
        side.ask(f"search {body}", "POST", "/ajax-api/2.0/mlflow/experiments/search-datasets", body)
    side.ask("inputs", "GET", "runs/get", params={"run_id": r}, keep=lambda answer: sorted(answer["run"]["inputs"]["dataset_inputs"], key=lambda each: json.dumps(each, sort_keys=True)))


@case
def artifact_requests(side):
    e = experiment(side, "e")
    r = run(side, e, "r")
    odd = run(side, e, "odd")
    root = f"/api/2.0/mlflow-artifacts/artifacts/{e}/{r}/artifacts"
    for path in ["a.txt", "sp%20ace.txt", "pl+us.txt", "%C3%BC%E6%97%A5%F0%9F%99%82.txt", "deep/er/leaf", "a.txt/below", "deep", "%2e%2e/up", "a/%2e%2e/%2e%2e/b", "%2Fetc", ".hidden"]:
        side.ask("put " + path, "PUT", f"{root}/{path}", data=b"bytes of " + path.encode())
        side.ask("get " + path, "GET", f"{root}/{path}")
    for path in ["per%25cent", "a%00b", "a%0Ab", "back%5Cslash", "q%3Fm%23h"]:
        side.ask("put " + path, "PUT", f"{root.replace(r, odd)}/{path}", data=b"x")
        side.ask("get " + path, "GET", f"{root.replace(r, odd)}/{path}")
    side.ask("put nothing", "PUT", f"{root}/empty", data=b"")
    side.ask("put in chunks", "PUT", f"{root}/chunks", data=(block for block in [b"one ", b"two ", b"three"]))
    side.ask("get chunks", "GET", f"{root}/chunks")
    side.ask("get none", "GET", f"{root}/none")
    for path in [None, "deep", "deep/er", "none", "a.txt", "..", "/", "%2e%2e", "a\u0000b"]:
        def keep(content):
            return [[file["path"], file["is_dir"], file.get("file_size") or 0] for file in sorted(content.get("files", []), key=lambda file: file["path"])]

        side.ask(f"list {path}", "GET", "artifacts/list", params={"run_id": r, "path": path}, keep=keep)
        query = f"{e}/{r}/artifacts" + (f"/{path}" if path else "")
        side.ask(f"list by proxy {path}", "GET", "/api/2.0/mlflow-artifacts/artifacts", params={"path": query}, keep=keep)
    for query in [f"run_id={r}&path=deep/er/leaf", f"run_id={r}&path=none", f"run_id={r}", "path=x", "run_id=nope&path=x", f"run_id={r}&path=../x"]:
        side.ask("get-artifact " + query, "GET", "/get-artifact?" + query)
    side.ask("delete", "DELETE", f"{root}/deep")
    side.ask("delete none", "DELETE", f"{root}/none")
    side.ask("deleted", "GET", f"{root}/deep/er/leaf")


@case
def wire(side):
    """Bodies and requests that are odd as HTTP."""
    e = experiment(side, "e")
    r = run(side, e, "r")

    def tag(key, value="1"):
        return json.dumps({"run_id": r, "key": key, "value": value})

    loose = run(side, e, "loose")

    def loose_tag(key):
        return tag(key).replace(r, loose)

    bodies = [
        ("no json", "{", "application/json"), ("array", "[]", "application/json"), ("null", "null", "application/json"), ("number", "5", "application/json"), ("form", "run_id=" + r, "application/x-www-form-urlencoded"), ("text", tag("text"), "text/plain"),
        ("no type", tag("no type"), None), ("charset", tag("charset"), "application/json; charset=utf-8"), ("capitals", loose_tag("capitals"), "Application/JSON"), ("latin", tag("latin").encode("latin-1"), "application/json; charset=latin-1"), ("mark", "\ufeff" + loose_tag("mark"), "application/json"),
        ("keys twice", '{"run_id": "x", "run_id": "%s", "key": "twice", "value": "1", "value": "2"}' % r, "application/json"), ("surrogates", '{"run_id": "%s", "key": "sur", "value": "\\ud83d\\ude42"}' % r, "application/json"), ("nan", '{"run_id": "%s", "key": "nn", "value": NaN}' % r, "application/json"),
        ("vendor", tag("vendor"), "application/vnd.api+json"), ("empty", "", "application/json"), ("spaces", "  ", "application/json"), ("after", tag("after") + " x", "application/json"), ("comma", '{"run_id": "%s", "key": "comma", "value": "1",}' % r, "application/json"),
        ("single quotes", "{'run_id': 'x'}", "application/json"), ("bad bytes", b'{"run_id": "' + r.encode() + b'", "key": "bad", "value": "\xff\xfe"}', "application/json"), ("text in text", json.dumps(tag("inner")), "application/json")]
    for label, data, type in bodies:
        data = data if isinstance(data, bytes) else data.encode()
        side.ask("body " + label, "POST", "runs/set-tag", data=data, headers={"Content-Type": type} if type else {})
    side.ask("body compressed", "POST", "runs/set-tag", data=gzip.compress(tag("gz").encode()), headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})
    side.ask("body in chunks", "POST", "runs/set-tag", data=(bytes([byte]) for byte in loose_tag("chunks").encode()), headers={"Content-Type": "application/json"})
    point = '{"run_id": "%s", "key": "%s", "value": %s, "timestamp": %s, "step": %s}'
    for label, values in {"big step": ("1", "1", "9007199254740992"), "exponent": ("1e2", "1e3", "0"), "big value": ("1" + "0" * 400, "1", "0"), "many digits": ("0.1000000000000000055511151231257827", "1", "0"), "twice": ('1, "value": 2', "1", "0"), "leading zero": ("01", "1", "0"), "hex": ("0x10", "1", "0")}.items():
        side.ask("metric " + label, "POST", "runs/log-metric", data=point % (r, label, *values), headers={"Content-Type": "application/json"})
    side.ask("all of the run", "GET", "runs/get", params={"run_id": r})
    for path in ["runs/get?run_id=%s" % r, "runs/get?run%%5Fid=%s" % r, "runs/get?run_id=%s&run_id=x" % r, "runs/get?run_id=x&run_id=%s" % r, "runs/get?run_id=%s;a=b" % r, "runs/get?run_id=%s#x" % r, "runs%%2Fget?run_id=%s" % r, "runs/get/?run_id=%s" % r, "//runs/get?run_id=%s" % r, "Runs/Get?run_id=%s" % r, "runs/get?run_id=%%zz", "runs/get?run_id=%%00", "runs/get?run_id=%%ff"]:
        side.ask("GET " + path.replace("%%", "%"), "GET", "/api/2.0/mlflow/" + path.replace("%%", "%"), keep=lambda answer: answer["run"]["info"]["run_name"])
    methods = [("OPTIONS", "runs/create"), ("HEAD", "runs/get"), ("HEAD", f"runs/get?run_id={r}"), ("PUT", "runs/create"), ("DELETE", "runs/delete"), ("GET", "runs/create"), ("PATCH", "runs/update"), ("GET", "nope"), ("POST", "runs/create/")]
    absent = ["webhooks/list", "gateway/endpoints/list", "scorers/list?experiment_id=0", "runs/list", "experiments/list", "registered-models/list", "users/get"]
    paths = [("GET", f"/api/{version}/experiments/get?experiment_id=0") for version in ["1.0/mlflow", "2.0/preview/mlflow"]] + [("GET", "/ajax-api/2.0/mlflow/experiments/get?experiment_id=0"), ("GET", "/health"), ("GET", "/version")]
    for method, path in methods + [("GET", path) for path in absent] + paths:
        side.ask(f"{method} {path}", method, path, keep=lambda content: None)


@case
def trace_requests(side):
    e = experiment(side, "e")
    ids = []
    for i in range(3):
        id = side.called("tr-" + uuid.uuid4().hex, f"T{i}")
        location = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": e}}
        info = {"trace_id": id, "trace_location": location, "request_time": f"2026-01-0{i + 1}T00:00:00Z", "execution_duration": "1.5s", "state": ["OK", "ERROR", "IN_PROGRESS"][i], "tags": {"t": str(i), "mlflow.traceName": f"root{i}"}, "trace_metadata": {"custom": str(i)}, "request_preview": "question", "client_request_id": f"cr{i}"}
        side.ask(f"start {i}", "POST", "/api/3.0/mlflow/traces", {"trace": {"trace_info": info}})
        ids.append(id)
    for id in [ids[0], "tr-none"]:
        side.ask("get " + id, "GET", f"/api/3.0/mlflow/traces/{id}")
        side.ask("tag " + id, "PATCH", f"/api/3.0/mlflow/traces/{id}/tags", {"key": "k", "value": "v"})
        side.ask("tag away " + id, "DELETE", f"/api/3.0/mlflow/traces/{id}/tags", {"key": "k"})
        for label, body in {"feedback": {"feedback": {"value": True}}, "expectation": {"expectation": {"value": "x"}}, "neither": {}}.items():
            about = {"assessment_name": "f", "trace_id": id, "source": {"source_type": "HUMAN", "source_id": "me"}, "create_time": "2026-01-01T00:00:00Z", "last_update_time": "2026-01-01T00:00:00Z"}
            side.ask(f"assess {id} {label}", "POST", f"/api/3.0/mlflow/traces/{id}/assessments", {"assessment": {**about, **body}})

    def search(label, **body):
        def keep(content):
            return sorted(each["client_request_id"] for each in content.get("traces", []))

        where = [{"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": e}}]
        side.ask(label, "POST", "/api/3.0/mlflow/traces/search", {"locations": where, **body}, keep=keep)

    for filter in ["", "status = 'OK'", "status != 'OK'", "state = 'OK'", "name = 'root1'", "name LIKE 'root%'", "name IN ('root1', 'root2')", "timestamp > 0", "timestamp_ms < 5", "execution_time_ms = 1500", "tags.t = '1'", "tag.t != '1'", "tags.t IS NULL", "metadata.custom = '1'", "request_metadata.custom != '1'", "client_request_id = 'cr1'", "trace_id = 'x'", "feedback.f = 'true'", "feedback.none IS NULL", "expectation.f = 'x'", "foo.bar = 'x'", "name = 'a' OR name = 'b'", "name = 'root1' AND", "AND name = 'root1'", "name", "name > 'a'"]:
        search("where " + filter, filter=filter)
    for body in [{"max_results": 0}, {"max_results": 501}, {"page_token": "x"}, {"order_by": ["nope"]}, {"locations": []}]:
        search(f"search {body}", **body)
    for body in [{"experiment_id": e, "request_ids": [ids[0], "x"]}, {"experiment_id": e, "max_timestamp_millis": 5, "max_traces": 1}, {"experiment_id": e}, {}]:
        side.ask(f"delete {shown(side, body)}", "POST", "/api/3.0/mlflow/traces/delete-traces", body)


def without_digest(answer):
    """A digest is each server's own; the tags are JSON in a text."""
    dataset = dict(answer["dataset"])
    dataset.pop("digest", None)
    return {**dataset, "tags": json.loads(dataset["tags"])}


@case
def evaluation_datasets(side):
    e = experiment(side, "e")
    name = side.called("set" + uuid.uuid4().hex[:8], "set")
    made = side.ask("create", "POST", "/api/3.0/mlflow/datasets/create", {"name": name, "experiment_ids": [e], "tags": '{"a": "b"}'}, keep=without_digest)
    id = side.called(made["dataset"]["dataset_id"], "D")
    root = f"/api/3.0/mlflow/datasets/{id}"
    side.ask("get", "GET", root, keep=without_digest)
    records = json.dumps([{"inputs": {"q": "a"}, "expectations": {"x": 1}}, {"inputs": {"q": "b"}}, {"inputs": {"q": "a"}, "tags": {"t": "1"}}])
    side.ask("records", "POST", root + "/records", {"records": records})
    for query in [{}, {"max_results": "1"}, {"page_token": "x"}]:
        side.ask(f"read {query}", "GET", root + "/records", params=query, keep=lambda answer: len(json.loads(answer.get("records", "[]"))))
    for body in [{"records": "x"}, {"records": "[]"}, {}]:
        side.ask(f"records {body}", "POST", root + "/records", body)
    for filter in ["", f"name = '{name}'", f"name LIKE '%{name[1:]}'", "tags.a = 'b'", "created_time > 0", "foo = 'x'", "bad"]:
        side.ask("where " + filter.replace(name[1:], "…"), "POST", "/api/3.0/mlflow/datasets/search", {"experiment_ids": [e], "filter_string": filter}, keep=lambda answer: [each["name"] for each in answer.get("datasets", [])])
    side.ask("unknown", "GET", "/api/3.0/mlflow/datasets/d-" + "0" * 32)
    side.ask("delete", "DELETE", root)
    side.ask("deleted", "GET", root)
