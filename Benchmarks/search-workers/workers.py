"""Many workers ask one study over HTTP, and half of them are killed; see run.sh.

Workers are processes that do nothing but ask and tell. Each notes in a file of its own what it was given, before it
goes on, and what was acknowledged; the files are compared at the end. Needs nothing beyond Python, save the peer.
"""

import argparse
import http.client
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse

SPACE = {"parameters": {
    "x": {"uniform": [-1, 1]}, "rate": {"log_uniform": [1e-5, 0.1]}, "n": {"int": [1, 64]},
    "kind": {"choice": ["a", "b", "c"]}}}


def value(point):
    return abs(point["x"]) + abs(point["rate"] - 0.01) + abs(point["n"] - 8) / 64 + (point["kind"] != "b")


class Server:
    """A connection that is made anew when it breaks."""

    def __init__(self, home):
        with open(os.path.join(home, "server.json")) as file:
            self.description = json.load(file)
        self.connection = None

    def call(self, method, path, body=None):
        for attempt in range(20):
            try:
                if self.connection is None:
                    address = urllib.parse.urlparse(self.description["url"]).netloc
                    self.connection = http.client.HTTPConnection(address, timeout=60)
                self.connection.request(
                    method, path, None if body is None else json.dumps(body),
                    {"Authorization": "Bearer " + self.description["token"], "Content-Type": "application/json"})
                answer = self.connection.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                self.connection = None
                time.sleep(0.05 * (attempt + 1))
                continue
            if answer.status in (429, 503):
                time.sleep(0.05 * (attempt + 1))
                continue
            if answer.status >= 300:
                raise SystemExit(f"{method} {path}: {answer.status} {content[:300]}")
            return json.loads(content)
        raise SystemExit(f"{method} {path}: no answer")


def ours(home, study, until, notes):
    """Asks and tells until the time is over or nothing is left; notes each trial."""
    server = Server(home)
    out = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    path = "/api/v1/studies/" + study
    asked = 0
    while time.monotonic() < until:
        begun = time.perf_counter()
        answer = server.call("POST", path + "/ask", {
            "worker": str(os.getpid()), "key": f"{os.getpid()} {asked}"})
        seconds = time.perf_counter() - begun
        asked += 1
        if answer.get("done"):
            break
        trial = answer.get("trial")
        if trial is None:
            time.sleep(answer["wait_ms"] / 1000)
            continue
        mark = f"{trial['number']} {trial['attempt']}"
        os.write(out, f"given {mark} {seconds:.6f}\n".encode())
        told = server.call("POST", f"{path}/trials/{trial['number']}/tell", {
            "attempt": trial["attempt"], "outcome": "completed", "value": value(trial["point"])})
        os.write(out, f"{'told' if told['told'] else 'lost'} {mark} 0\n".encode())


