#!/usr/bin/env bash
# What one job costs from its submission to its recorded end, beyond spawning /bin/true; and whether 1,000 are lost.
source "$(dirname "$0")/../common.sh"
about_machine
fresh_home
python3 - "$aifactory" "$home" <<'PY'
import http.client, json, os, statistics, subprocess, sys, time, urllib.parse
aifactory, home = sys.argv[1:]
subprocess.run([aifactory, "jobs", "list", "--home", home], check=True, stdout=subprocess.DEVNULL)
server = json.load(open(os.path.join(home, "server.json")))
connection = http.client.HTTPConnection(urllib.parse.urlparse(server["url"]).netloc)
headers = {"Authorization": "Bearer " + server["token"], "Content-Type": "application/json"}


def call(method, path, body=None):
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {text[:300]}")
    return json.loads(text)


def submit(name):
    return call("POST", "/api/v1/jobs", {"name": name, "command": ["/bin/true"]})


def spawn():
    started = time.perf_counter()
    os.waitpid(os.posix_spawn("/bin/true", ["/bin/true"], {}), 0)
    return time.perf_counter() - started


def identifier(answer):
    return answer["id"] if "id" in answer else answer["job"]["id"]


def one():
    started = time.perf_counter()
    job = identifier(submit("one"))
    while True:
        answer = call("GET", f"/api/v1/jobs/{job}")
        answer = answer.get("job", answer)
        if answer["state"] == "ended":
            assert answer["reason"] == "succeeded", answer
            return time.perf_counter() - started


spawned = statistics.median(spawn() for _ in range(50))
overhead = statistics.median(one() for _ in range(50)) - spawned
started = time.perf_counter()
jobs = [identifier(submit("many")) for _ in range(1000)]
submitted = time.perf_counter() - started
lost = set(jobs)
while lost and time.perf_counter() - started < 300:
    for job in list(lost):
        answer = call("GET", f"/api/v1/jobs/{job}")
        answer = answer.get("job", answer)
        if answer["state"] != "ended":
            break
        assert answer["reason"] == "succeeded", answer
        lost.discard(job)
seconds = time.perf_counter() - started
print(f"1,000 jobs: submitted in {submitted:.2f} s, ended in {seconds:.2f} s, lost {len(lost)}")
print(f"BENCH name=jobs/overhead ours={1e3 * overhead:.1f} peer={1e3 * spawned:.2f} ratio={overhead / spawned:.1f} unit=ms goal=<25")
print(f"BENCH name=jobs/lost ours={len(lost)} peer=0 ratio=1 unit=jobs goal=0")
sys.exit(0 if overhead < 0.025 and not lost else 1)
PY
