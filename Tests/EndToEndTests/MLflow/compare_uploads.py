"""The same as compare_servers.py for files in parts, which MLflow's server does with an object store behind it.

Usage: compare_uploads.py FOLDER

The object store is moto's, in this process. The client's system metrics are compared here, too: this environment has what it measures with.
"""

import os
import signal
import sys

import boto3
import moto.s3.models
from moto.server import ThreadedMotoServer

import comparison_uploads  # noqa: F401
from compare_servers import ask_both, compare, start_server
from comparison import cases
from comparison_differences import UPLOADS

KEYS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}


def main():
    folder, = sys.argv[1:]
    # Of S3's own, 5 MiB, tests would become slow.
    moto.s3.models.S3_UPLOAD_PART_MIN_SIZE = 1
    store = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    store.start()
    url = "http://127.0.0.1:%d" % store.get_host_and_port()[1]
    os.environ.update(KEYS)
    boto3.client("s3", endpoint_url=url).create_bucket(Bucket="artifacts")
    server, their_url = start_server(folder, "s3://artifacts/root", {"MLFLOW_S3_ENDPOINT_URL": url})
    try:
        chosen = {case.__name__ for case in cases if case.__module__ == comparison_uploads.__name__}
        theirs, ours = ask_both(their_url, chosen)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        store.stop()
    sys.exit(1 if compare(theirs, ours, UPLOADS, True) else 0)


if __name__ == "__main__":
    main()
