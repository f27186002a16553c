"""What MLflow's server answers to wrong requests, and which of its endpoints are there; asked without its client.

Usage: conformance_rest.py [NAME ...]; see harness.py.
"""

import itertools
import json
import os
import re

from harness import ask, client, gesture, main

invalid, absent = "INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST"
missing = "Missing value for required parameter"
page = os.path.join(os.path.dirname(__file__), "../../../docs/mlflow-endpoints.md")


@gesture
def wrong_requests():
    run = client.create_run("0").info.run_id
    point = {"run_id": run, "key": "k", "value": 1, "timestamp": 5, "step": 1}
    param = {"run_id": run, "key": "k", "value": "v"}
    batch = lambda **fields: ("runs/log-batch", {"run_id": run, **fields}, 400, invalid)
    bulk, interval = "/ajax-api/2.0/mlflow/metrics/get-history-bulk", "metrics/get-history-bulk-interval"
    cases = [
        ("experiments/create", {}, 400, invalid, f"{missing} 'name'"),
        ("experiments/create", {"name": 123}, 400, invalid, "Invalid value 123 for parameter 'name'"),
        ("experiments/create", {"name": "n", "artifact_location": 9.0}, 400, invalid, "Invalid value 9.0 for parameter 'artifact_location'"),
        ("experiments/create", {"name": "n", "tags": "5"}, 400, invalid, "Invalid value \"5\" for parameter 'tags'"),
        ("experiments/create", {"name": "n", "artifact_location": "http://host/a#b"}, 400, invalid, "'artifact_location' URL can't include fragments"),
        ("experiments/update", {"experiment_id": "0"}, 400, invalid, f"{missing} 'new_name'"),
        ("experiments/search-datasets", {}, 400, invalid, "must specify at least one experiment_id."),
        ("experiments/search-datasets", {"experiment_ids": ["1"] * 21}, 400, invalid, "cannot specify more than 20"),
        ("runs/log-metric", {**point, "run_id": 31}, 400, invalid, "Invalid value 31 for parameter 'run_id' supplied"),
        ("runs/log-metric", {**point, "key": 31}, 400, invalid, "Invalid value 31 for parameter 'key' supplied"),
        ("runs/log-metric", {**point, "step": "foo"}, 400, invalid, "Invalid value \"foo\" for parameter 'step' supplied"),
        ("runs/log-metric", {**point, "timestamp": "foo"}, 400, invalid, "Invalid value \"foo\" for parameter 'timestamp' supplied"),
        ("runs/log-metric", {**point, "timestamp": -1}, 400, invalid, "Invalid value -1 for parameter 'timestamp' supplied"),
        ("runs/log-metric", {**point, "run_id": None}, 400, invalid, f"{missing} 'run_id'"),
        ("runs/log-metric", {**point, "key": None}, 400, invalid, f"{missing} 'key'"),
        ("runs/log-metric", {**point, "value": None}, 400, invalid, f"{missing} 'value'"),
        ("runs/log-metric", {**point, "dataset_name": "d"}, 400, invalid, "Both dataset_name and dataset_digest"),
        ("runs/log-parameter", {**param, "run_id": 31}, 400, invalid, "Invalid value 31 for parameter 'run_id' supplied"),
        ("runs/log-parameter", {**param, "key": 31}, 400, invalid, "Invalid value 31 for parameter 'key' supplied"),
        ("runs/set-tag", {**param, "value": 41}, 400, invalid, "Invalid value 41 for parameter 'value' supplied"),
        ("runs/set-tag", {"run_id": run, "value": "v"}, 400, invalid, f"{missing} 'key'"),
        ("runs/delete-tag", {"run_id": run, "key": "none"}, 404, absent, "No tag with name: none"),
        (*batch(metrics="foo"), "Invalid value \"foo\" for parameter 'metrics' supplied"),
        (*batch(params="foo"), "Invalid value \"foo\" for parameter 'params' supplied"),
        (*batch(tags="foo"), "Invalid value \"foo\" for parameter 'tags' supplied"),
        (*batch(metrics=[{"key": "m", "value": 2.5}]), "metrics[0].timestamp"),
        (*batch(metrics=[{"key": "m", "value": 1, "timestamp": -1}]), "'metrics[0].timestamp' supplied"),
        (*batch(params=[{"key": "a", "value": "1"}] * 2), "Duplicate parameter keys have been submitted: ['a']"),
        (*batch(metrics=[{"key": "m", "value": 1, "timestamp": 1}] * 1001), "at most 1000 metrics. Got 1001"),
        (*batch(params=[{"key": f"{i}", "value": ""} for i in range(101)]), "at most 100 params. Got 101"),
        (*batch(tags=[{"key": f"{i}", "value": ""} for i in range(101)]), "at most 100 tags. Got 101"),
        ("runs/log-inputs", {"datasets": []}, 400, invalid, f"{missing} 'run_id'"),
        ("runs/log-model", {"run_id": run, "model_json": "x"}, 400, invalid, "Malformed model info"),
        ("runs/log-model", {"run_id": run, "model_json": "{}"}, 400, invalid, "missing mandatory fields"),
        ("runs/search", {"experiment_ids": ["0"], "max_results": 0}, 400, invalid, "It must be a positive integer"),
        ("runs/search", {"experiment_ids": ["0"], "page_token": "x"}, 400, invalid, "Invalid page token"),
        ("runs/search", {"experiment_ids": ["0"], "filter": "run_id IN ()"}, 400, invalid, "expected a non-empty list of string values"),
        ("runs/restore", {"run_id": "f" * 32}, 404, absent, "not found"),
        ("logged-models/search", {}, 400, invalid, f"{missing} 'experiment_ids'"),
        ("/api/3.0/mlflow/traces/search", {}, 400, invalid, f"{missing} 'locations'"),
        ("/api/3.0/mlflow/traces/calculate-filter-correlation", {"experiment_ids": ["0"], "filter_string1": "tags.a = 'b'"}, 400, invalid, f"{missing} 'filter_string2'"),
        ("registered-models/create", {"name": "m", "tags": "x"}, 400, invalid, "for parameter 'tags'"),
        ("model-versions/create", {"name": "none", "source": "s3://a/b"}, 404, absent, "not found"),
        ("model-versions/transition-stage", {"name": "none", "version": "1"}, 400, invalid, f"{missing} 'stage'"),
        ("/api/3.0/mlflow/datasets/create", {"name": 5}, 400, invalid, "Invalid value 5 for parameter 'name'"),
        ("/api/3.0/mlflow/datasets/create", {"name": "n", "tags": "x"}, 400, invalid, "'tags' must be a JSON object"),
        ("/api/3.0/mlflow/datasets/d-x/records", {"records": "[]"}, 404, absent, "Evaluation dataset with id 'd-x' not found"),
    ]
    for path, body, status, code, words in cases:
        answer = ask("POST", path, body)
        said = f"{path} {json.dumps(body)[:200]}: {answer.status_code} {answer.text[:300]}"
        assert answer.status_code == status and answer.json()["error_code"] == code and words in answer.json()["message"], said
    for path, query, words in [
        (bulk, {"metric_key": "k"}, "must specify at least one run_id"), (bulk, {"run_id": ["1"] * 101, "metric_key": "k"}, "cannot specify more than 100 run_ids. Received 101"),
        (bulk, {"run_id": ["123"]}, "GetMetricHistoryBulk request must specify a metric_key"), (interval, {"metric_key": "k"}, f"{missing} 'run_ids'."),
        (interval, {"run_ids": ["1"] * 101, "metric_key": "k"}, "must specify at most 100 run_ids."), (interval, {"run_ids": ["1"], "metric_key": "k", "max_results": 0}, "max_results must be between 1 and 2500"),
        (interval, {"run_ids": ["1"], "metric_key": ""}, f"{missing} 'metric_key'"), (interval, {"run_ids": ["1"], "max_results": 5}, f"{missing} 'metric_key'"),
        (interval, {"run_ids": ["1"], "metric_key": "k", "start_step": 1, "end_step": 0}, "end_step must be greater than start_step. "),
        (interval, {"run_ids": ["1"], "metric_key": "k", "start_step": 1}, "If either start step or end step are specified, both must be specified."),
        ("experiments/get", {}, f"{missing} 'experiment_id'"), ("runs/get", {}, f"{missing} 'run_id'"), ("model-versions/get", {"name": "m"}, f"{missing} 'version'"),
    ]:
        answer = ask("GET", path, params=query)
        assert answer.status_code == 400 and answer.json()["error_code"] == invalid and words in answer.json()["message"], f"{path} {query}: {answer.text}"
    # Accepted as MLflow accepts them.
    for path, body in [
        ("runs/set-tag", {"run_uuid": run, "key": "k", "value": "v"}), ("runs/log-metric", {**point, "timestamp": "17", "step": "3", "value": "1.5"}),
        ("runs/log-batch", {"run_id": run, "metrics": [{"key": "m", "value": 2.5, "timestamp": 123456789}]}), ("runs/log-parameter", {**param, "key": "none", "value": None}),
        ("runs/log-metric", {**point, "extra": 5}), ("runs/log-inputs", {"run_id": run}), ("runs/search", {"experimentIds": ["0"], "runViewType": "ALL"}),
    ]:
        assert ask("POST", path, body).status_code == 200, f"{path} {body}"
    answer = ask("POST", "runs/log-metric", data=json.dumps({**point, "key": "inf", "value": float("inf")}), headers={"Content-Type": "application/json"})
    assert answer.status_code == 200, answer.text


