"""What MLflow's server answers about registered models, versions, prompts, logged models and artifacts.

Usage: conformance_models.py [NAME ...]; see harness.py.
"""

import os
import time

import mlflow

from harness import ask, client, fresh, gesture, main, raises

artifacts = "/api/2.0/mlflow-artifacts/artifacts"


def run():
    return client.create_run(client.create_experiment(fresh()))


def model_with_versions(count, **more):
    name = fresh("model")
    client.create_registered_model(name, **more)
    source = run()
    return name, [client.create_model_version(name, source.info.artifact_uri + f"/{i}", source.info.run_id) for i in range(count)], source


@gesture
def registered_models():
    name = fresh("model")
    made = client.create_registered_model(name, tags={"a": "1"}, description="d")
    assert made.creation_timestamp == made.last_updated_timestamp and made.latest_versions == []
    assert client.get_registered_model(name).description == "d"
    for bad, words in [("a/b", "Invalid model name"), ("a:b", "Invalid model name"), (".", "'.'")]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.create_registered_model(bad), words)
    raises("INVALID_PARAMETER_VALUE", lambda: client.create_registered_model(""), "name")
    raises("RESOURCE_ALREADY_EXISTS", lambda: client.create_registered_model(name), f"Registered Model (name={name}) already exists")
    time.sleep(0.002)
    changed = client.update_registered_model(name, "words")
    assert changed.description == "words" and changed.last_updated_timestamp > made.last_updated_timestamp
    client.set_registered_model_tag(name, "lines", "x\ny")
    client.delete_registered_model_tag(name, "a")
    client.delete_registered_model_tag(name, "never")
    assert client.get_registered_model(name).tags == {"lines": "x\ny"}
    for key, value, words in [("k?", "v", "Names may only contain"), ("k" * 251, "v", "maximum length of 250"), ("k", "v" * 100_001, "maximum length of 100000")]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.set_registered_model_tag(name, key, value), words)
    taken = fresh("model")
    client.create_registered_model(taken)
    raises("RESOURCE_ALREADY_EXISTS", lambda: client.rename_registered_model(name, taken), "already exists")
    client.rename_registered_model(name, name + "2")
    assert client.get_registered_model(name + "2").description == "words"
    for call in [lambda: client.get_registered_model(name), lambda: client.update_registered_model(name, "x"),
                 lambda: client.rename_registered_model(name, "x"), lambda: client.delete_registered_model(name),
                 lambda: client.set_registered_model_tag(name, "a", "b"), lambda: client.get_latest_versions(name)]:
        raises("RESOURCE_DOES_NOT_EXIST", call, f"Registered Model with name={name} not found")
    client.delete_registered_model(name + "2")


@gesture
def registered_model_search():
    word = fresh("rm").replace("-", "")
    for i in range(5):
        client.create_registered_model(f"{word}{'Aa'[i % 2]}{i}", tags={"n": str(i)} if i else {})
        time.sleep(0.002)

    def names(filter, **more):
        return [m.name.removeprefix(word) for m in client.search_registered_models(filter_string=filter, **more)]

    all = f"name LIKE '{word}%'"
    assert names(all) == ["A0", "A2", "A4", "a1", "a3"]
    assert names(f"name ILIKE '{word.upper()}A%'", order_by=["timestamp DESC"]) == ["A4", "a3", "A2", "a1", "A0"]
    assert names(f"name LIKE '{word}a%'", order_by=["name DESC"]) == ["a3", "a1"]
    assert names(all + " AND tags.n = '2'") == ["A2"] and names(all + " AND tags.n != '2'", order_by=["timestamp"]) == ["a1", "a3", "A4"]
    assert names(f"name = '{word}A0'") == ["A0"] and names(f"name IN ('{word}A0', '{word}a1')") == ["A0", "a1"]
    page = client.search_registered_models(filter_string=all, max_results=2)
    more = client.search_registered_models(filter_string=all, max_results=2, page_token=page.token)
    assert [m.name.removeprefix(word) for m in list(page) + list(more)] == ["A0", "A2", "A4", "a1"]
    for bad, words in [("x = 'y'", "Invalid attribute key 'x'"), ("name > 'a'", "Invalid comparator"), ("name = 5", "quoted string value"), ("name = 'a' OR name = 'b'", "OR"), ("nonsense", "nonsense")]:
        raises("INVALID_PARAMETER_VALUE", lambda: names(bad), words)
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_registered_models(max_results=1001), "max_results")
    raises("INVALID_PARAMETER_VALUE", lambda: client.search_registered_models(order_by=["color"]), "color")


