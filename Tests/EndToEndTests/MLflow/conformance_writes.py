"""Writes that are answered on their connection's event loop: the same as by the router, and in order.

Usage: conformance_writes.py [NAME ...]; see harness.py.
"""

import json
import os
import socket
import time
from urllib.parse import urlsplit

from harness import ask, client, gesture, main, session

where = urlsplit(os.environ["MLFLOW_TRACKING_URI"])
start = "/api/2.0/mlflow/"


def request(path, body, *headers, kind="application/json", prefix=start):
    """The bytes of a request whose body is JSON, or what was given as bytes."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"POST {prefix}{path} HTTP/1.1", f"Host: {where.netloc}", f"Authorization: {session.headers['Authorization']}",
             f"Content-Type: {kind}", f"Content-Length: {len(data)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


class Connection:
    def __init__(self):
        self.socket = socket.create_connection((where.hostname, where.port), timeout=30)
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def answer(self):
        """Status, headers in small letters, and JSON of the next answer; None at the end of the connection."""
        line = self.file.readline()
        if not line:
            return None
        headers = {}
        while text := self.file.readline().strip():
            name, value = text.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        return int(line.split()[1]), headers, json.loads(self.file.read(int(headers.get("content-length", 0))) or "null")


def steps(run, key):
    return [point.step for point in sorted(client.get_metric_history(run, key), key=lambda point: point.timestamp)]


@gesture
def two_ways():
    """Each request goes to its route as it is, and once more with a query, which the router alone understands."""
    run, dead = client.create_run("0").info.run_id, client.create_run("0").info.run_id
    client.delete_run(dead)
    point = {"run_id": run, "key": "k", "value": 1, "timestamp": 5, "step": 1}
    param = {"run_id": run, "key": "k", "value": "v"}
    cases = [
        ("runs/create", {"experiment_id": "0", "start_time": 7, "run_name": "n", "tags": [{"key": "a", "value": "ü\u2028\ud83d\ude00"}]}, 200),
        ("runs/create", {"experiment_id": "12345"}, 404), ("runs/create", {"experiment_id": "x"}, 400), ("runs/create", b"", 200),
        ("runs/create", {"experimentId": "0", "startTime": "8", "runName": "m"}, 200),
        ("runs/update", {"run_id": run, "status": "FINISHED", "end_time": 9, "run_name": "q"}, 200),
        ("runs/update", {"run_id": run, "status": "NONE"}, 400), ("runs/update", {"run_id": "0" * 32}, 404), ("runs/update", b"[]", 400),
        ("runs/log-metric", point, 200), ("runs/log-metric", {**point, "value": "NaN"}, 200), ("runs/log-metric", {**point, "value": None}, 400),
        ("runs/log-metric", {**point, "run_id": "0" * 32}, 404), ("runs/log-metric", {**point, "run_id": dead}, 400),
        ("runs/log-metric", b"{", 400), ("runs/log-metric", b'{"run_id": "\xff"}', 400), ("runs/log-metric", b"", 400),
        ("runs/log-metric", json.dumps(json.dumps(point)).encode(), 200), ("runs/log-metric", b"[" * 20000, 400),
        ("runs/log-parameter", param, 200), ("runs/log-parameter", {**param, "value": "w"}, 400),
        ("runs/set-tag", param, 200), ("runs/set-tag", {**param, "key": None}, 400), ("runs/delete-tag", {"run_id": run, "key": "none"}, 404),
        ("runs/log-batch", {"run_id": run, "metrics": [{"key": "b", "value": 2, "timestamp": 3, "step": 4}], "params": [{"key": "p", "value": "q"}]}, 200),
        ("runs/log-batch", {"run_id": run, "metrics": [{"key": "b", "value": 2}]}, 400), ("runs/log-batch", b"null", 400),
        ("runs/log-inputs", {"run_id": run, "datasets": []}, 200), ("runs/outputs", {"run_id": run, "models": []}, 200), ("runs/log-model", {"run_id": run}, 400),
        ("runs/delete", {"run_id": "0" * 32}, 404), ("runs/restore", {"run_id": run}, 200),
    ]
    here, there = Connection(), Connection()
    for path, body, status in cases:
        for prefix in (start, "/api/3.0/mlflow/", "/ajax-api/2.0/mlflow/"):
            plain = request(path, body, prefix=prefix)
            with_query = request(path + "?a=b", body, prefix=prefix)
            here.send(plain)
            there.send(with_query)
            (code, headers, answer), (their_code, their_headers, their_answer) = here.answer(), there.answer()
            assert code == their_code == status, f"{path} {body}: {code}, {their_code} instead of {status}: {answer}"
            assert set(headers) == set(their_headers), f"{path}: {headers}, {their_headers}"
            assert headers["content-type"] == their_headers["content-type"] and headers["date"].endswith(" GMT"), headers
            if path == "runs/create" and status == 200:
                for one in (answer, their_answer):
                    info = one["run"]["info"]
                    assert info.pop("run_id") == info.pop("run_uuid")
                    for name in ("artifact_uri",) if body else ("artifact_uri", "start_time", "run_name"):
                        assert info.pop(name)
                    one["run"]["data"]["tags"] = [tag for tag in one["run"]["data"]["tags"] if body or tag["key"] != "mlflow.runName"]
            assert answer == their_answer, f"{path} {body}: {answer}, {their_answer}"


@gesture
def in_order():
    """A hundred requests at once on one connection, of both kinds, in one piece, in pieces and byte by byte."""
    run = client.create_run("0").info.run_id
    expected, data = [], b""
    for i in range(100):
        if i % 7 == 3:
            data += request("runs/search", {"experiment_ids": [], "max_results": 1})
            expected.append("search")
        elif i % 7 == 5:
            data += request("runs/log-metric", {"run_id": run, "key": "k", "value": i, "timestamp": "soon"})
            expected.append("error")
        elif i % 7 == 6:
            data += request("runs/update", {"run_id": run, "run_name": f"name {i}"})
            expected.append(f"name {i}")
        else:
            data += request("runs/log-metric", {"run_id": run, "key": "k", "value": i, "timestamp": i + 1, "step": i})
            expected.append("point")
    sent = [i for i, what in enumerate(expected) if what == "point"]
    for size in (len(data), 97, 1):
        pieces = [data[i:i + size] for i in range(0, len(data), size)]
        connection = Connection()
        for piece in pieces:
            connection.send(piece)
        for what in expected:
            status, _, answer = connection.answer()
            if what == "error":
                assert status == 400 and "soon" in answer["message"], answer
            else:
                assert status == 200, answer
                assert what != "point" or answer == {}, answer
                assert not what.startswith("name") or answer["run_info"]["run_name"] == what, (what, answer)
        assert steps(run, "k") == sent, steps(run, "k")


@gesture
def ends():
    """Clients that send no more, are gone before the answer, or end with the answer."""
    run = client.create_run("0").info.run_id
    point = lambda i: request("runs/log-metric", {"run_id": run, "key": "k", "value": i, "timestamp": i, "step": i})
    half = Connection()
    half.send(point(1) + point(2))
    half.socket.shutdown(socket.SHUT_WR)
    assert half.answer()[0] == half.answer()[0] == 200
    assert half.answer() is None
    last = Connection()
    last.send(request("runs/log-metric", {"run_id": run, "key": "k", "value": 3, "timestamp": 3, "step": 3}, "Connection: close"))
    assert last.answer()[0] == 200 and last.answer() is None
    for i in range(4, 24):
        gone = Connection()
        gone.send(point(i))
        if i % 2:
            gone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        gone.file.close()
        gone.socket.close()
    broken = Connection()
    broken.send(point(24) + b"nonsense\r\n\r\n")
    assert broken.answer()[0] == 200
    cut = Connection()
    cut.send(point(99)[:-3])
    cut.socket.close()
    deadline = time.time() + 10
    # What was reset on its way may never have come; what came whole is kept whoever waits for it.
    while not {1, 2, 3, *range(4, 24, 2), 24} <= set(steps(run, "k")) and time.time() < deadline:
        time.sleep(0.05)
    assert {1, 2, 3, *range(4, 24, 2), 24} <= set(steps(run, "k")) <= set(range(1, 25)), steps(run, "k")


@gesture
def unusual():
    """What is not plain is answered too, by the router."""
    run = client.create_run("0").info.run_id
    body = {"run_id": run, "key": "k", "value": 1, "timestamp": 1}
    connection = Connection()
    for data, status in [
        (request("runs/log-metric", body, "Expect: 100-continue"), 200), (request("runs/log-metric", body, "Connection: keep-alive"), 200),
        (request("runs/log-metric", body, kind="APPLICATION/JSON; charset=utf-8"), 200), (request("runs/log-metric", body, kind="text/plain"), 400),
        (request("runs/log-metric", body, f"Origin: http://{where.netloc}"), 200), (request("runs/log-metric", body, "Origin: http://elsewhere"), 403),
        (request("runs/log-metric", body).replace(session.headers["Authorization"].encode(), b"Bearer wrong"), 401),
        (request("runs/log-metric", body).replace(where.netloc.encode(), b"elsewhere"), 403),
        (request("runs/log-batch", {"run_id": run, "tags": [{"key": f"{i}", "value": "v" * 4000} for i in range(50)]}), 200),
    ]:
        connection.send(data)
        answer = connection.answer()
        if answer[0] == 100:
            answer = connection.answer()
        assert answer[0] == status, (data[:600], answer)
    pieces = (piece for piece in [b'{"run_id": "', run.encode(), b'", "key": "c", "value": "d"}'])
    headers = {"Content-Type": "application/json"}
    assert ask("POST", "runs/set-tag", data=pieces, headers=headers).status_code == 200
    assert client.get_run(run).data.tags["c"] == "d"


if __name__ == "__main__":
    main()
