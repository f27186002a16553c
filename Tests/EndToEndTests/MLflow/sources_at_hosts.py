"""Sources of versions, artifacts and datasets at a host: the server keeps the addresses and connects to none of them.

Usage: sources_at_hosts.py PROGRAM HOME FOLDER. The host is a listener of this process, which counts who comes.
"""

import os
import socket
import subprocess
import sys
import threading

from harness import ask, client, fresh

program, home, folder = sys.argv[1:]
visits = []


def listen():
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            link, _ = listener.accept()
            visits.append(link.recv(1000))
            link.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            link.close()

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def command(status, words, *said):
    done = subprocess.run([program, "--home", home, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == status, (words, done)
    for word in said:
        assert word in done.stdout + done.stderr, (words, done)


port = listen()
# The listener notices visits.
try:
    import urllib.request

    urllib.request.urlopen(f"http://127.0.0.1:{port}/")
except OSError:
    pass
assert len(visits) == 1, visits
visits.clear()

name = fresh("hosts")
client.create_registered_model(name)
for scheme in ["http", "https", "ftp", "hdfs", "s3", "HTTP"]:
    source = f"{scheme}://127.0.0.1:{port}/models/m"
    version = client.create_model_version(name, source).version
    assert client.get_model_version(name, version).source == source
    assert client.get_model_version_download_uri(name, version) == source
    # A version made of this one, an alias and a stage.
    client.create_model_version(name, f"models:/{name}/{version}")
    client.set_registered_model_alias(name, "best", version)
    client.transition_model_version_stage(name, version, "Staging")
    assert not ask("GET", "/model-versions/get-artifact", params={"name": name, "version": version, "path": "MLmodel"}).ok
    command(2, ["models", "export", f"{name}@best", "exported"], source)
    command(2, ["endpoints", "deploy", "e", "--model", f"{name}@best"], source)
    for words in [["models", "show", name], ["models", "list"], ["explain", name]]:
        subprocess.run([program, "--home", home, *words], cwd=folder, capture_output=True)
    # Runs and logged models whose artifacts are there, and datasets from there.
    experiment = client.create_experiment(fresh(), artifact_location=source)
    run = client.create_run(experiment).info
    assert run.artifact_uri.startswith(source)
    for path in [f"artifacts/list?run_id={run.run_id}", f"/get-artifact?run_id={run.run_id}&path=MLmodel"]:
        assert ask("GET", path).status_code < 500
    model = ask("POST", "logged-models", {"experiment_id": experiment, "name": "m"}).json()["model"]["info"]["model_id"]
    assert ask("GET", f"logged-models/{model}/artifacts/directories").status_code < 500
    dataset = {"name": "d", "digest": "1", "source_type": "http", "source": f'{{"url": "{source}"}}'}
    assert ask("POST", "runs/log-inputs", {"run_id": run.run_id, "datasets": [{"dataset": dataset}]}).ok
    client.log_metric(run.run_id, "m", 1)
    client.set_terminated(run.run_id)
    client.delete_run(run.run_id)
command(0, ["gc", "--dry-run"])
assert visits == [], visits
print("ok nobody came", flush=True)
os._exit(0)