@gesture
def model_versions():
    name, made, source = model_with_versions(4)
    assert [int(v.version) for v in made] == [1, 2, 3, 4] and made[0].run_id == source.info.run_id
    assert made[0].status == "READY" and made[0].current_stage == "None"
    # Words and tags are no change of the model, and tags none of the version; a stage is one of both.
    times = lambda: (client.get_registered_model(name).last_updated_timestamp, client.get_model_version(name, "1").last_updated_timestamp)
    before = times()
    time.sleep(0.002)
    client.set_model_version_tag(name, "1", "k", "v")
    client.set_registered_model_tag(name, "k", "v")
    assert times() == before
    client.update_model_version(name, "1", "words")
    assert times()[0] == before[0] and times()[1] > before[1]
    client.transition_model_version_stage(name, "1", "None")
    assert times()[0] > before[0]
    client.set_model_version_tag(name, "2", "k", "w")
    assert client.get_model_version(name, "1").description == "words"
    numbers = lambda filter, **more: [int(v.version) for v in client.search_model_versions(filter, **more)]
    mine = f"name = '{name}'"
    assert numbers(mine, order_by=["version_number"]) == [1, 2, 3, 4] and numbers(mine + " AND tags.k = 'v'") == [1]
    assert numbers(f"run_id = '{source.info.run_id}'", order_by=["version_number DESC"]) == [4, 3, 2, 1]
    assert numbers(f"source_path = '{source.info.artifact_uri}/2'") == [3] and numbers(mine + " AND version_number >= 3", order_by=["version_number"]) == [3, 4]
    assert numbers(f"run_id IN ('{source.info.run_id}') AND {mine}", max_results=3, order_by=["version_number"]) == [1, 2, 3]
    other = name + "-b"
    client.create_registered_model(other)
    client.create_model_version(other, source.info.artifact_uri, source.info.run_id)
    found = client.search_model_versions(f"run_id = '{source.info.run_id}' AND version_number = 1", order_by=["version_number DESC"])
    assert [v.name for v in found] == [name, other]
    client.delete_registered_model(other)
    raises("INVALID_PARAMETER_VALUE", lambda: numbers("run_id IN ()"), "non-empty list")
    raises("INVALID_PARAMETER_VALUE", lambda: numbers("version_number = 'x'"))
    client.delete_model_version(name, "4")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version(name, "4"), f"Model Version (name={name}, version=4) not found")
    assert int(client.create_model_version(name, source.info.artifact_uri, source.info.run_id).version) == 5  # Never used twice.
    copied = client.copy_model_version(f"models:/{name}/1", fresh("copy"))
    assert int(copied.version) == 1 and copied.source == f"models:/{name}/1" and copied.description == "words"
    assert client.get_model_version_download_uri(copied.name, "1") == source.info.artifact_uri + "/0"
    # Made from another version, also by an alias that moves on, it is of the same run.
    client.set_registered_model_alias(name, "now", "2")
    lineage = client.create_model_version(copied.name, f"models:/{name}@now")
    assert (lineage.run_id, lineage.source) == (source.info.run_id, f"models:/{name}/2")
    client.delete_model_version(copied.name, lineage.version)
    outside = client.create_model_version(copied.name, "s3://bucket/model")
    assert numbers(f"name = '{copied.name}' AND run_id != '{source.info.run_id}'") == [int(outside.version)]
    client.delete_model_version(copied.name, outside.version)
    again = client.copy_model_version(f"models:/{name}/2", copied.name)
    assert int(again.version) == 4 and again.tags == {"k": "w"}
    raises("INVALID_PARAMETER_VALUE", lambda: client.get_model_version(name, "one"), "must be an integer, got 'one'")