def optuna_worker(journal, sampler, until, notes, seed):
    import optuna
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    samplers = {"random": optuna.samplers.RandomSampler,
                "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=True)}
    storage = optuna.storages.JournalStorage(optuna.storages.journal.JournalFileBackend(journal))
    study = optuna.load_study(study_name="speed", storage=storage, sampler=samplers[sampler](seed=seed))
    out = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    while time.monotonic() < until:
        begun = time.perf_counter()
        trial = study.ask()
        point = {"x": trial.suggest_float("x", -1, 1), "rate": trial.suggest_float("rate", 1e-5, 0.1, log=True),
                 "n": trial.suggest_int("n", 1, 64), "kind": trial.suggest_categorical("kind", ["a", "b", "c"])}
        seconds = time.perf_counter() - begun
        os.write(out, f"given {trial.number} 1 {seconds:.6f}\n".encode())
        study.tell(trial, value(point))


def start(count, folder, work):
    """So many processes of their own; `work` gets the place of each and its file of notes."""
    pids = []
    for place in range(count):
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                work(place, os.path.join(folder, str(place)))
                status = 0
            except SystemExit as error:
                print(error, file=sys.stderr)
            finally:
                os._exit(status)
        pids.append(pid)
    return pids


def wait(pids):
    """How many did not end well."""
    return sum(os.waitpid(pid, 0)[1] != 0 for pid in pids)


def read(folder):
    """What each worker noted: (what, number, attempt, seconds) in order."""
    notes = {}
    for name in os.listdir(folder):
        lines = [line.split() for line in open(os.path.join(folder, name)) if line.endswith("\n")]
        notes[int(name)] = [(what, int(number), int(attempt), float(seconds))
                            for what, number, attempt, seconds in lines]
    return notes


def rate(folder, seconds):
    """Suggestions a second, and milliseconds of the middle one and of the slowest hundredth."""
    spans = sorted(note[3] for list in read(folder).values() for note in list if note[0] == "given")
    if not spans:
        raise SystemExit("nobody got a suggestion")
    return len(spans) / seconds, 1000 * spans[len(spans) // 2], 1000 * spans[len(spans) * 99 // 100]


def study(server, name, **terms):
    return server.call("POST", "/api/v1/studies", {"name": name, "space": SPACE, "seed": 1, **terms})["id"]


def speed(arguments, server, folder, sampler):
    """All workers ask for some seconds: ours, then the peer where it is wanted."""
    made = study(server, "speed " + sampler, sampler=sampler)
    Server(arguments.home).call("POST", f"/api/v1/studies/{made}/ask", {"worker": "first", "key": "first"})
    notes = tempfile.mkdtemp(dir=folder)
    until = time.monotonic() + arguments.seconds
    failed = wait(start(arguments.workers, notes, lambda _, file: ours(arguments.home, made, until, file)))
    mine, peer = (*rate(notes, arguments.seconds), failed), None
    if arguments.peer:
        import optuna
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        journal = os.path.join(folder, sampler + ".log")
        optuna.create_study(study_name="speed", storage=optuna.storages.JournalStorage(
            optuna.storages.journal.JournalFileBackend(journal)))
        notes = tempfile.mkdtemp(dir=folder)
        until = time.monotonic() + arguments.seconds
        failed = wait(start(
            arguments.workers, notes, lambda place, file: optuna_worker(journal, sampler, until, file, place)))
        peer = (*rate(notes, arguments.seconds), failed)
    return mine, peer


def killing(arguments, server, folder):
    """Half of the workers are killed in the middle of a study; what is wrong afterwards, by name."""
    made = study(server, "killed", sampler="random", budget=arguments.trials, lease_ms=5000)
    notes = tempfile.mkdtemp(dir=folder)
    until = time.monotonic() + 600
    pids = start(arguments.workers, notes, lambda _, file: ours(arguments.home, made, until, file))
    path = f"/api/v1/studies/{made}/state"
    while server.call("GET", path)["completed"] < arguments.trials // 3:
        time.sleep(0.02)
    doomed = arguments.workers // 2
    for pid in pids[:doomed]:
        os.kill(pid, signal.SIGKILL)
    # A worker that had nothing left to do by then ended by itself.
    wait(pids[:doomed])
    unwell = wait(pids[doomed:])
    noted, state = read(notes), server.call("GET", path)
    given = [note[1:3] for list in noted.values() for note in list if note[0] == "given"]
    told = [note[1] for list in noted.values() for note in list if note[0] == "told"]
    # What a killed worker held, or had told without living to note it.
    held = {list[-1][1] for place, list in noted.items() if place < doomed and list and list[-1][0] == "given"}
    # A killed worker may not have noted what it was just given; one that lives has noted all.
    kept = {note[1:3] for place, list in noted.items() if place >= doomed for note in list if note[0] == "given"}
    again = {(number, attempt) for number, attempt in given if attempt > 1}
    return {
        "trials": state["trials"], "completed": state["completed"], "given again": len(again),
        "wrong": {
            "the same attempt was given twice": len(given) - len(set(given)),
            "given again though its worker lives": sum((number, attempt - 1) in kept for number, attempt in again),
            "told twice": len(told) - len(set(told)),
            "lost": arguments.trials - state["completed"] + len(set(range(arguments.trials)) - set(told) - held),
            "more trials than wanted": state["trials"] - arguments.trials,
            "still running": state["running"], "workers that failed": unwell,
        },
    }


def write(path, lines):
    """Replaces the section of the results, or adds it at the end."""
    head = "## Workers that share a study"
    text = open(path).read() if os.path.exists(path) else ""
    before, _, rest = text.partition(head + "\n")
    after = rest.partition("\n## ")[2]
    text = before.rstrip("\n") + "\n\n" + head + "\n\n" + "\n".join(lines) + "\n"
    with open(path, "w") as file:
        file.write(text.lstrip("\n") + ("\n## " + after if after else ""))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--aifactory", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--workers", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--trials", type=int, default=2000)
    parser.add_argument("--samplers", nargs="*", default=["random", "tpe"])
    parser.add_argument("--peer", action="store_true", help="measure Optuna with a journal file, too")
    parser.add_argument("--results", help="file whose section is replaced")
    arguments = parser.parse_args()
    subprocess.run([arguments.aifactory, "studies", "list", "--home", arguments.home], check=True,
                   stdout=subprocess.DEVNULL)
    server = Server(arguments.home)
    folder = tempfile.mkdtemp()
    count, isWrong = arguments.workers, False
    load = os.getloadavg()[0]
    rows = []
    try:
        for sampler in arguments.samplers:
            mine, peer = speed(arguments, server, folder, sampler)
            line = f"BENCH name=search-workers/{sampler} ours={mine[0]:.0f}"
            if peer:
                line += f" peer={peer[0]:.0f} ratio={mine[0] / peer[0]:.1f}"
            print(line + f" unit=suggestions/s p50={mine[1]:.1f}ms p99={mine[2]:.1f}ms", flush=True)
            isWrong |= mine[3] > 0
            rows.append(
                f"| `{sampler}` | {mine[0]:,.0f}/s, {mine[1]:.0f} ms, {mine[2]:.0f} ms | "
                + (f"{peer[0]:,.0f}/s, {peer[1]:.0f} ms, {peer[2]:.0f} ms |" if peer else "– |"))
        found = killing(arguments, server, folder)
        wrong = sum(found["wrong"].values())
        isWrong |= wrong > 0
        print(json.dumps(found), flush=True)
        print(f"BENCH name=search-workers/wrong ours={wrong} unit=trials goal=0", flush=True)
    finally:
        shutil.rmtree(folder)
    if arguments.results:
        cores = os.cpu_count()
        write(arguments.results, [
            f"{count} processes of Python on the same machine do nothing but ask one study and tell it: "
            f"{cores} cores, {platform.system()} {platform.release()}, load {load:.1f} before, "
            f"{time.strftime('%Y-%m-%d', time.gmtime())}, `make bench-search-workers`. Suggestions a second, the middle "
            "answer and the slowest hundredth; the peer is Optuna 5.0.0 with its storage in a journal file.", "",
            "| sampler | ours | Optuna |", "|---|---|---|", *rows, "",
            f"Of {found['trials']:,} trials {found['completed']:,} completed when {count // 2} of the {count} workers were "
            f"killed after a third of them; {found['given again']} that they held were given again. Given twice, told "
            f"twice, lost or left over: {wrong}."])
    sys.exit(1 if isWrong else 0)


main()
