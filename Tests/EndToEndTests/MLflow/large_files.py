"""Large files with MLflow's own client: in parts, resumed, aborted, by ranges.

Usage: large_files.py client | begin FILE | resume FILE | busy. The tests make the client's sizes small by its own variables.
"""

import concurrent.futures
import hashlib
import json
import os
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import mlflow
import requests
from mlflow import MlflowClient
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

URL, TOKEN = os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_TRACKING_TOKEN"]
HEADERS = {"Authorization": "Bearer " + TOKEN}
PLACE = URL + "/api/2.0/mlflow-artifacts/"
client = MlflowClient()
BYTES = os.urandom(5_000_001)
PART = 1_000_000


def post(path, body, wanted=200):
    answer = requests.post(PLACE + path, json=body, headers=HEADERS)
    assert answer.status_code == wanted, (path, answer.status_code, answer.text)
    return answer.json()


def begin(name, parts=6):
    return post("mpu/create/0/run/artifacts", {"path": "/somewhere/" + name, "num_parts": parts})


def put(upload, number, bytes, wanted=200):
    answer = requests.put(upload["credentials"][number - 1]["url"], data=bytes)
    assert answer.status_code == wanted, (number, answer.status_code, answer.text)
    return {"part_number": number, "etag": answer.headers.get("ETag")}


def part(number):
    return BYTES[(number - 1) * PART:number * PART]


def complete(name, upload, parts, wanted=200):
    return post("mpu/complete/0/run/artifacts", {"path": name, "upload_id": upload["upload_id"], "parts": parts}, wanted)


def get(name, **headers):
    return requests.get(PLACE + "artifacts/0/run/artifacts/" + name, headers={**HEADERS, **headers})


def through_client():
    """log_artifact and download_artifacts, as everybody calls them."""
    mlflow.set_experiment("multipart")
    asked = []
    original = requests.Session.request

    def noted(self, method, url, **more):
        asked.append((method, url))
        return original(self, method, url, **more)

    requests.Session.request = noted
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as folder:
        for name, bytes in [("big.bin", BYTES), ("small ä.txt", b"small"), ("empty", b"")]:
            open(f"{folder}/{name}", "wb").write(bytes)
        mlflow.log_artifacts(folder, "sub")
        assert sum("/parts/" in url for _, url in asked) == 5 and any("mpu/complete" in url for _, url in asked), asked
        target = client.download_artifacts(run.info.run_id, "sub", folder)
        for name, bytes in [("big.bin", BYTES), ("small ä.txt", b"small"), ("empty", b"")]:
            assert open(f"{target}/{name}", "rb").read() == bytes, name
        assert sum("/objects/" in url for _, url in asked) >= 5, asked
        listed = {f.path: f.file_size for f in client.list_artifacts(run.info.run_id, "sub")}
        assert listed["sub/big.bin"] == len(BYTES)
    requests.Session.request = original
    print("ok client", flush=True)


def by_hand():
    # In any order, several at once, one of them again.
    upload = begin("mixed.bin")
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        tags = list(pool.map(lambda n: put(upload, n, part(n)), [6, 3, 1, 5, 2]))
    missing = complete("mixed.bin", upload, tags, 400)
    assert "first of all 4" in missing["message"], missing
    put(upload, 4, os.urandom(PART))
    tags.append(put(upload, 4, part(4)))
    wrong = complete("mixed.bin", upload, [{**t, "etag": "nonsense"} if t["part_number"] == 2 else t for t in tags], 400)
    assert "part 2" in wrong["message"], wrong
    complete("other.bin", upload, tags, 400)
    for _ in range(2):
        assert complete("mixed.bin", upload, tags) == {}
    assert get("mixed.bin").content == BYTES
    # One part alone; one of no bytes.
    for name, bytes in [("one.bin", b"abc"), ("none.bin", b"")]:
        upload = begin(name, 1)
        complete(name, upload, [put(upload, 1, bytes)])
        assert get(name).content == bytes
    # Sizes that do not fit, numbers that are not there, too many parts.
    upload = begin("odd.bin")
    put(upload, 1, part(1))
    put(upload, 2, part(2)[:-1], 400)
    post("mpu/create/0/run/artifacts", {"path": "x", "num_parts": 10_001}, 400)
    post("mpu/create/0/run/artifacts", {"path": "..", "num_parts": 1}, 400)
    # Signatures are of one address and one method.
    url = upload["credentials"][0]["url"]
    for bad in [url.replace("/parts/" + upload["upload_id"] + "/1", "/parts/" + upload["upload_id"] + "/2"), url[:-1] + ("0" if url[-1] != "0" else "1"),
                url.split("?")[0], url.replace("expires=", "expires=9")]:
        assert requests.put(bad, data=part(1)).status_code == 403, bad
    assert requests.get(url).status_code in (403, 404, 405)
    # Aborted: gone, with its parts.
    post("mpu/abort/0/run/artifacts", {"path": "odd.bin", "upload_id": upload["upload_id"]})
    post("mpu/abort/0/run/artifacts", {"path": "odd.bin", "upload_id": upload["upload_id"]})
    put(upload, 1, part(1), 404)
    assert get("odd.bin").status_code == 404
    print("ok hand", flush=True)