@gesture
def runs_elsewhere():
    """A registry may be apart from the server that has the runs: their names are kept as they were sent."""
    name = fresh("model")
    client.create_registered_model(name)
    for source, id in [("runs:/run_1/model", "run_1"), ("s3://bucket/model", "0" * 32), (f"runs:/{'1' * 32}/model", "1" * 32)]:
        made = client.create_model_version(name, source, id)
        assert (made.source, made.run_id) == (source, id)
        assert client.get_model_version(name, made.version) == made
        assert client.get_model_version_download_uri(name, made.version) == source
        assert [v.version for v in client.search_model_versions(f"name = '{name}' AND run_id = '{id}'")] == [made.version]
    assert client.copy_model_version(f"models:/{name}/1", name).run_id == "run_1"
    for bad in ["runs:/run_2/model", "mlflow-artifacts:/1/run_1/artifacts", "/tmp"]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.create_model_version(name, bad, "run_1"), "Invalid model version source")
    experiment = client.create_experiment(fresh())
    model = client.create_logged_model(experiment, source_run_id="123")
    assert model.source_run_id == "123" == client.get_logged_model(model.model_id).source_run_id
    found = client.search_logged_models([experiment], filter_string="source_run_id = '123'")
    assert [m.model_id for m in found] == [model.model_id]


@gesture
def stages_and_aliases():
    name, _, _ = model_with_versions(4)
    for version, stage in [("1", "Staging"), ("2", "production"), ("3", "PRODUCTION")]:
        client.transition_model_version_stage(name, version, stage)
    latest = {v.current_stage: int(v.version) for v in client.get_latest_versions(name)}
    assert latest == {"None": 4, "Staging": 1, "Production": 3}
    assert {v.current_stage: int(v.version) for v in client.get_registered_model(name).latest_versions} == latest
    assert [int(v.version) for v in client.get_latest_versions(name, ["None", "staging"])] in ([4, 1], [1, 4])
    client.transition_model_version_stage(name, "4", "Production", archive_existing_versions=True)
    assert [client.get_model_version(name, str(v)).current_stage for v in (1, 2, 3, 4)] == ["Staging", "Archived", "Archived", "Production"]
    raises("INVALID_PARAMETER_VALUE", lambda: client.transition_model_version_stage(name, "1", "nowhere"), "Invalid Model Version stage: nowhere")
    raises("INVALID_PARAMETER_VALUE", lambda: client.transition_model_version_stage(name, "1", "Archived", archive_existing_versions=True), "not an Active stage")
    client.set_registered_model_alias(name, "Best-1", "1")
    client.set_registered_model_alias(name, "Best-1", "2")
    assert int(client.get_model_version_by_alias(name, "Best-1").version) == 2
    for alias, words in [("latest", "is reserved"), ("V3", "is reserved"), ("a b", "Names may only contain"), ("x" * 256, "maximum length of 255")]:
        raises("INVALID_PARAMETER_VALUE", lambda: client.set_registered_model_alias(name, alias, "1"), words)
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.set_registered_model_alias(name, "x", "9"), "version=9) not found")
    client.delete_registered_model_alias(name, "never")
    client.rename_registered_model(name, name + "2")
    assert int(client.get_model_version_by_alias(name + "2", "Best-1").version) == 2
    client.delete_model_version(name + "2", "2")
    raises("INVALID_PARAMETER_VALUE", lambda: client.get_model_version_by_alias(name + "2", "Best-1"), "alias Best-1 not found")


