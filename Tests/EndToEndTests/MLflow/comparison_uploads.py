"""Files in parts, up and down, and system metrics, for servers whose store of artifacts can do parts."""

import json
import os

from comparison import case
from comparison_searches import experiment, run

PART = 5000
BYTES = bytes(i * i % 251 for i in range(3 * PART - 7))


@case
def uploads(side):
    """By hand, as a client in any language would do it."""
    e = experiment(side, "e")
    r = run(side, e, "r")
    root = "/api/2.0/mlflow-artifacts/"
    place = f"{e}/{r}/artifacts"

    def shape(answer):
        credentials = answer["credentials"]
        assert all(each["url"].startswith("http") for each in credentials)
        return [sorted(answer), [each["part_number"] for each in credentials], [each.get("headers") or {} for each in credentials]]

    def create(label, name, parts, folder=""):
        return side.ask(f"create {label}", "POST", f"{root}mpu/create/{place}{folder}", {"path": f"/home/me/{name}", "num_parts": parts}, keep=shape)

    def put(label, upload, number, bytes):
        answer = side.session.put(upload["credentials"][number - 1]["url"], data=bytes, headers={"Authorization": None})
        side.note(f"part {number} {label}", {"status": answer.status_code, "value": {"tag": bool(answer.headers.get("ETag"))}})
        return {"part_number": number, "etag": answer.headers.get("ETag", ""), "url": upload["credentials"][number - 1]["url"].split("?")[0]}

    def complete(label, upload, name, parts, folder=""):
        side.ask(f"complete {label}", "POST", f"{root}mpu/complete/{place}{folder}", {"path": f"/home/me/{name}", "upload_id": upload["upload_id"], "parts": parts})

    def get(name):
        answer = side.session.get(f"{side.url}{root}artifacts/{place}/{name}")
        side.note(f"get {name}", {"status": answer.status_code, "value": answer.content.hex() if answer.ok else ""})

    # In any order, a part again, in a folder, with odd names, of one part, of no bytes.
    upload = create("whole", "whole.bin", 3)
    put("wrong", upload, 2, b"x" * PART)
    tags = {number: put("whole", upload, number, BYTES[(number - 1) * PART:number * PART]) for number in [3, 1, 2]}
    complete("whole", upload, "whole.bin", [tags[number] for number in [1, 2, 3]])
    get("whole.bin")
    for label, name, bytes, folder in [("folder", "in folder.bin", b"abc", "/a/b"), ("letters", "ü日.bin", b"u", ""), ("empty", "empty.bin", b"", ""), ("over", "whole.bin", b"new", "")]:
        upload = create(label, name, 1, folder)
        complete(label, upload, name, [put(label, upload, 1, bytes)], folder)
        get((folder + "/" + name).lstrip("/"))
    # Aborted, before and after a part.
    upload = create("aborted", "aborted.bin", 2)
    part = put("aborted", upload, 1, BYTES[:PART])
    side.ask("abort", "POST", f"{root}mpu/abort/{place}", {"path": "aborted.bin", "upload_id": upload["upload_id"]})
    complete("aborted", upload, "aborted.bin", [part])
    get("aborted.bin")
    # Wrong ones.
    upload = create("wrong", "wrong.bin", 2)
    parts = [put("wrong upload", upload, number, BYTES[:PART]) for number in [1, 2]]
    complete("with wrong tag", upload, "wrong.bin", [parts[0], {**parts[1], "etag": "nonsense"}])
    complete("without parts", upload, "wrong.bin", [])
    for label, body in {"nothing": {}, "no path": {"num_parts": 1}, "word": {"path": "x", "num_parts": "x"}, "number in a text": {"path": "x", "num_parts": "2"}, "no number": {"path": "x"}, "path of a number": {"path": 5}}.items():
        side.ask("create with " + label, "POST", f"{root}mpu/create/{place}", body, keep=lambda answer: len(answer.get("credentials", [])))
    for label, body in {"nothing": {}, "no upload": {"path": "x", "parts": parts}, "unknown upload": {"path": "x", "upload_id": "0" * 32, "parts": parts}, "no parts": {"path": "x", "upload_id": "0" * 32}}.items():
        side.ask("complete with " + label, "POST", f"{root}mpu/complete/{place}", body)
        side.ask("abort with " + label, "POST", f"{root}mpu/abort/{place}", body)
    for path in ["../x", "a/%2e%2e/%2e%2e/x", ""]:
        side.ask(f"create at '{path}'", "POST", f"{root}mpu/create/{path}", {"path": "x", "num_parts": 1}, keep=lambda answer: len(answer.get("credentials", [])))
    # Down by an address of its own.
    for name in ["whole.bin", "a/b/in%20folder.bin", "none.bin"]:
        signed = side.ask("signed " + name, "GET", f"{root}presigned/{place}/{name}", keep=lambda answer: [sorted(answer), answer["file_size"]])
        if signed and "url" in signed:
            for range in [None, "bytes=0-1", "bytes=1-", "bytes=-2"]:
                answer = side.session.get(signed["url"], headers={"Authorization": None, "Range": range})
                side.note(f"signed {name} {range}", {"status": answer.status_code, "value": [answer.content.hex(), answer.headers.get("Content-Range")]})
    info = side.ask("server-info", "GET", "/api/3.0/mlflow/server-info", keep=lambda answer: {key: answer[key] for key in answer if "multipart" in key})
    assert info


