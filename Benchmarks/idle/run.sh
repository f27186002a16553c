#!/usr/bin/env bash
# Memory of an idle server with its gateway, and seconds until both answer.
source "$(dirname "$0")/../common.sh"
about_machine
fresh_home
python3 - "$aifactory" "$home" <<'PY'
import json, os, statistics, subprocess, sys, time, urllib.request
aifactory, home = sys.argv[1:]


def resident(pid):
    return sum(int(l.split()[1]) for l in open(f"/proc/{pid}/status") if l.startswith("VmRSS"))


def answers(url):
    try:
        return urllib.request.urlopen(url, timeout=1).status == 200
    except OSError:
        return False


ready, memory = [], []
for _ in range(5):
    started = time.time()
    server = subprocess.Popen([aifactory, "serve", "--home", home, "--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    path = os.path.join(home, "server.json")
    while time.time() - started < 20:
        try:
            urls = json.load(open(path))
            if urls["pid"] == server.pid and answers(urls["url"] + "/ready") and answers(urls["gateway"] + "/health"):
                break
        except (OSError, ValueError, KeyError):
            pass
        time.sleep(0.002)
    ready.append(time.time() - started)
    time.sleep(2)
    # This script names the home too, and is not part of the factory.
    processes = [int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) != os.getpid()
                 and os.path.exists(f"/proc/{p}/cmdline") and home.encode() in open(f"/proc/{p}/cmdline", "rb").read()]
    assert len(processes) == 2, processes
    memory.append(sum(resident(p) for p in processes) / 1024)
    subprocess.run([aifactory, "stop", "--home", home], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server.wait(20)
seconds, megabytes = statistics.median(ready), statistics.median(memory)
print(f"BENCH name=idle/memory ours={megabytes:.1f} peer=90 ratio={megabytes / 90:.2f} unit=MiB goal=<90")
print(f"BENCH name=idle/ready ours={seconds:.3f} peer=0.3 ratio={seconds / 0.3:.2f} unit=s goal=<0.3")
sys.exit(0 if megabytes < 90 and seconds < 0.3 else 1)
PY
