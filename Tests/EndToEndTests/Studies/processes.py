"""Processes that work on a study that their parent has made, asserted against a running server."""

import concurrent.futures
import multiprocessing
import signal

import aifactory_study as factory

study = None


def square(trial):
    return trial.suggest_float("x", -1, 1) ** 2


def share(given):
    (given or study).optimize(square, n_trials=5)


if __name__ == "__main__":
    # Who starts this may have blocked the signal with which pools end.
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    study = factory.create_study("processes", sampler="random")
    share(study)
    # Forked processes have the study with the connection of their parent, which works beside them.
    with multiprocessing.get_context("fork").Pool(3) as pool:
        others = pool.map_async(share, [None] * 6)
        share(study)
        others.get(60)
    # To others it is sent.
    for way in ("fork", "spawn"):
        context = multiprocessing.get_context(way)
        with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
            list(pool.map(share, [study] * 2))
    assert study.state["completed"] == study.state["trials"] == 60, study.state