@gesture
def expectations():
    """What was expected is told as the protocol's message can hold it: lists and objects as a text."""
    trace = "tr-" + os.urandom(16).hex()
    place = {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}}
    info = {"trace_id": trace, "trace_location": place, "request_time": "2026-01-01T00:00:00Z", "state": "OK"}
    assert ask("POST", "/api/3.0/mlflow/traces", {"trace": {"trace_info": info}}).status_code == 200
    url = f"/api/3.0/mlflow/traces/{trace}/assessments"
    for value in [{"threshold": 5}, [1, 2], 5, "words", True]:
        sent = {"assessment_name": "a", "expectation": {"value": value}, "source": {"source_type": "CODE", "source_id": "x"}}
        made = ask("POST", url, {"assessment": sent}).json()["assessment"]
        assert made["valid"] is True and made == ask("GET", f"{url}/{made['assessment_id']}").json()["assessment"]
        if isinstance(value, (dict, list)):
            told = made["expectation"]["serialized_value"]
            assert told["serialization_format"] == "JSON_FORMAT" and json.loads(told["value"]) == value
        else:
            assert made["expectation"] == {"value": value}
    sent["overrides"] = "a-none"
    refused = ask("POST", url, {"assessment": sent})
    assert refused.status_code == 404 and refused.json()["error_code"] == absent, refused.text
    assert len(ask("GET", f"/api/3.0/mlflow/traces/{trace}").json()["trace"]["trace_info"]["assessments"]) == 5


