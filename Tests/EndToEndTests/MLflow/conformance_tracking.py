"""What MLflow's server answers about experiments, runs, metrics, searches and datasets, asked with its own client.

Usage: conformance_tracking.py [NAME ...]; see harness.py.
"""

import json
import math
import time

import mlflow
import pandas
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag, ViewType

from harness import ask, client, fresh, gesture, main, raises


def run(**more):
    return client.create_run(client.create_experiment(fresh()), **more)


@gesture
def experiment_life():
    name = fresh()
    id = client.create_experiment(name, artifact_location="s3://bucket/place", tags={"a": "1", "b": "2"})
    made = client.get_experiment(id)
    assert made.artifact_location == "s3://bucket/place" and made.tags == {"a": "1", "b": "2"}
    assert made.creation_time == made.last_update_time
    # A path leads on from where the server runs.
    inside = client.get_experiment(client.create_experiment(fresh(), artifact_location="some/place")).artifact_location
    assert inside.startswith("/") and inside.endswith("/some/place"), inside
    client.set_experiment_tag(id, "lines", "x\ny")
    client.set_experiment_tag(id, "empty", "")
    assert client.get_experiment(id).tags == {"a": "1", "b": "2", "lines": "x\ny", "empty": ""}
    client.delete_experiment_tag(id, "lines")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_experiment_tag(id, "lines"), "No tag with name: lines")
    client.rename_experiment(id, name + "2")
    assert client.get_experiment_by_name(name) is None
    client.delete_experiment(id)
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_experiment(id), f"No Experiment with id={id} exists")
    raises("INVALID_PARAMETER_VALUE", lambda: client.create_run(id), "must be in the 'active' state")
    raises("INVALID_PARAMETER_VALUE", lambda: client.set_experiment_tag(id, "a", "b"), "must be in the 'active' state")
    client.restore_experiment(id)
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.restore_experiment(id), "No Experiment with id=")
    raises("INVALID_PARAMETER_VALUE", lambda: client.get_experiment("abc"), "Experiment ID must be a valid integer")
    raises("INVALID_PARAMETER_VALUE", lambda: client.create_experiment("x" * 501), "maximum length of 500 characters")


@gesture
def experiment_search():
    word = fresh("s").replace("-", "")
    ids = []
    for name, tags in [("a", {"key": "value"}), ("ab", {"key": "vaLue"}), ("Abc", None)]:
        time.sleep(0.002)
        ids.append(client.create_experiment(word + name, tags=tags))

    def names(filter="", **more):
        found = client.search_experiments(filter_string=f"name ILIKE '{word}%'" + filter, **more)
        return [e.name.removeprefix(word) for e in found]

    assert names() == ["Abc", "ab", "a"]
    assert names(f" AND attribute.name != '{word}a'") == ["Abc", "ab"]
    assert names(f" AND name LIKE '{word}a%'") == ["ab", "a"]
    assert names(" AND tag.key = 'value'") == ["a"] and names(" AND tag.key != 'value'") == ["ab"]
    assert names(" AND tags.key ILIKE '%alu%'") == ["ab", "a"] and names(" AND tags.key IS NULL") == ["Abc"]
    assert names(f" AND experiment_id IN ('{ids[0]}', '{ids[2]}')") == ["Abc", "a"]
    assert names(order_by=["name DESC"]) == ["ab", "a", "Abc"]
    page = client.search_experiments(filter_string=f"name ILIKE '{word}%'", max_results=2)
    rest = client.search_experiments(filter_string=f"name ILIKE '{word}%'", max_results=2, page_token=page.token)
    assert len(page) == 2 and [e.name for e in rest] == [word + "a"] and not rest.token
    client.delete_experiment(ids[1])
    assert names() == ["Abc", "a"] and names(view_type=ViewType.DELETED_ONLY) == ["ab"]
    # The youngest first, whatever has happened to them since.
    assert names(view_type=ViewType.ALL) == ["Abc", "ab", "a"]
    for bad, words in [
        ("name IN ('a')", "list of quoted string values"), ("name = 5", "quoted string value"), ("metrics.a > 1", "Invalid entity type"),
        ("name > 'x'", "Invalid comparator '>'"), ("creation_time > 'x'", "Expected numeric value"), ("other = 'x'", "Invalid attribute key"),
        ("name = 'a' OR name = 'b'", "Invalid clause(s) in filter string: OR"), ("nonsense", "Invalid clause(s) in filter string: nonsense"),
    ]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.search_experiments(filter_string=bad), words)
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_experiments(order_by=["name SIDEWAYS"]), "Invalid ordering key")
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_experiments(max_results=60000), "It must be at most 50000")