@gesture
def version_sources():
    name, _, source = model_with_versions(0)
    uri, id = source.info.artifact_uri, source.info.run_id
    logged = client.create_logged_model(source.info.experiment_id, "m")
    for good, more in [(uri, {}), (uri + "/model", {}), (f"runs:/{id}/model", {}), ("s3://bucket/x?y#z", {}), ("dbfs:/x", {}),
                       (f"models:/{logged.model_id}", {"model_id": logged.model_id}), (logged.artifact_location, {"model_id": logged.model_id})]:
        answer = ask("POST", "model-versions/create", {"name": name, "source": good, "run_id": id, **more})
        assert answer.status_code == 200, f"{good}: {answer.text}"
    local, relative, foreign = "To use a local path as a model version", "If supplying a source as an http, https,", "must identify"
    for bad, words in [
        ("/tmp", local), ("file:///tmp", local), ("relative/path", local), ("http://host/models/../../x", relative), ("s3a://bucket/../x", relative),
        (uri + "/../x", relative), (uri + "/..%2fx", relative), (uri + "/%252e%252e/x", relative), (uri + "/a%00", relative),
        ("mlflow-artifacts:/other", foreign), (f"runs:/{'f' * 32}/model", foreign), ("models:/m-" + "0" * 32, foreign),
    ]:
        answer = ask("POST", "model-versions/create", {"name": name, "source": bad, "run_id": id})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), f"{bad}: {answer.text}"
        assert words in answer.json()["message"], f"{bad}: {answer.text}"
    assert ask("POST", "model-versions/create", {"name": name, "source": uri}).status_code == 400


@gesture
def prompts():
    name = fresh("prompt")
    first = mlflow.genai.register_prompt(name=name, template="Say {{what}}.", commit_message="one", tags={"a": "1"})
    second = mlflow.genai.register_prompt(name=name, template=[{"role": "user", "content": "Say {{what}}!"}])
    assert (first.version, second.version) == (1, 2) and first.variables == {"what"}
    assert mlflow.genai.load_prompt(f"prompts:/{name}/1").format(what="hi") == "Say hi."
    for uri in [name, f"prompts:/{name}@latest"]:
        assert mlflow.genai.load_prompt(uri).version == 2
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_model_version_by_alias(fresh(), "latest"))
    mlflow.genai.set_prompt_alias(name, "best", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}@best").version == 1
    mlflow.genai.delete_prompt_alias(name, "best")
    assert [p.name for p in mlflow.genai.search_prompts(f"name = '{name}'")] == [name]
    assert client.search_registered_models(f"name = '{name}'") == []  # A prompt is no model.
    client.set_prompt_version_tag(name, 1, "k", "v")
    assert client.get_prompt_version(name, 1).tags["k"] == "v"
    assert mlflow.genai.load_prompt(f"prompts:/{name}/9", allow_missing=True) is None
    client.delete_prompt_version(name, "2")
    client.delete_prompt_version(name, "1")
    client.delete_prompt(name)
    assert mlflow.genai.search_prompts(f"name = '{name}'") == []


