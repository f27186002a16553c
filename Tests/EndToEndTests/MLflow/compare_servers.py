"""Asks MLflow's own server and the factory the same, and fails where their answers differ without a reason.

Usage: compare_servers.py FOLDER [CASE ...]

The factory is where MLFLOW_TRACKING_URI says; MLflow's server is started with its store in FOLDER, and ended.
"""

import fnmatch
import json
import os
import pathlib
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import traceback

import requests

import comparison_clients  # noqa: F401
import comparison_requests  # noqa: F401
import comparison_searches  # noqa: F401
import comparison_values  # noqa: F401
from comparison import Side, cases
from comparison_differences import DIFFERENCES, reason_of


def start_server(folder, artifacts=None, more={}):
    """MLflow's server on a free port, and its address once it answers.

    - artifacts: where it keeps artifacts, instead of in the folder.
    - more: settings of its environment.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "mlflow", "server", "--workers", "1", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--backend-store-uri", f"sqlite:///{folder}/theirs.db", "--artifacts-destination", artifacts or f"{folder}/theirs"]
    settings = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_TRACKING")}
    settings.update({"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false", **more})
    log = open(f"{folder}/theirs.log", "w")
    server = subprocess.Popen(command, env=settings, cwd=folder, stdout=log, stderr=log, start_new_session=True)
    url = f"http://127.0.0.1:{port}"
    while server.poll() is None:
        try:
            if requests.get(url + "/health", timeout=60).ok:
                make_ids_long(f"{folder}/theirs.db")
                return server, url
        except requests.ConnectionError:
            time.sleep(0.1)
    sys.exit(pathlib.Path(log.name).read_text()[-4000:])


def make_ids_long(store):
    """Lets experiments that come have ids as long as ours, so that they can be told from other numbers in answers."""
    with sqlite3.connect(store) as database:
        names = "name, artifact_location, lifecycle_stage, creation_time, last_update_time, workspace"
        database.execute(
            f"INSERT INTO experiments (experiment_id, {names}) SELECT 700000000000000, 'long', 'mlflow-artifacts:/700000000000000', "
            "lifecycle_stage, creation_time, last_update_time, workspace FROM experiments WHERE experiment_id = 0")


def ask_both(their_url, wanted):
    """What MLflow's server and ours, asked at the same time, answer to the wanted cases, or to all."""
    sides = [Side(their_url), Side(os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_TRACKING_TOKEN"])]
    threads = [threading.Thread(target=ask, args=(side, wanted)) for side in sides]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [side.answers for side in sides]


def ask(side, wanted):
    for case in cases:
        if wanted and case.__name__ not in wanted:
            continue
        side.group = case.__name__
        try:
            case(side)
        except Exception:
            side.note("the case itself", {"status": 0, "broke": traceback.format_exc()[-1500:]})


def compare(theirs, ours, differences, is_whole):
    """Prints what differs without a reason; returns how much that is.

    - differences: reasons by label, all of which must be needed where the comparison is whole.
    """
    unexplained, used = 0, set()
    for label in sorted(theirs.keys() | ours.keys()):
        their, our = theirs.get(label), ours.get(label)
        if (our or {}).get("status", 599) < 500 and their and {**their, "message": 0} == {**our, "message": 0}:
            continue
        listed = next((pattern for pattern in differences if fnmatch.fnmatchcase(label, pattern)), None)
        if listed:
            used.add(listed)
        elif not (their and our and reason_of(label, their, our)):
            unexplained += 1
            their, our = (json.dumps(answer, ensure_ascii=False, sort_keys=True) for answer in (their, our))
            start = max(len(os.path.commonprefix([their, our])) - 60, 0)
            print(f"DIFFERENT {label}\n   MLflow {their[start:start + 500]}\n   ours   {our[start:start + 500]}")
    for pattern in differences.keys() - used if is_whole else ():
        unexplained += 1
        print(f"NO LONGER DIFFERENT {pattern}: take it out of the list")
    print(f"{len(theirs)} answers compared, {unexplained} differ without a reason")
    return unexplained


def main():
    folder, *wanted = sys.argv[1:]
    server, url = start_server(folder)
    try:
        theirs, ours = ask_both(url, wanted)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
    sys.exit(1 if compare(theirs, ours, DIFFERENCES, not wanted) else 0)


if __name__ == "__main__":
    main()