@gesture
def run_life():
    made = run(start_time=456, run_name="mine", tags={"mlflow.user": "me", "mlflow.parentRunId": "7", "my": "tag"})
    id, experiment = made.info.run_id, made.info.experiment_id
    for seen in [made, client.get_run(id), client.search_runs([experiment])[0]]:
        assert (seen.info.user_id, seen.info.start_time, seen.info.run_name) == ("me", 456, "mine")
        assert seen.info.status == "RUNNING" and seen.info.end_time is None and seen.info.lifecycle_stage == "active"
        assert seen.data.tags["my"] == "tag" and seen.data.tags["mlflow.parentRunId"] == "7"
    client.set_terminated(id, "KILLED", end_time=789)
    assert (client.get_run(id).info.status, client.get_run(id).info.end_time) == ("KILLED", 789)
    client.update_run(id, name="other")
    assert client.get_run(id).info.status == "KILLED" and client.get_run(id).info.run_name == "other"
    client.update_run(id, status="RUNNING")
    assert client.get_run(id).info.status == "RUNNING"
    client.delete_run(id)
    assert client.get_run(id).info.lifecycle_stage == "deleted" and client.search_runs([experiment]) == []
    for write in [
        lambda: client.log_metric(id, "a", 1), lambda: client.log_param(id, "a", 1), lambda: client.set_tag(id, "a", 1),
        lambda: client.delete_tag(id, "my"), lambda: client.log_batch(id, params=[Param("a", "b")]),
        lambda: client.update_run(id, status="FINISHED"),
    ]:
        raises("INVALID_PARAMETER_VALUE", write, f"The run {id} must be in the 'active' state")
    client.restore_run(id)
    assert [r.info.run_id for r in client.search_runs([experiment])] == [id]
    client.set_tag(id, "empty", "")
    client.delete_tag(id, "empty")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag(id, "empty"), "No tag with name: empty")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag("nope", "a"), "Run with id=nope not found")
    raises("INVALID_PARAMETER_VALUE", lambda: client.create_run("0", run_name="a", tags={"mlflow.runName": "b"}), "Both 'run_name'")
    # A run may be made with tags of any name; long texts are cut.
    odd = client.create_run(experiment, tags={"who's (this)?": "x", "mlflow.note.content": "é" * 9000})
    assert odd.data.tags["who's (this)?"] == "x" and odd.data.tags == client.get_run(odd.info.run_id).data.tags
    assert len(odd.data.tags["mlflow.note.content"]) == 8000
    assert client.search_runs([experiment], "tags.`who's (this)?` = 'x'")[0].info.run_id == odd.info.run_id
    client.delete_run(odd.info.run_id)
    named = client.create_run("0", run_name="named").info.run_id
    assert client.get_run(named).data.tags["mlflow.runName"] == "named"
    client.delete_tag(named, "mlflow.runName")
    got = client.get_run(named)
    assert got.info.run_name == "named" and "mlflow.runName" not in got.data.tags
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_tag(named, "mlflow.runName"), "No tag with name: mlflow.runName")
    client.set_tag(named, "mlflow.runName", "renamed")
    got = client.get_run(named)
    assert got.info.run_name == got.data.tags["mlflow.runName"] == "renamed"
    assert [r.info.run_id for r in client.search_runs(["0"], "tags.`mlflow.runName` = 'renamed'")] == [named]


