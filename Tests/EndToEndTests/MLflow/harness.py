"""Runs functions that try MLflow's own client against the factory; prints one line for each.

The server's address and token come from MLFLOW_TRACKING_URI and MLFLOW_TRACKING_TOKEN. A script that uses this
takes the names of the functions to run, or runs all; its exit status is 1 if one failed.
"""

import os
import sys
import time
import traceback
import uuid

import requests
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

client = MlflowClient()
gestures = []
session = requests.Session()
session.headers["Authorization"] = "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"]


def gesture(function):
    gestures.append(function)
    return function


def fresh(prefix="e"):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def raises(code, call, *words):
    """Makes sure that `call` fails with that error code, and that the message has all words."""
    try:
        call()
    except MlflowException as error:
        assert error.error_code == code, f"{error.error_code} instead of {code}: {error}"
        for word in words:
            assert word in str(error), f"no {word!r} in {error}"
        return
    raise AssertionError(f"no {code}")


def ask(method, path, body=None, **more):
    """Asks the server without MLflow's client; a path without a leading slash is below /api/2.0/mlflow/."""
    if not path.startswith("/"):
        path = "/api/2.0/mlflow/" + path
    if body is not None:
        more["json"] = body
    return session.request(method, os.environ["MLFLOW_TRACKING_URI"] + path, timeout=60, **more)


def main():
    wanted = sys.argv[1:]
    failed = 0
    for function in gestures:
        if wanted and function.__name__ not in wanted:
            continue
        start = time.time()
        try:
            function()
            print(f"ok {function.__name__} {time.time() - start:.1f}s", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED {function.__name__}", flush=True)
            traceback.print_exc()
    sys.exit(1 if failed else 0)
