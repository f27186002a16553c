"""A tracking server under load: starting it, filling it, asking it, and what it costs."""

import glob
import json
import os
import re
import socket
import subprocess
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TICK = os.sysconf("SC_CLK_TCK")


class Server:
    def __init__(self, name, url, token, pid):
        self.name, self.url, self.token, self.pid = name, url, token, pid

    def ask(self, method, path, body=None):
        request = urllib.request.Request(
            self.url + "/api/2.0/mlflow/" + path, method=method, data=body and json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **({"Authorization": "Bearer " + self.token} if self.token else {})})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def create(self, **fields):
        return self.ask("POST", "runs/create", {"experiment_id": self.experiment, **fields})["run"]["info"]["run_id"]

    def fill(self, runs):
        """An experiment with so many runs, one run with a curve of 100,000 points, and an empty experiment."""
        self.experiment = self.ask("POST", "experiments/create", {"name": "bench"})["experiment_id"]

        def some(part):
            for i in range(part, runs, 8):
                self.ask("POST", "runs/log-batch", {
                    "run_id": self.create(start_time=1600000000000 + i),
                    "metrics": [{"key": "acc", "value": (i * 7919 % runs) / runs, "timestamp": 1, "step": 0}],
                    "params": [{"key": "depth", "value": str(i % 8)}]})

        threads = [threading.Thread(target=some, args=(part,)) for part in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.add_curve()

    def add_curve(self):
        """What requests are about: a run with a curve of 100,000 points, and an experiment to create runs in."""
        self.run = self.create()
        for start in range(0, 100000, 1000):
            self.ask("POST", "runs/log-batch", {"run_id": self.run, "metrics": [
                {"key": "long", "value": i * 0.5, "timestamp": i, "step": i} for i in range(start, start + 1000)]})
        self.created = self.ask("POST", "experiments/create", {"name": f"created {time.time()}"})["experiment_id"]

    def load(self, kind, connections, seconds, **variables):
        """Requests of one kind: how many a second, how long they took, and what each cost the server's processor."""
        variables = {"KIND": kind, "TOKEN": self.token or "", "EXPERIMENT": self.experiment, **variables}
        for name in ("run", "created"):
            variables.setdefault(name.upper(), getattr(self, name, ""))
        before = self.processor_ms()
        output = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", f"{HERE}/request.lua", self.url],
            env={**os.environ, **variables}, capture_output=True, text=True).stdout
        cost = self.processor_ms() - before
        found = re.search(r"RESULT requests=(\d+) duration_us=(\d+) p50_us=(\d+) p99_us=(\d+) failed=(\d+)", output)
        requests, duration, p50, p99, failed = map(int, found.groups())
        return {"rate": (requests - failed) / (duration / 1e6), "p50": p50 / 1e3, "p99": p99 / 1e3, "failed": failed,
                "cpu": cost / max(1, requests)}

    def processes(self):
        """The server's process and all below it."""
        waiting = [self.pid]
        while waiting:
            pid = waiting.pop()
            yield pid
            for path in glob.glob(f"/proc/{pid}/task/*/children"):
                waiting += [int(child) for child in open(path).read().split()]

    def processor_ms(self):
        total = 0
        for pid in self.processes():
            fields = open(f"/proc/{pid}/stat").read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total * 1000 / TICK

    def memory(self):
        """MiB of all processes: resident, and with what several share counted once (proportional)."""
        resident = shared_once = 0
        for pid in self.processes():
            text = open(f"/proc/{pid}/smaps_rollup").read()
            resident += int(re.search(r"Rss:\s+(\d+)", text).group(1))
            shared_once += int(re.search(r"Pss:\s+(\d+)", text).group(1))
        return resident / 1024, shared_once / 1024


def wait_for(url):
    for _ in range(2400):
        try:
            return urllib.request.urlopen(url, timeout=1)
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"{url} does not answer")


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_ours(program, home):
    """Starts `aifactory serve` and tells how long it took to answer."""
    begin = time.time()
    port = free_port()
    subprocess.Popen([program, "serve", "--home", home, "--listen", f"127.0.0.1:{port}", "--gateway", "127.0.0.1:0"],
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(f"http://127.0.0.1:{port}/health")
    seconds = time.time() - begin
    path = home + "/server.json"
    while not os.path.exists(path):
        time.sleep(0.01)
    file = json.load(open(path))
    return Server("ours", file["url"], file["token"], file["pid"]), seconds


def stop_ours(program, home):
    subprocess.run([program, "stop", "--home", home], capture_output=True)
