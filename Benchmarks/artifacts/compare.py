"""A large file up and down, ours beside `mlflow server`, and what the disk alone gives; see run.sh."""

import argparse
import glob
import http.client
import http.server
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tracking"))
from server import Server, free_port, start_ours, stop_ours, wait_for

parser = argparse.ArgumentParser()
parser.add_argument("--aifactory", required=True)
parser.add_argument("--home", required=True)
arguments = parser.parse_args()
WORK = arguments.home + "-work"
MIB = int(os.environ.get("ARTIFACT_MIB", 1024))
ROUNDS = int(os.environ.get("ARTIFACT_ROUNDS", 3))
BLOCK = 1 << 20


def make(path):
    """A file that no disk can make smaller."""
    with open(path, "wb") as file:
        for _ in range(MIB):
            file.write(os.urandom(BLOCK))
        os.fsync(file.fileno())


def evict(folder):
    """Takes what is large out of the memory in which the kernel keeps files, so that a disk is read."""
    for path in glob.glob(folder + "/**", recursive=True):
        if os.path.isfile(path) and os.path.getsize(path) >= BLOCK * MIB // 2:
            descriptor = os.open(path, os.O_RDONLY)
            os.fdatasync(descriptor)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def rate(begin):
    return BLOCK * MIB / (time.time() - begin) / 1e6


def disk(source, target):
    """MB/s of a copy that is on disk when it ends, and of reading it back."""
    writing, reading = [], []
    for _ in range(ROUNDS):
        begin = time.time()
        with open(source, "rb") as file, open(target, "wb") as copy:
            while block := file.read(BLOCK):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        writing.append(rate(begin))
        evict(os.path.dirname(target))
        begin = time.time()
        with open(target, "rb", buffering=0) as file:
            while file.readinto(memoryview(bytearray(BLOCK))):
                pass
        reading.append(rate(begin))
        os.remove(target)
        warm(source)
    return max(writing), max(reading)


def warm(path):
    with open(path, "rb", buffering=0) as file:
        while file.readinto(memoryview(bytearray(BLOCK))):
            pass


class Watch:
    """The most memory that a server has while something goes on, beyond what it had before."""

    def __init__(self, server):
        self.server, self.before, self.peak, self.stop = server, server.memory()[0], 0, threading.Event()

    def __enter__(self):
        self.thread = threading.Thread(target=self.look)
        self.thread.start()
        return self

    def look(self):
        while not self.stop.wait(0.05):
            try:
                self.peak = max(self.peak, self.server.memory()[0])
            except OSError:
                pass  # a process below it has ended meanwhile

    def __exit__(self, *_):
        self.stop.set()
        self.thread.join()


def measure(server, source, folder):
    """MB/s up (from a warm file) and down (from a cold one), at best, and MiB of memory that it took."""
    up, down = [], []
    place = urllib.parse.urlparse(server.url)
    headers = {"Authorization": "Bearer " + server.token} if server.token else {}
    with Watch(server) as watch:
        for number in range(ROUNDS):
            path = f"/api/2.0/mlflow-artifacts/artifacts/0/bench/{number}.bin"
            connection = http.client.HTTPConnection(place.hostname, place.port, blocksize=BLOCK)
            warm(source)
            begin = time.time()
            with open(source, "rb") as file:
                connection.request("PUT", path, file, {**headers, "Content-Length": str(BLOCK * MIB)})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, answer.status
            up.append(rate(begin))
            evict(folder)
            begin = time.time()
            connection.request("GET", path, headers=headers)
            answer, got, block = connection.getresponse(), 0, bytearray(BLOCK)
            while count := answer.readinto(block):
                got += count
            assert (answer.status, got) == (200, BLOCK * MIB), (answer.status, got)
            down.append(rate(begin))
            connection.request("DELETE", path, headers=headers)
            connection.getresponse().read()
            connection.close()
            # The next one is other bytes: ours keeps the same bytes once.
            with open(source, "r+b") as file:
                file.write(os.urandom(BLOCK))
    return {"up": max(up), "down": max(down), "all": (up, down), "memory": watch.peak - watch.before}