@case
def client_with_parts(side):
    """What MLflow's own client makes of large files and of system metrics."""
    part = str(PART)
    side.run(
        __file__, MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE=part, MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE=part, MLFLOW_MULTIPART_DOWNLOAD_CHUNK_SIZE=part,
        MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL="0.05", MLFLOW_SYSTEM_METRICS_SAMPLES_BEFORE_LOGGING="2")


def main():
    import hashlib
    import time

    import mlflow
    import requests
    from mlflow import MlflowClient

    client, results, asked = MlflowClient(), {}, []
    original = requests.Session.request

    def noted(self, method, url, **more):
        asked.append((method, url))
        return original(self, method, url, **more)

    requests.Session.request = noted
    mlflow.set_experiment("parts")
    contents = {"big.bin": BYTES * 3, "part.bin": BYTES[:PART], "just less.bin": BYTES[:PART - 1], "small.txt": b"x", "empty": b"", "ü b#%.bin": BYTES}
    with mlflow.start_run() as run:
        os.makedirs("up/deep/er")
        for name, content in contents.items():
            for folder in ["up/", "up/deep/er/"]:
                with open(folder + name, "wb") as file:
                    file.write(content)
        for label, call in {"one": lambda: mlflow.log_artifact("up/big.bin"), "folder": lambda: mlflow.log_artifacts("up", "sub"), "again": lambda: mlflow.log_artifact("up/ü b#%.bin", "sub")}.items():
            asked.clear()
            call()
            results["requests for parts, " + label] = sorted(url.split("/mpu/")[1].split("/")[0] for _, url in asked if "/mpu/" in url)
        asked.clear()
        target = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, dst_path="down")
        results["signed downloads"] = sum("/presigned/" in url for _, url in asked)
        found = {}
        for folder, _, names in os.walk(target):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    found[os.path.relpath(os.path.join(folder, name), target)] = hashlib.sha256(file.read()).hexdigest()
        results["downloaded"] = found
        results["sizes"] = sorted([file.path, file.file_size] for file in client.list_artifacts(run.info.run_id, "sub") if not file.is_dir)

    def system_metrics(run):
        metrics = client.get_run(run).data.metrics
        return sorted(key for key in metrics if key.startswith("system/"))

    def wait_for(run, key, count):
        end = time.time() + 60
        while len(client.get_metric_history(run, key)) < count:
            assert time.time() < end, key
            time.sleep(0.05)

    cpu = "system/cpu_utilization_percentage"
    mlflow.enable_system_metrics_logging()
    with mlflow.start_run() as run:
        mlflow.log_metric("own", 1)
        wait_for(run.info.run_id, cpu, 3)
    results["system metrics"] = system_metrics(run.info.run_id)
    first = [point.step for point in client.get_metric_history(run.info.run_id, cpu)]
    results["steps from 0"] = first == list(range(len(first)))
    # A run that goes on goes on with its steps.
    with mlflow.start_run(run_id=run.info.run_id):
        wait_for(run.info.run_id, cpu, len(first) + 2)
    steps = [point.step for point in client.get_metric_history(run.info.run_id, cpu)]
    results["steps go on"] = steps == list(range(len(steps)))
    mlflow.set_system_metrics_node_id("node-1")
    with mlflow.start_run(log_system_metrics=True) as run:
        wait_for(run.info.run_id, "system/node-1/cpu_utilization_percentage", 2)
    results["of a node"] = system_metrics(run.info.run_id)
    mlflow.disable_system_metrics_logging()
    with mlflow.start_run() as run:
        mlflow.log_metric("own", 1)
    results["switched off"] = system_metrics(run.info.run_id)
    print(json.dumps(results, sort_keys=True))


if __name__ == "__main__":
    main()