@gesture
def metric_points():
    id = run().info.run_id
    for key, value in [("nan", math.nan), ("inf", math.inf), ("-inf", -math.inf)]:
        client.log_metric(id, key, value)
    client.log_metric(id, "a b:c/d.e_f-g", 123.456, timestamp=789, step=2)
    data = client.get_run(id).data.metrics
    assert math.isnan(data["nan"]) and data["inf"] >= 1.7976931348623157e308 and data["-inf"] <= -1.7976931348623157e308
    point = client.get_metric_history(id, "a b:c/d.e_f-g")[0]
    assert (point.value, point.timestamp, point.step) == (123.456, 789, 2)
    # Steps may be any 64-bit number, such as a time in nanoseconds.
    steps = [-2**63, -1, 2**53 + 1, 1795766400123456789, 2**63 - 1]
    for step in steps:
        client.log_metric(id, "far", 1, timestamp=2**53 + 1, step=step)
    assert [p.step for p in client.get_metric_history(id, "far")] == steps
    # No number is NaN.
    home = client.get_run(id).info.experiment_id
    assert [len(client.search_runs([home], f"metrics.nan {sign} 1")) for sign in ["!=", "=", "<", ">="]] == [1, 0, 0, 0]
    # The latest value is that of the highest step, then time, then value, in whatever order they come.
    for value, time, step in [(1, 5, 3), (2, 9, 1), (3, 5, 2), (4, 4, 3), (5, 5, 3)]:
        client.log_metric(id, "late", value, timestamp=time, step=step)
    assert client.get_run(id).data.metrics["late"] == 5 and len(client.get_metric_history(id, "late")) == 5
    for key, words in [("b?d", "Names may only contain"), ("../x", "name' supplied"), ("k" * 251, "maximum length of 250")]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.log_metric(id, key, 1), words)
        raises("INVALID_PARAMETER_VALUE", lambda: client.log_batch(id, metrics=[Metric("a", 1, 1, 0), Metric(key, 1, 1, 0)]), words)
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_batch(id, metrics=[Metric("a", 1, 1, 0), Metric("b?d", 1, 1, 0)]), "'metrics[1].name'")
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_batch(id, tags=[RunTag("b?d", "x")]), "'tags[0].key'")
    for key, words in [("b?d", "Names may only contain"), ("/x", "for parameter 'key'"), ("k" * 251, "maximum length of 250")]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.log_param(id, key, 1), words)
        raises("INVALID_PARAMETER_VALUE", lambda: client.set_tag(id, key, 1), words)
    client.log_param(id, "empty", "")
    client.log_batch(id, tags=[RunTag("long", "x" * 8001)], params=[Param("e", "")])
    assert client.get_run(id).data.params == {"empty": "", "e": ""} and len(client.get_run(id).data.tags["long"]) == 8000
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_batch(id, params=[Param("e", "x")]), "Changing param values is not allowed")


@gesture
def metric_curves():
    experiment = client.create_experiment(fresh())
    first, second, third = [client.create_run(experiment).info.run_id for _ in range(3)]
    points = [(10.0, 1, 2), (11.0, 1, 3), (12.0, 1, 3), (12.0, 2, 3)]
    for value, time, step in points:
        client.log_metric(first, "a", value, timestamp=time, step=step)
        client.log_metric(second, "a", value + 1, timestamp=time, step=step)

    def bulk(**query):
        answer = ask("GET", "/ajax-api/2.0/mlflow/metrics/get-history-bulk", params={"metric_key": "a", **query})
        return [(m["run_id"], m["value"], m["timestamp"], m["step"]) for m in answer.json()["metrics"]]

    alone = [(first, *p) for p in points]
    both = sorted(alone + [(second, p[0] + 1, p[1], p[2]) for p in points], key=lambda p: p[0])
    assert bulk(run_id=[second, first, third]) == both and bulk(run_id=[first], max_results=2) == alone[:2]
    assert bulk(run_id=["none"]) == [] and client.get_metric_history("f" * 32, "a") == []

    def sampled(key, **query):
        answer = ask("GET", "metrics/get-history-bulk-interval", params={"run_ids": [first], "metric_key": key, **query})
        return [m["step"] for m in answer.json()["metrics"]]

    client.log_batch(first, metrics=[Metric("flat", 10, 1, i) for i in range(10)])
    assert sampled("flat", max_results=5) == [0, 2, 4, 6, 9]  # As MLflow's server picks them.
    assert sampled("flat", max_results=5, start_step=0, end_step=4) == [0, 1, 2, 3, 4]
    client.log_batch(first, metrics=[Metric("peak", 99 if i == 501 else i % 3, 1, i) for i in range(1000)])
    assert 501 in sampled("peak", max_results=20) and len(sampled("peak", max_results=20)) <= 60
    pages, token = [], None
    while True:
        answer = ask("GET", "metrics/get-history", params={
            "run_id": first, "metric_key": "peak", "max_results": 300, "page_token": token}).json()
        pages += answer["metrics"]
        if not (token := answer.get("next_page_token")):
            break
    assert [p["step"] for p in pages] == list(range(1000))