@gesture
def logged_models():
    made = run()
    experiment, id = made.info.experiment_id, made.info.run_id
    model = client.create_logged_model(experiment, "lm", source_run_id=id, tags={"t": "u"}, params={"a": "1"}, model_type="kind")
    assert (str(model.status), model.model_type, model.source_run_id) == ("PENDING", "kind", id)
    client.log_metric(id, "acc", 0.5, step=1, model_id=model.model_id, dataset_name="ds", dataset_digest="dg")
    client.log_metric(id, "acc", 0.7, step=2, model_id=model.model_id)
    client.finalize_logged_model(model.model_id, "READY")
    second = client.create_logged_model(experiment, "lm2", params={"a": "2"})
    client.log_model_params(second.model_id, {"b": "3"})
    assert client.get_logged_model(second.model_id).params == {"a": "2", "b": "3"}
    client.set_logged_model_tags(second.model_id, {"x": "y", "layers[0].*": "any name"})
    assert client.get_logged_model(second.model_id).tags["layers[0].*"] == "any name"
    client.delete_logged_model_tag(second.model_id, "x")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.delete_logged_model_tag(second.model_id, "x"), "No tag with key 'x'")

    def names(filter=None, **more):
        return [m.name for m in client.search_logged_models([experiment], filter_string=filter, **more)]

    assert names() == ["lm2", "lm"] and names("params.a = '2'") == ["lm2"] and names("params.a IN ('2', '3')") == ["lm2"] and names("metrics.acc > 0.6") == ["lm"]
    assert names("status = 'READY'") == ["lm"] and names("name ILIKE 'LM%' AND tags.t = 'u'") == ["lm"] and names(f"model_id IN ('{second.model_id}')") == ["lm2"]
    assert names(datasets=[{"dataset_name": "ds", "dataset_digest": "dg"}]) == ["lm"] and names(datasets=[{"dataset_name": "other"}]) == []
    assert names("metrics.acc > 0.6", datasets=[{"dataset_name": "ds"}]) == [] and names("metrics.acc < 0.6", datasets=[{"dataset_name": "ds"}]) == ["lm"]
    assert names(order_by=[{"field_name": "metrics.acc", "ascending": False}]) == ["lm", "lm2"]
    assert names(order_by=[{"field_name": "creation_timestamp", "ascending": True}]) == ["lm", "lm2"]
    page = client.search_logged_models([experiment], max_results=1)
    assert [m.name for m in client.search_logged_models([experiment], max_results=1, page_token=page.token)] == ["lm"]
    raises("INVALID_PARAMETER_VALUE", lambda: names(order_by=[{"field_name": "color"}]), "Invalid order by field name: color")
    raises("INVALID_PARAMETER_VALUE", lambda: client.create_logged_model(experiment, "a/b"), "Invalid model name ('a/b') provided")
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_logged_model("m-none"), "Logged model with ID 'm-none' not found")
    name = fresh("model")
    client.create_registered_model(name)
    for count in (1, 2):
        client.create_model_version(name, model.artifact_location, model_id=model.model_id)
        entries = ", ".join(f'{{"name": "{name}", "version": {i + 1}}}' for i in range(count))
        assert client.get_logged_model(model.model_id).tags["mlflow.modelVersions"] == f"[{entries}]"
    place = model.artifact_location.replace("mlflow-artifacts:", artifacts)
    assert session_put(f"{place}/MLmodel", b"x").status_code == 200
    files = f"/ajax-api/2.0/mlflow/logged-models/{model.model_id}/artifacts/files"
    assert ask("GET", files, params={"artifact_file_path": "MLmodel"}).content == b"x"
    for path, status in [("none", 404), ("../MLmodel", 400), ("", 400)]:
        assert ask("GET", files, params={"artifact_file_path": path}).status_code == status, path
    client.delete_logged_model(second.model_id)
    client.delete_logged_model(second.model_id)
    raises("RESOURCE_DOES_NOT_EXIST", lambda: client.get_logged_model(second.model_id), "not found")
    assert names() == ["lm"]