def listed():
    """(method, path, is served) of the documented endpoints."""
    rows = re.findall(r"^\| (GET|POST|PUT|PATCH|DELETE) \| `(.+?)` \| (served|absent) ", open(page).read(), re.MULTILINE)
    return [(method, path, word == "served") for method, path, word in rows]


def filled(path, *values):
    """The path with values instead of its parts in braces."""
    rest = itertools.cycle(values or ["x"])
    return re.sub(r"\{.+?\}", lambda _: next(rest), path)


@gesture
def endpoints():
    rows = listed()
    assert len(rows) > 200
    for method, path, served in rows:
        answer = ask(method, filled(path), data="{}" if method != "GET" else None, headers={"Content-Type": "application/json"})
        # A word where others have an identifier is taken for one.
        unknown = f"'{path.split('/')[-1]}' not found"
        missing = answer.status_code == 404 and ("ENDPOINT_NOT_FOUND" in answer.text or unknown in answer.text)
        assert missing != served, f"{method} {path} is {'absent' if missing else 'served'}: {answer.status_code} {answer.text[:200]}"
        assert answer.status_code < 500, f"{method} {path}: {answer.text}"
    # The list is complete: all that the server of the installed package has, but for its own web page.
    from mlflow.server import app

    known = {(method, re.sub(r"\{.+?\}", "{}", path)) for method, path, _ in rows}
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<.+?>", "{}", str(rule))
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            twin = path.replace("/ajax-api/", "/api/", 1)
            assert {(method, path), (method, twin)} & known or path in ["/", "/build/{}", "/static-files/{}"], f"{method} {path} is not in docs/mlflow-endpoints.md"