@gesture
def run_search_pages():
    experiment = client.create_experiment(fresh())
    ids = sorted(client.create_run(experiment, start_time=1).info.run_id for _ in range(10))
    pages, token = [], None
    for size in [4, 4, 2]:
        page = client.search_runs([experiment], max_results=4, page_token=token)
        assert len(page) == size
        pages, token = pages + [r.info.run_id for r in page], page.token
    assert pages == ids and not token
    for order in ["start_time", "attributes.start_time DESC", "metrics.none", "params.`none` ASC", "tags.none DESC", "run_id"]:
        assert len(client.search_runs([experiment], order_by=[order])) == 10
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_runs([experiment], max_results=123456789), "Invalid value 123456789 for parameter 'max_results' supplied")
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_runs(["abc"]), "must be a valid integer")
    assert client.search_runs(["424242"]) == []


@gesture
def inputs_with_tags():
    experiment = client.create_experiment(fresh())
    id = client.create_run(experiment).info.run_id
    other, third = [Dataset(name="n", digest=digest, source_type="t", source="s") for digest in "de"]
    client.log_inputs(id, [])
    client.log_inputs(id, [DatasetInput(other, [InputTag("mlflow.data.context", "train"), InputTag("foo", "baz")])])
    client.log_inputs(id, [DatasetInput(other, [InputTag("mlflow.data.context", "train")])])  # again: ignored
    client.log_inputs(id, [DatasetInput(third, [InputTag("only", "tag")])])
    inputs = client.get_run(id).inputs.dataset_inputs
    seen = [sorted((t.key, t.value) for t in i.tags) for i in inputs]
    assert sorted(seen) == [[("foo", "baz"), ("mlflow.data.context", "train")], [("only", "tag")]]
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_inputs(id, [DatasetInput(Dataset("x" * 501, "d", "t", "s"))]), "'name' exceeds the maximum length of 500")
    raises("INVALID_PARAMETER_VALUE", lambda: client.log_inputs(id, [DatasetInput(Dataset("x", "d" * 37, "t", "s"))]), "'digest' exceeds the maximum length of 36")
    for path in ["/ajax-api/2.0/mlflow/experiments/search-datasets", "/api/2.0mlflow/experiments/search-datasets"]:
        found = ask("POST", path, {"experiment_ids": [experiment]}).json()["dataset_summaries"]
        home = {"experiment_id": experiment, "name": "n", "digest": "d"}
        assert sorted(found, key=len) == [{**home, "digest": "e"}, {**home, "context": "train"}]