class Bare(http.server.BaseHTTPRequestHandler):
    """The least that a server can do: bytes from a socket to a synced file, and from a file to a socket by `sendfile`. No digest, no checks."""

    protocol_version = "HTTP/1.1"
    rbufsize = 0

    def path_here(self):
        return f"{WORK}/bare-{os.path.basename(self.path)}"

    def do_PUT(self):
        left, block = int(self.headers["Content-Length"]), memoryview(bytearray(BLOCK))
        with open(self.path_here(), "wb", buffering=0) as file:
            while left:
                count = self.connection.recv_into(block[:min(BLOCK, left)])
                if not count:
                    return
                file.write(block[:count])
                left -= count
            os.fsync(file.fileno())
        self.answer(0)

    def do_GET(self):
        with open(self.path_here(), "rb") as file:
            size = os.fstat(file.fileno()).st_size
            self.answer(size)
            self.connection.sendfile(file)

    def do_DELETE(self):
        os.remove(self.path_here())
        self.answer(0)

    def answer(self, length):
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, *_):
        pass


def measure_bare(source):
    """What the loopback, the kernel's copies and the disk leave to any server on this machine, behind the same client."""
    server = http.server.HTTPServer(("127.0.0.1", 0), Bare)
    process = os.fork()
    if process == 0:
        server.serve_forever()
    try:
        return measure(Server("bare", f"http://127.0.0.1:{server.server_port}", None, process), source, WORK)
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def report(ours, theirs, bare, limit):
    """Prints the lines; returns how many goals were missed."""
    missed = 0
    for name, result in (("ours", ours), ("mlflow", theirs), ("bare", bare)):
        print(f" artifacts {name:>6} up {' '.join(f'{r:.0f}' for r in result['all'][0])}  "
              f"down {' '.join(f'{r:.0f}' for r in result['all'][1])} MB/s  memory +{result['memory']:.0f} MiB")
    print(f" artifacts   disk write with fsync {limit[0]:.0f}  read {limit[1]:.0f} MB/s")
    for what, bound in (("up", limit[0]), ("down", limit[1])):
        peer = max(theirs[what], bound)
        ratio = ours[what] / peer
        print(f"BENCH name=artifacts/{what} ours={ours[what]:.0f} peer={peer:.0f} ratio={ratio:.2f} unit=MB/s goal=>=0.8")
        print(f"BENCH name=artifacts/{what}-bare ours={ours[what]:.0f} peer={bare[what]:.0f} ratio={ours[what] / bare[what]:.2f} unit=MB/s")
        missed += ratio < 0.8
    print(f"BENCH name=artifacts/memory ours={ours['memory']:.0f} peer={theirs['memory']:.0f} "
          f"ratio={theirs['memory'] / max(ours['memory'], 1):.1f} unit=MiB goal=<=64")
    return missed + (ours["memory"] > 64)


def measure_mlflow(source):
    port = free_port()
    binaries = os.path.dirname(sys.executable)
    process = subprocess.Popen(
        [f"{binaries}/mlflow", "server", "--port", str(port), "--backend-store-uri", f"sqlite:///{WORK}/mlflow.db",
         "--artifacts-destination", f"{WORK}/artifacts"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PATH": binaries + ":" + os.environ["PATH"], "MLFLOW_DISABLE_TELEMETRY": "true"})
    try:
        wait_for(f"http://127.0.0.1:{port}/health")
        return measure(Server("mlflow", f"http://127.0.0.1:{port}", None, process.pid), source, WORK)
    finally:
        process.terminate()
        process.wait()


os.makedirs(WORK, exist_ok=True)
source = f"{WORK}/source.bin"
make(source)
server, _ = start_ours(arguments.aifactory, arguments.home)
ours = measure(server, source, arguments.home)
stop_ours(arguments.aifactory, arguments.home)
theirs = measure_mlflow(source)
bare = measure_bare(source)
limit = disk(source, f"{WORK}/copy.bin")
shutil.rmtree(WORK)
sys.exit(1 if report(ours, theirs, bare, limit) else 0)
