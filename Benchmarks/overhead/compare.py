"""Compares a training under the factory with the same training by itself; see run.sh."""

import json
import os
import statistics
import subprocess
import sys

aifactory, home, python = sys.argv[1:]
ROUNDS = int(os.environ.get("ROUNDS", 7))
EPOCHS = os.environ.get("EPOCHS", "60")
command = [python, os.path.join(os.path.dirname(os.path.abspath(__file__)), "train.py"), EPOCHS]


def told(text):
    """What the training printed last."""
    return json.loads(text.strip().splitlines()[-1])


def bare():
    environment = dict(os.environ, OMP_NUM_THREADS="2")
    return told(subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout)


def job():
    done = subprocess.run(
        [aifactory, "jobs", "submit", "--home", home, "--output", "json", "--cpus", "2", "--wait", "--", *command],
        check=True, capture_output=True, text=True)
    identifier = json.loads(done.stdout)["id"]
    log = subprocess.run([aifactory, "jobs", "logs", identifier, "--home", home],
                         check=True, capture_output=True, text=True)
    return told(log.stdout)


# One after the other, so that whatever slows the machine for a while slows both.
pairs = []
for number in range(ROUNDS):
    sides = (bare(), job()) if number % 2 == 0 else tuple(reversed((job(), bare())))
    pairs.append((sides[0]["seconds"], sides[1]["seconds"]))
    assert sides[0]["loss"] == sides[1]["loss"], "the same training came out differently"
    print(f"bare {pairs[-1][0]:.3f} s, as a job {pairs[-1][1]:.3f} s", flush=True)
ratio = statistics.median(job / bare for bare, job in pairs)
bare_median, job_median = (statistics.median(side) for side in zip(*pairs))
print(f"BENCH name=overhead/torch ours={job_median:.3f} peer={bare_median:.3f} ratio={ratio:.4f} unit=s goal=<=1.01")
sys.exit(0 if ratio <= 1.01 else 1)