@gesture
def artifact_paths():
    made = run()
    id, root = made.info.run_id, f"{artifacts}/{made.info.experiment_id}/{made.info.run_id}/artifacts"
    put = lambda path, data: session_put(f"{root}/{path}", data)
    for path, data in [("a.txt", b"hello"), ("d/b.pkl", b"\0\1"), ("MLmodel", b"x"), ("d/é ü.csv", b"1")]:
        assert put(path, data).status_code == 200
    for path, type in [("a.txt", "text/plain"), ("MLmodel", "text/plain"), ("d/b.pkl", "application/octet-stream")]:
        answer = ask("GET", f"{root}/{path}")
        name = os.path.basename(path)
        assert answer.headers["Content-Type"].split(";")[0] == type and answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert ask("GET", "/get-artifact", params={"run_id": id, "path": path}).content == answer.content
        assert ask("GET", "/get-artifact", params={"run_uuid": id, "path": path}).content == answer.content
    assert ask("GET", "artifacts/list", params={"run_id": id}).json() == {"root_uri": made.info.artifact_uri, "files": [
        {"path": "MLmodel", "is_dir": False, "file_size": 1}, {"path": "a.txt", "is_dir": False, "file_size": 5}, {"path": "d", "is_dir": True}]}
    assert [f["path"] for f in ask("GET", "artifacts/list", params={"run_id": id, "path": "d"}).json()["files"]] == ["d/b.pkl", "d/é ü.csv"]
    listed = ask("GET", artifacts, params={"path": f"{made.info.experiment_id}/{id}/artifacts/d"}).json()["files"]
    assert [f["path"] for f in listed] == ["b.pkl", "é ü.csv"]
    assert [f["path"] for f in ask("GET", "artifacts/list", params={"run_id": id, "path": "./d"}).json()["files"]] == ["./d/b.pkl", "./d/é ü.csv"]
    for path, inside in [(".", ["MLmodel", "a.txt", "d"]), ("d", ["b.pkl", "é ü.csv"])]:
        assert sorted(os.listdir(mlflow.artifacts.download_artifacts(run_id=id, artifact_path=path))) == inside
    invalid = {"error_code": "INVALID_PARAMETER_VALUE", "message": "Invalid path"}
    for path in ["../path", "/etc/passwd", "a/../../x", "%2e%2e/x", "C:/x"]:
        for answer in [
            ask("GET", "artifacts/list", params={"run_id": id, "path": path}), ask("GET", artifacts, params={"path": path}),
            ask("GET", "/get-artifact", params={"run_id": id, "path": path}),
            ask("GET", "/model-versions/get-artifact", params={"name": "model", "version": 1, "path": path}),
            ask("GET", "//model-versions/get-artifact", params={"name": "model", "version": 1, "path": path}),
            ask("POST", "/ajax-api/2.0/mlflow/upload-artifact", params={"run_uuid": id, "path": path}, data="x"),
        ]:
            assert answer.status_code == 400 and answer.json() == invalid, f"{path}: {answer.text}"
    for path in ["%2e%2e/x", "%252e%252e/x", "a/%2e%2e%2f%2e%2e%2fx", "%2Fetc%2Fpasswd", "C:/x"]:
        assert session_put(f"{artifacts}/{path}", b"x").json() == invalid, path
    # The client sends this name as it is, and the server reads a byte there that is no text.
    client.log_text(id, "x", "up/100%accuracy.txt")
    assert [f.path for f in client.list_artifacts(id, "up")] == ["up/100\ufffdcuracy.txt"]
    upload = lambda data, **query: ask("POST", "/ajax-api/2.0/mlflow/upload-artifact", params=query, data=data)
    assert upload("hello", run_uuid=id, path="up/load.txt").status_code == 200
    assert ask("GET", "/get-artifact", params={"run_id": id, "path": "up/load.txt"}).text == "hello"
    for query, data, words in [({}, "x", "run_uuid"), ({"run_uuid": id}, "x", "path"), ({"run_uuid": id, "path": "x"}, "", "data")]:
        assert upload(data, **query).json()["message"] == f"Request must specify {words}."
    for path, status in [("none", 404), ("d", 400)]:
        assert ask("GET", "/get-artifact", params={"run_id": id, "path": path}).status_code == status
    for name, told in [("dog+step+20.webp", "dog+step+20.webp"), ("a b.txt", '"a b.txt"')]:
        assert put("d/" + name, b"1").status_code == 200
        assert ask("GET", f"{root}/d/{name}").headers["Content-Disposition"].startswith(f"attachment; filename={told}")
    assert ask("DELETE", f"{root}/d").status_code == 200
    assert [f["path"] for f in ask("GET", "artifacts/list", params={"run_id": id}).json()["files"]] == ["MLmodel", "a.txt", "up"]


def session_put(path, data):
    return ask("PUT", path, data=data, headers={"Content-Type": "application/octet-stream"})


if __name__ == "__main__":
    main()
