"""What two servers answer to the same requests, made comparable.

A case is a function that takes a `Side`: a server with the names that the case gave to what the server chose itself.
"""

import json
import math
import os
import re
import subprocess
import sys
import tempfile

import requests

cases = []
HEX = re.compile(r"\b(?:m-|tr-|a-|d-|dr-)?[0-9a-f]{32}\b")
EXPERIMENT = re.compile(r"\b[1-9]\d{14,18}\b")
MOMENT = re.compile(r"\b1[78]\d{11}\b|\b1[78]\d{17}\b|20\d\d-\d\d-\d\dT[0-9:.]+(?:Z|\+00:00)")
RUN_NAME = re.compile(r"^[a-z]+-[a-z]+-\d{1,4}$")


def case(function):
    cases.append(function)
    return function


class Side:
    """One of the servers."""

    def __init__(self, url, token=None):
        self.url, self.token = url, token
        self.answers = {}
        self.names = []
        self.group = ""
        self.session = requests.Session()
        if token:
            self.session.headers["Authorization"] = "Bearer " + token

    def called(self, value, word):
        """Makes `value` known as `word` in all that this server answers."""
        value = str(value)
        if (value, f"<{word}>") not in self.names:
            self.names.append((value, f"<{word}>"))
            self.names.sort(key=lambda name: -len(name[0]))
        return value

    def ask(self, label, method, path, body=None, keep=None, timeout=60, **more):
        """Asks, and remembers the answer by its label; returns the JSON of the answer, or None.

        - keep: takes the JSON and returns what of it is compared.
        """
        if not path.startswith("/"):
            path = "/api/2.0/mlflow/" + path
        if body is not None:
            more["json"] = body
        try:
            answer = self.session.request(method, self.url + path, timeout=timeout, **more)
        except requests.ConnectionError:
            self.note(label, {"status": 500, "text": "the connection was closed"})
            return None
        if answer.status_code >= 500:
            # MLflow's server closes such a connection a moment later, beneath the next request.
            self.session.close()
        got = {"status": answer.status_code}
        content = None
        try:
            content = answer.json()
        except ValueError:
            got["type"] = answer.headers.get("content-type", "").split(";")[0]
            if answer.ok:
                got["text"] = self.plain(answer.text[:300])
            if answer.ok and not answer.content:
                got = {"status": answer.status_code, "value": {}}
        else:
            if isinstance(content, dict) and "error_code" in content:
                got["code"] = content["error_code"]
                got["message"] = self.plain(str(content.get("message")))[:300]
            elif answer.ok:
                got["value"] = self.plain(filled(keep(content) if keep else content))
        self.note(label, got)
        return content

    def note(self, label, got):
        label = f"{self.group}: {self.plain(label)}"
        number = 2
        while label in self.answers:
            label, number = f"{label.split(' #')[0]} #{number}", number + 1
        self.answers[label] = got

    def run(self, script, **settings):
        """Lets a script with MLflow's client work against this side, and notes what it prints as JSON."""
        settings = {**os.environ, "MLFLOW_TRACKING_URI": self.url, "MLFLOW_TRACKING_TOKEN": self.token or "", **settings}
        if not self.token:
            del settings["MLFLOW_TRACKING_TOKEN"]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, script], env=settings, cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(done.stderr[-1500:])
        for label, value in json.loads(done.stdout.splitlines()[-1]).items():
            self.note(label, {"status": 200, "value": self.plain(value)})

    def plain(self, value):
        """The value without what is each server's own: ids, moments, addresses."""
        if isinstance(value, dict):
            return {self.plain(key): self.plain(value[key]) for key in value}
        if isinstance(value, list):
            return [self.plain(member) for member in value]
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, (int, float)):
            if MOMENT.fullmatch(repr(value)):
                return "<moment>"
            # MLflow's server answers the largest double for infinity.
            if isinstance(value, float) and abs(value) == 1.7976931348623157e308:
                return "Infinity" if value > 0 else "-Infinity"
            return "NaN" if math.isnan(value) else float(value)
        for raw, word in self.names:
            value = value.replace(raw, word)
        value = EXPERIMENT.sub("<experiment>", MOMENT.sub("<moment>", HEX.sub("<id>", value)))
        value = value.replace(self.url, "<server>")
        return "<run name>" if RUN_NAME.match(value) else value


def filled(value):
    """The value without empty members, which Protocol Buffers leave out."""
    if isinstance(value, dict):
        members = {key: filled(member) for key, member in value.items()}
        return {key: member for key, member in members.items() if member not in ({}, [], None, "")}
    if isinstance(value, list):
        members = [filled(member) for member in value]
        if all(isinstance(member, dict) and "key" in member for member in members):
            members.sort(key=lambda member: json.dumps(member, sort_keys=True))
        return members
    return value