@gesture
def evaluation_datasets():
    from mlflow.genai import datasets

    one, two = client.create_experiment(fresh()), client.create_experiment(fresh())
    name = fresh("qa")
    made = datasets.create_dataset(name=name, experiment_id=[one], tags={"team": "a", "mlflow.user": "me"})
    assert made.experiment_ids == [one] and made.tags["team"] == "a" and made.created_by == "me"
    assert made.schema is None and made.profile is None
    made.merge_records([
        {"inputs": {"q": "one", "n": 1}, "expectations": {"answer": "1"}},
        {"inputs": {"q": "two", "n": 2.0, "deep": {"b": [1, None], "a": 9007199254740993}}, "outputs": "two"},
        {"inputs": {"q": "three"}, "source": {"source_type": "trace", "source_data": {"trace_id": "tr-1"}}},
    ])
    made.merge_records(pandas.DataFrame([{"inputs": {"n": 1, "q": "one"}, "expectations": {"more": True}, "tags": {"k": "v"}}]))
    got = datasets.get_dataset(dataset_id=made.dataset_id)
    records = client.get_dataset(made.dataset_id).records
    assert [r.inputs["q"] for r in records] == ["one", "two", "three"]
    assert records[0].expectations == {"answer": "1", "more": True} and records[0].tags["k"] == "v"
    assert records[1].inputs == {"q": "two", "n": 2.0, "deep": {"b": [1, None], "a": 9007199254740993}}
    assert isinstance(records[1].inputs["n"], float) and isinstance(records[0].inputs["n"], int) and records[1].outputs == "two"
    assert (records[2].source_type, records[2].source_id) == ("TRACE", "tr-1") and records[0].source_type == "HUMAN"
    assert json.loads(got.schema)["inputs"] == {"q": "string", "n": "integer", "deep": "object"}
    assert json.loads(got.profile) == {"num_records": 3} and len(got.to_df()) == 3 and got.digest != made.digest
    page, token = mlflow.tracking._tracking_service.utils._get_store()._load_dataset_records(made.dataset_id, max_results=2)
    rest, end = mlflow.tracking._tracking_service.utils._get_store()._load_dataset_records(made.dataset_id, max_results=2, page_token=token)
    assert [r.inputs["q"] for r in page + rest] == ["one", "two", "three"] and end is None
    assert got.delete_records([records[1].dataset_record_id, "dr-none"]) == 1
    assert json.loads(datasets.get_dataset(dataset_id=made.dataset_id).profile) == {"num_records": 2}

    datasets.set_dataset_tags(dataset_id=made.dataset_id, tags={"team": "b", "n": "1"})
    datasets.delete_dataset_tag(dataset_id=made.dataset_id, key="n")
    assert datasets.get_dataset(dataset_id=made.dataset_id).tags["team"] == "b"
    datasets.add_dataset_to_experiments(dataset_id=made.dataset_id, experiment_ids=[two])
    assert sorted(datasets.get_dataset(dataset_id=made.dataset_id).experiment_ids) == sorted([one, two])
    datasets.remove_dataset_from_experiments(dataset_id=made.dataset_id, experiment_ids=[one])
    assert datasets.get_dataset(dataset_id=made.dataset_id).experiment_ids == [two]
    raises("RESOURCE_DOES_NOT_EXIST", lambda: datasets.add_dataset_to_experiments(dataset_id=made.dataset_id, experiment_ids=["424242"]), "No Experiment with id=424242")

    other = datasets.create_dataset(name=name + "2", experiment_id=[two], tags={"team": "c"})
    found = lambda filter=None, **more: [d.name for d in datasets.search_datasets(experiment_ids=[two], filter_string=filter, **more)]
    assert found() == [name + "2", name] and found(order_by=["name ASC"]) == [name, name + "2"]
    assert found(f"name = '{name}'") == [name] and found("tags.team = 'c'") == [name + "2"] and found("name LIKE 'nothing%'") == []
    assert found(f"name IN ('{name}', 'x')") == [name] and found("created_time > 1") == [name + "2", name]
    raises("INVALID_PARAMETER_VALUE", lambda: found("color = 'red'"), "Invalid attribute key")
    assert len(client.search_datasets(experiment_ids=[two], max_results=1)) == 1
    datasets.delete_dataset(dataset_id=other.dataset_id)
    raises("RESOURCE_DOES_NOT_EXIST", lambda: datasets.get_dataset(dataset_id=other.dataset_id), "Evaluation dataset with id")
    assert found() == [name]


if __name__ == "__main__":
    main()