@gesture
def hostile_requests():
    run, model = client.create_run("0").info.run_id, "m-" + "0" * 32
    deep = "[" * 5000 + "]" * 5000
    values = [None, True, -1, 0, 1e308, 2**63, -(2**63), 10**40, 0.5, "", "x", "\0", "\ud800", "'", "%", "../..", "x" * 3000, [], [None], [[]], [5], ["x"], {}, {"key": 5}, {"a": {"b": []}},
              [{"key": None, "value": []}], "[]", "{}", "[5]", "[{\"inputs\": 5}]", "NaN", "9" * 30, "0", run, "models:/x/1", "runs:/x"]
    names = ["name", "experiment_id", "experiment_ids", "run_id", "key", "value", "timestamp", "step", "tags", "params", "metrics", "filter", "order_by", "max_results", "page_token",
             "version", "alias", "stage", "source", "description", "path", "records", "status", "datasets", "models", "view_type", "new_name", "stages", "metric_key", "run_ids"]
    bodies = [b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe", b'{"name": "\xff"}', deep.encode(), b'{"a":' * 3000, b'{"name": ' + deep.encode() + b"}", b'{"name": 1e999}', b'{"name": "\\ud800"}', b"\0" * 100]
    headers = {"Content-Type": "application/json"}

    def check(answer, what):
        assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"

    for method, path, served in listed():
        if not served:
            continue
        for place in [filled(path, run, model), filled(path, "%00"), filled(path, "%ff%2f..")]:
            check(ask(method, place, params={"name": "\0", "run_id": "\0", "path": "%"}), f"{method} {place}")
        place = filled(path, "0", model)
        for body in bodies:
            check(ask(method, place, data=body, headers=headers), f"{method} {place} {body[:60]}")
        for i, value in enumerate(values):
            # Every field has the value, and every other its neighbour, so that checks are passed one after the other.
            body = {name: value if j % 2 else values[(i + j) % len(values)] for j, name in enumerate(names)}
            for sent in [{name: value for name in names}, body, {**body, "run_id": run, "experiment_id": "0", "name": "n", "key": "k"}]:
                if method == "GET":
                    query = {name: v if isinstance(v, (str, int, float)) else json.dumps(v) for name, v in sent.items() if v != "\ud800"}
                    check(ask(method, place, params=query), f"{method} {place} {query}")
                else:
                    check(ask(method, place, data=json.dumps(sent).encode(), headers=headers), f"{method} {place} {json.dumps(sent)[:2000]}")


@gesture
def large_bodies():
    """Of a body that is too large the server reads what it must and keeps nothing; it says so."""
    def body():
        yield b'{"run_id": "'
        for _ in range(160):
            yield b"x" * (1 << 20)
        yield b'"}'

    headers = {"Content-Type": "application/json", "x-mlflow-experiment-id": "0"}
    for path, status in {"runs/log-batch": 400, "runs/search": 400, "registered-models/create": 400, "/v1/traces": 400, "/api/v1/studies": 413}.items():
        for data in [body(), b"".join(body())]:
            answer = ask("POST", path, data=data, headers=headers)
            assert answer.status_code == status and "larger than" in answer.text, f"{path}: {answer.status_code} {answer.text[:300]}"
    assert ask("GET", "experiments/get", params={"experiment_id": "0"}).ok


if __name__ == "__main__":
    main()
