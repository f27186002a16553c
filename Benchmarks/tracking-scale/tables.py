"""Fills a home's tables while no server runs: what `fill` requests would bring, in minutes instead of hours."""

import os
import random
import sqlite3
import struct

METRICS, STEPS = 10, 100


def fill(database, experiment, known, size):
    """Adds runs up to that size to an experiment, each with a thousand points and what is searched for."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; "
                             "CREATE TEMP TABLE step (number INTEGER PRIMARY KEY, value REAL, bits INTEGER)")
    connection.executemany("INSERT INTO step VALUES (?, ?, ?)", [
        (i, 1 / (i + 2), struct.unpack("<q", struct.pack("<d", 1 / (i + 2)))[0]) for i in range(STEPS)])
    names = ["acc"] + [f"m{i}" for i in range(METRICS)]
    connection.executemany("INSERT OR IGNORE INTO metricKey (name) VALUES (?)", [(name,) for name in names])
    first = connection.execute("SELECT ifnull(max(number), 0) FROM run").fetchone()[0] + 1 - known
    for start in range(known, size, 1000):
        numbers = range(start, min(size, start + 1000))
        values = [n * 7919 % 1000003 / 1000003 for n in numbers]
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO run (number, id, experiment, name, nameTag, status, artifactLocation, startedAtMs) VALUES (?, ?, ?, ?, ?, 'RUNNING', ?, ?)",
            [(first + n, "%032x" % random.getrandbits(128), experiment, f"run-{n}", f"run-{n}", f"mlflow-artifacts:/{experiment}/{n}",
              1600000000000 + n) for n in numbers])
        connection.executemany("INSERT INTO param VALUES (?, 'depth', ?)", [(first + n, str(n % 8)) for n in numbers])
        connection.executemany("INSERT INTO runTag VALUES (?, 'group', ?)", [(first + n, f"g{n % 97}") for n in numbers])
        connection.executemany(
            "INSERT INTO latestMetric SELECT ?, number, 0, 1, ?, ? FROM metricKey WHERE name = 'acc'",
            [(first + n, struct.unpack("<q", struct.pack("<d", v))[0], v) for n, v in zip(numbers, values)])
        span = (first + numbers[0], first + numbers[-1])
        for table, columns, steps in (
                ("metricPoint", "step.number, 1700000000000, step.bits", ""),
                ("latestMetric", "step.number, 1700000000000, step.bits, step.value", f"AND step.number = {STEPS - 1}")):
            connection.execute(
                f"INSERT INTO {table} SELECT run.number, metricKey.number, {columns} FROM run CROSS JOIN metricKey CROSS JOIN step "
                f"WHERE run.number BETWEEN ? AND ? AND metricKey.name GLOB 'm[0-9]' {steps}", span)
        connection.execute(
            "INSERT INTO metricPoint SELECT run, key, step, timestampMs, valueBits FROM latestMetric "
            "WHERE run BETWEEN ? AND ? AND key = (SELECT number FROM metricKey WHERE name = 'acc')", span)
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    # Else the first requests would wait for what the disk has still to write of this.
    os.sync()
