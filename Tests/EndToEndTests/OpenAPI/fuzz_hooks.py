"""Keeps what the fuzzing client invents harmless: its commands do nothing, its files stay in one folder.

FUZZ_FOLDER names that folder.
"""

import os

import schemathesis

folder = os.environ["FUZZ_FOLDER"]


def inside(path):
    """The same path below the folder; what is no absolute path stays as it is."""
    if isinstance(path, str) and path.startswith("/") and "\0" not in path:
        return folder + "/" + path.replace("/", "_")[:60]
    return path


@schemathesis.hook
def before_call(context, case, kwargs):
    # A job that stays up, such as the coordinator of a study, would be waited for to the limit.
    if case.query and isinstance(case.query.get("wait_ms"), int):
        case.query["wait_ms"] = min(case.query["wait_ms"], 2_000)
    body = case.body
    if not isinstance(body, dict):
        return
    for key in ("path", "base_folder", "working_directory"):
        if key in body:
            body[key] = inside(body[key])
    command = body.get("command")
    if isinstance(command, list) and command and all(isinstance(word, str) for word in command):
        body["command"] = ["true"] + command[1:]
        # A service that ends at once is started again and again.
        if body.get("kind") == "service":
            body["kind"] = "batch"
        if isinstance(body.get("task_count"), int) and body["task_count"] > 4:
            body["task_count"] = 4