def by_ranges():
    whole = get("mixed.bin")
    tag = whole.headers["ETag"]
    assert tag == '"' + hashlib.sha256(BYTES).hexdigest() + '"' and whole.headers["Accept-Ranges"] == "bytes"
    for range, start, end in [("bytes=0-0", 0, 1), ("bytes=1234567-3456789", 1234567, 3456790), ("bytes=-7", len(BYTES) - 7, len(BYTES)),
                              ("bytes=5000000-", 5000000, len(BYTES))]:
        some = get("mixed.bin", Range=range)
        assert some.status_code == 206 and some.content == BYTES[start:end], range
        assert some.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(BYTES)}"
    assert get("mixed.bin", Range="bytes=5000001-").status_code == 416
    assert get("mixed.bin", Range="bytes=0-0", **{"If-Range": '"old"'}).content == BYTES
    assert get("mixed.bin", Range="bytes=0-0", **{"If-Range": tag}).content == BYTES[:1]
    assert get("mixed.bin", **{"If-None-Match": tag}).status_code == 304
    signed = requests.get(PLACE + "presigned/0/run/artifacts/mixed.bin", headers=HEADERS).json()
    assert signed["file_size"] == len(BYTES)
    assert requests.get(signed["url"], headers={"Range": "bytes=10-19"}).content == BYTES[10:20]
    assert requests.get(signed["url"].replace("/5000001/", "/5000000/")).status_code == 403
    assert requests.get(PLACE + "presigned/0/run/artifacts/nothing", headers=HEADERS).status_code == 404
    print("ok ranges", flush=True)


def health(stop, times):
    """Asks /health all the while; notes how long each answer took."""
    session = requests.Session()
    while not stop.is_set():
        begin = time.time()
        session.get(URL + "/health")
        times.append(time.time() - begin)
        time.sleep(0.005)


def busy():
    """Large histories do not keep the others waiting."""
    id = client.create_experiment("busy")
    run = client.create_run(id).info.run_id
    for start in range(0, 100_000, 1000):
        points = [{"key": "m", "value": i * 0.5, "timestamp": i, "step": i} for i in range(start, start + 1000)]
        answer = requests.post(URL + "/api/2.0/mlflow/runs/log-batch", json={"run_id": run, "metrics": points}, headers=HEADERS)
        assert answer.status_code == 200, answer.text

    def history(_):
        answer = requests.get(URL + "/api/2.0/mlflow/metrics/get-history", headers=HEADERS,
                              params={"run_id": run, "metric_key": "m", "max_results": 100_000})
        assert answer.status_code == 200 and answer.content.count(b'"step"') == 100_000
        return len(answer.content)

    one = time.time()
    history(0)
    one = time.time() - one
    stop, times = threading.Event(), []
    thread = threading.Thread(target=health, args=(stop, times))
    thread.start()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        sizes = list(pool.map(history, range(16)))
    stop.set()
    thread.join()
    times.sort()
    print(json.dumps({"one": one, "bytes": sizes[0], "asked": len(times), "median": times[len(times) // 2], "worst": times[-1]}), flush=True)


command = sys.argv[1]
if command == "client":
    through_client()
    by_hand()
    by_ranges()
elif command == "begin":
    upload = begin("resumed.bin")
    json.dump({"upload": upload, "tags": [put(upload, n, part(n)) for n in (1, 6, 3)], "bytes": BYTES.hex()}, open(sys.argv[2], "w"))
    begin("forgotten.bin")
elif command == "resume":
    told = json.load(open(sys.argv[2]))
    BYTES = bytes.fromhex(told["bytes"])
    upload = told["upload"]
    # The same server at another port: addresses are signed by what outlives it.
    for credential in upload["credentials"]:
        credential["url"] = URL + "/api/" + credential["url"].split("/api/", 1)[1]
    tags = told["tags"] + [put(upload, n, part(n)) for n in (2, 4, 5)]
    complete("resumed.bin", upload, tags)
    assert get("resumed.bin").content == BYTES
    print("ok resumed", flush=True)
elif command == "busy":
    busy()
