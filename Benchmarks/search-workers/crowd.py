"""Thousands of workers at once ask one study over HTTP, each on a connection of its own; see run.sh.

A worker asks, works for a second, and tells; one in ten vanishes with the first trial that it holds. All of them live
in one process, so what is measured beside the server is that process, too. Needs nothing beyond Python.
"""

import argparse
import asyncio
import collections
import json
import os
import random
import resource
import subprocess
import sys
import time
import urllib.parse

SPACE = {"parameters": {"x": {"uniform": [-1, 1]}, "n": {"int": [1, 64]}, "kind": {"choice": ["a", "b", "c"]}}}
WORK_S = 1.0


class Connection:
    """A connection that stays open; an answer that asks for patience is asked for again, a bounded number of times."""

    def __init__(self, description):
        self.address = urllib.parse.urlparse(description["url"])
        self.token = description["token"]
        self.reader = self.writer = None

    async def call(self, method, path, body=None):
        content = b"" if body is None else json.dumps(body).encode()
        head = (f"{method} {path} HTTP/1.1\r\nHost: {self.address.netloc}\r\nAuthorization: Bearer {self.token}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n").encode()
        for attempt in range(100):
            try:
                if self.writer is None:
                    self.reader, self.writer = await asyncio.open_connection(self.address.hostname, self.address.port)
                self.writer.write(head + content)
                status, answer = await self.answer()
            except (OSError, asyncio.IncompleteReadError):
                self.close()
                await asyncio.sleep(0.1 * (attempt + 1))
                continue
            if status in (429, 503):
                await asyncio.sleep(0.1 * (attempt + 1))
                continue
            if status >= 300:
                raise SystemExit(f"{method} {path}: {status} {answer[:300]}")
            return json.loads(answer)
        raise SystemExit(f"{method} {path}: no answer")

    async def answer(self):
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        length = next(int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:"))
        return int(lines[0].split()[1]), await self.reader.readexactly(length)

    def close(self):
        if self.writer is not None:
            self.writer.close()
        self.reader = self.writer = None


async def worker(place, description, path, notes, vanishes):
    """Asks and tells until nothing is left."""
    connection = Connection(description)
    asked = 0
    while True:
        begun = time.perf_counter()
        answer = await connection.call("POST", path + "/ask", {"worker": str(place), "key": f"{place} {asked}"})
        notes["spans"].append(time.perf_counter() - begun)
        asked += 1
        if answer.get("done"):
            break
        trial = answer.get("trial")
        if trial is None:
            await asyncio.sleep(answer["wait_ms"] / 1000)
            continue
        notes["given"].append((trial["number"], trial["attempt"]))
        if vanishes:
            notes["held"].add(trial["number"])
            break
        await asyncio.sleep(WORK_S * random.uniform(0.5, 1.5))
        told = await connection.call("POST", f"{path}/trials/{trial['number']}/tell", {
            "attempt": trial["attempt"], "outcome": "completed", "value": abs(trial["point"]["x"])})
        notes["told" if told["told"] else "late"].append(trial["number"])
    connection.close()


async def crowd(arguments, description):
    """The figures, and what is wrong by name."""
    server = Connection(description)
    made = await server.call("POST", "/api/v1/studies", {
        "name": "crowd", "space": SPACE, "seed": 1, "sampler": arguments.sampler, "budget": arguments.trials,
        "lease_ms": arguments.lease_ms})
    path = f"/api/v1/studies/{made['id']}"
    notes = collections.defaultdict(list)
    notes["held"] = set()
    begun = time.perf_counter()
    await asyncio.gather(*(worker(place, description, path, notes, place % 10 == 9)
                           for place in range(arguments.workers)))
    seconds = time.perf_counter() - begun
    state = await server.call("GET", path + "/state")
    server.close()
    spans = sorted(notes["spans"])
    again = {number for number, attempt in notes["given"] if attempt > 1}
    return {
        "workers": arguments.workers, "trials": state["trials"], "completed": state["completed"],
        "vanished": len(notes["held"]), "given again": len(again), "seconds": round(seconds, 1),
        "ask_p50_ms": round(1000 * spans[len(spans) // 2], 1),
        "ask_p99_ms": round(1000 * spans[len(spans) * 99 // 100], 1), "wrong": {
            "the same attempt was given twice": len(notes["given"]) - len(set(notes["given"])),
            "told twice": len(notes["told"]) - len(set(notes["told"])),
            "not told": len(set(range(arguments.trials)) - set(notes["told"])),
            "given again though its worker lives": len(again - notes["held"]),
            "not completed": arguments.trials - state["completed"], "more trials than wanted":
                state["trials"] - arguments.trials, "still running": state["running"],
        },
    }


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--aifactory", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--workers", type=int, default=2000)
    parser.add_argument("--trials", type=int, default=6000)
    parser.add_argument("--sampler", default="tpe")
    parser.add_argument("--lease-ms", type=int, default=15000)
    arguments = parser.parse_args()
    subprocess.run([arguments.aifactory, "studies", "list", "--home", arguments.home], check=True,
                   stdout=subprocess.DEVNULL)
    with open(os.path.join(arguments.home, "server.json")) as file:
        description = json.load(file)
    # A file for each connection, and some.
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    found = asyncio.run(crowd(arguments, description))
    print(json.dumps(found), flush=True)
    wrong = sum(found["wrong"].values())
    print(f"BENCH name=search-workers/crowd ours={wrong} unit=trials goal=0 workers={arguments.workers} "
          f"rate={found['trials'] / found['seconds']:.0f}/s p99={found['ask_p99_ms']:.0f}ms", flush=True)
    sys.exit(1 if wrong else 0)


main()
