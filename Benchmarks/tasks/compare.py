"""Runs many tasks that do nothing by us, by HyperQueue, by a Slurm array and by bare spawning; see run.sh."""

import json
import os
import subprocess
import sys
import tempfile
import time

aifactory, home, cluster = sys.argv[1:]
TASKS = int(os.environ.get("TASKS", 10_000))
TRIALS = int(os.environ.get("TRIALS", 1_000))
SLURM_TASKS = int(os.environ.get("SLURM_TASKS", 300))
SLURM_TRIALS = int(os.environ.get("SLURM_TRIALS", 100))
CORES = len(os.sched_getaffinity(0))


def spawn(count):
    """As many processes at a time as there are cores: what the machine can do at most."""
    started = time.perf_counter()
    running = 0
    for _ in range(count):
        if running == CORES:
            os.wait()
            running -= 1
        os.posix_spawn("/bin/true", ["/bin/true"], {})
        running += 1
    while running:
        os.wait()
        running -= 1
    return time.perf_counter() - started


def factory(words):
    # What follows "--" is the task's own.
    options = ["--home", home, "--output", "json"]
    done = subprocess.run([aifactory, *words[:2], *options, *words[2:]], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{words}: {done.stderr}")
    return json.loads(done.stdout)


def ours(count, *options):
    started = time.perf_counter()
    job = factory(["jobs", "submit", "--tasks", str(count), "--wait", *options, "--", "/bin/true"])
    seconds = time.perf_counter() - started
    assert job["reason"] == "succeeded", job
    return seconds


# A trial must say a number, else it has failed.
SEARCH = """
name: noop
train:
  command: [/bin/echo, "loss={{x}}"]{site}
  search:
    parameters: {{x: {{uniform: [0, 1]}}}}
    metric: loss
    read: {{output: 'loss=(\\S+)'}}
    sampler: random
    trials: {trials}
    parallel: {parallel}{way}
"""


def trials(count, parallel=CORES, site="", way=""):
    """A search by a command: each trial is a job of its own, with a run and a place in a study."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "noop.yaml")
        with open(path, "w") as file:
            file.write(SEARCH.format(
                trials=count, parallel=parallel, site=f"\n  site: {site}" if site else "", way=f"\n    {way}" if way else ""))
        started = time.perf_counter()
        ended = factory(["run", path])
        seconds = time.perf_counter() - started
        train = next(stage for stage in ended["stages"] if stage["name"] == "train")
        assert ended["status"] == "succeeded" and train["status"] == "succeeded", ended
        return seconds


def hyperqueue(count, command=("/bin/true",)):
    from hyperqueue import Job, LocalCluster
    from hyperqueue.cluster import WorkerConfig

    # It keeps the output of each task in two files of its own.
    with LocalCluster() as local, tempfile.TemporaryDirectory() as folder:
        local.start_worker(WorkerConfig(cores=CORES))
        client = local.client()
        job = Job(default_workdir=folder)
        for _ in range(count):
            job.program(list(command))
        started = time.perf_counter()
        client.wait_for_jobs([client.submit(job)])
        return time.perf_counter() - started


# What our jobs are given: the user's login on the node, for which Slurm starts a login shell there. `ALL` copies sbatch's environment.
LOGIN = "HOME,LANG,LOGNAME,PATH,SHELL,USER"


def array(count, environment="ALL"):
    """A plain Slurm array, from sbatch until the last task has left the queue."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as script:
        script.write("#!/bin/sh\nexec /bin/true\n")
        script.flush()
        started = time.perf_counter()
        job = subprocess.run(
            ["sbatch", "--parsable", f"--array=0-{count - 1}", "--cpus-per-task=1",
             "--output=/dev/null", f"--export={environment}", script.name],
            check=True, capture_output=True, text=True).stdout.strip()
        while subprocess.run(["squeue", "-h", "-j", job], capture_output=True, text=True).stdout.strip():
            time.sleep(0.1)
        return time.perf_counter() - started


def rate(name, count, seconds):
    print(f"{name}: {count} tasks in {seconds:.2f} s, {count / seconds:.0f} a second, "
          f"{1e3 * seconds / count:.3f} ms a task", flush=True)
    return count / seconds


bare = rate("posix_spawn", TASKS, spawn(TASKS))
mine = rate("aifactory, one job", TASKS, ours(TASKS, "--cpus", str(CORES)))
peer = rate("HyperQueue, in one process", TASKS, hyperqueue(TASKS))
print(f"BENCH name=tasks/spawn ours={mine:.0f} peer={bare:.0f} ratio={mine / bare:.2f} unit=tasks/s goal=>=0.7")
print(f"BENCH name=tasks/hyperqueue ours={mine:.0f} peer={peer:.0f} ratio={mine / peer:.2f} unit=tasks/s goal=>1")
passed = mine >= 0.7 * bare and mine > peer
searched = rate("aifactory, trials of a search", TRIALS, trials(TRIALS))
plainly = rate("HyperQueue, the same commands as tasks", TRIALS, hyperqueue(TRIALS, ("/bin/echo", "loss=0.5")))
print(f"BENCH name=tasks/trials ours={searched:.1f} peer={plainly:.1f} ratio={searched / plainly:.2f} unit=trials/s goal=none")
if cluster:
    factory(["sites", "add", "bench", "--scratch", f"{cluster}/scratch"])
    plain = rate("Slurm, plain array", SLURM_TASKS, array(SLURM_TASKS))
    packed = rate("aifactory on Slurm, one job", SLURM_TASKS, ours(SLURM_TASKS, "--cpus", str(CORES), "--site", "bench"))
    print(f"BENCH name=tasks/slurm ours={packed:.1f} peer={plain:.1f} ratio={packed / plain:.2f} unit=tasks/s goal=>=0.95")
    passed = passed and packed >= 0.95 * plain
    again = rate("Slurm, plain array", SLURM_TRIALS, array(SLURM_TRIALS))
    login = rate("Slurm, plain array whose tasks have the environment of a login", SLURM_TRIALS, array(SLURM_TRIALS, LOGIN))
    for name, way in [("singly", ""), ("as arrays", "array: true"), ("in three allocations", "allocations: 3")]:
        # The cluster has three nodes of four cores, all of which the plain array takes.
        ways = rate(f"aifactory on Slurm, trials {name}", SLURM_TRIALS, trials(SLURM_TRIALS, 12, "bench", way))
        print(f"BENCH name=tasks/slurm-trials-{name.replace(' ', '-')} ours={ways:.2f} peer={again:.2f} "
              f"ratio={ways / again:.2f} unit=trials/s goal=none")
        print(f"BENCH name=tasks/slurm-trials-{name.replace(' ', '-')}-beside-logins ours={ways:.2f} peer={login:.2f} "
              f"ratio={ways / login:.2f} unit=trials/s goal=none")
sys.exit(0 if passed else 1)
