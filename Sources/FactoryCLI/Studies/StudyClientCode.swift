/// The Python file by which programs work on shared studies.
///
/// It needs Python 3.8 or later and its standard library.
enum StudyClientCode {
  static let fileName = "aifactory_study.py"

  /// The whole file.
  static var python: String { study + trial + connection }

  /// What programs see of a study.
  private static let study = #"""
    """Work on a study of AI Factory from Python. Needs nothing but the standard library.

        import aifactory_study as factory

        def objective(trial):
            rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
            depth = trial.suggest_int("depth", 2, 8)
            for epoch in range(1, 31):
                loss = train(rate, depth, epoch)
                trial.report(loss, epoch)
                if trial.should_prune():
                    raise factory.TrialPruned()
            return loss

        study = factory.create_study("my-search", pruner="median", steps=30, budget=200)
        study.optimize(objective)
        print(study.best_value, study.best_params)

    Run as many of these as you like, wherever the server can be reached: they share one study.
    A program that is killed loses nothing; its trial is given to another one after its lease.
    The server is found by AIFACTORY_URL and AIFACTORY_TOKEN (`aifactory env`), else by the file
    server.json in AIFACTORY_HOME or ~/.aifactory.
    """

    import datetime
    import http.client
    import json
    import logging
    import math
    import os
    import secrets
    import socket
    import threading
    import time
    import urllib.parse
    import warnings

    __all__ = ["create_study", "Study", "Trial", "FrozenTrial", "TrialPruned", "StudyError"]


    _log = logging.getLogger("aifactory")


    class TrialPruned(Exception):
        """Raised by an objective to end a trial that is not worth its further steps."""


    class StudyError(Exception):
        """What the server refused, or that it could not be reached."""

        def __init__(self, code, message, hint=None):
            super().__init__(message if hint is None else "%s (%s)" % (message, hint))
            self.code = code
            self.hint = hint


    def create_study(study_name=None, *, direction=None, directions=None, sampler=None,
                     pruner=None, seed=None, budget=None, steps=None, space=None, metric=None,
                     lease=None, stop_below=None, warm_start=None, constraints_func=None, url=None,
                     token=None, home=None, patience=300.0):
        """Makes a study, or joins the one of that name.

        directions: "minimize" or "maximize" for each value that an objective returns.
        metric: what the value is called, or a list with a name for each of several.
        budget: how many trials there will be, of all programs together.
        steps: steps of a whole trial, by which a pruner sets its rungs.
        space: a search space as a dict (docs/search.md); without it, trials say what they want.
        stop_below: the study ends when less improvement is expected, in the unit of its values.
        warm_start: identifiers or names of studies whose best points are tried first.
        constraints_func: called with each trial that has its values; returns a number for each
            constraint on what was measured, 0 or less where it is kept. Who breaks one is never best.
        lease: seconds that a program may be silent before its trial is given to another one.
        patience: seconds for which a server that is away is waited for.
        """
        server = _Server(url, token, home, patience)
        terms = {
            "name": study_name or "study-" + secrets.token_hex(4), "goal": direction,
            "goals": None if directions is None else list(directions),
            "sampler": sampler, "pruner": pruner, "seed": seed, "budget": budget, "steps": steps,
            "space": space, "stop_below": stop_below,
            "metric": metric if isinstance(metric, str) else None,
            "metrics": None if metric is None or isinstance(metric, str) else list(metric),
            "warm_start": warm_start,
            "lease_ms": None if lease is None else int(lease * 1000),
        }
        terms = {key: value for key, value in terms.items() if value is not None}
        description = server.call("POST", "/api/v1/studies", terms)
        for key in ("sampler", "pruner", "seed", "budget"):
            if key in terms and terms[key] != description.get(key):
                warnings.warn("The study %s was there already: its %s is %s, not %s." % (
                    description["name"], key, description.get(key), terms[key]), stacklevel=2)
        study = Study(server, description)
        study._constraints_func = constraints_func
        return study


    class Study:
        """A study that programs share."""

        def __init__(self, server, description):
            self._server = server
            self._path = "/api/v1/studies/" + description["id"]
            self.id = description["id"]
            self.study_name = description["name"]
            self.direction = description["goal"]
            self.directions = description.get("goals") or [self.direction]
            # What this program knows of parameters, by their names: text by text, or a type.
            self._kinds = {}
            # Ranges by the names of parameters, as the study has agreed to them.
            self._agreed = {}
            # Trials that this program ended, until the list of all trials has them.
            self._ended = set()
            # What measures the constraints of a trial that has its values; of this program alone.
            self._constraints_func = None
            # Set for calls of optimize to end.
            self._stopped = False

        def optimize(self, objective, n_trials=None, timeout=None, n_jobs=1, catch=(),
                     callbacks=()):
            """Runs trials until the study is done, or this program has done its share.

            An exception of the objective fails the trial and is raised again, unless it is one of
            `catch`. n_jobs threads work side by side, with -1 one for each processor. Callbacks are
            called with the study and each trial that ended; `study.stop()` ends this call after it.
            """
            n_jobs = (os.cpu_count() or 1) if n_jobs < 0 else n_jobs
            catch = (catch,) if isinstance(catch, type) else tuple(catch or ())
            self._stopped = False
            share = _Share(n_trials, timeout)
            if n_jobs <= 1:
                return self._work(objective, share, catch, callbacks)
            failures = []

            def work():
                try:
                    self._work(objective, share, catch, callbacks)
                except BaseException as error:
                    share.stop()
                    failures.append(error)

            threads = [threading.Thread(target=work) for _ in range(n_jobs)]
            for thread in threads:
                thread.start()
            try:
                for thread in threads:
                    thread.join()
            except BaseException:
                # Interrupted: no thread begins another trial.
                share.stop()
                raise
            if failures:
                raise failures[0]

        def _work(self, objective, share, catch, callbacks):
            while not self._stopped and share.take():
                trial = self.ask(
                    until=share.deadline, stops=lambda: self._stopped or share.is_stopped)
                if trial is None:
                    return
                try:
                    value = objective(trial)
                    if len(self.directions) > 1 and hasattr(value, "__next__"):
                        # Iterators can be read once.
                        value = list(value)
                    constraints = self._measured(trial, value)
                except TrialPruned:
                    self.tell(trial, state="pruned")
                except Exception as error:
                    self.tell(trial, state="failed", message=_words(error))
                    if not isinstance(error, catch):
                        raise
                    _log.warning("Trial %d failed: %s", trial.number, _words(error))
                except BaseException:
                    # Interrupted: the trial goes to another program.
                    trial._end()
                    raise
                else:
                    self.tell(trial, value, constraints=constraints)
                    if trial.state == "failed":
                        _log.warning("Trial %d failed: %s", trial.number, trial.message)
                for callback in callbacks or ():
                    callback(self, trial)

        def _measured(self, trial, value):
            trial.values, _ = _floats(value, len(self.directions))
            if self._constraints_func is None or trial.values is None:
                return None
            return _all_bounded(self._constraints_func(trial))

        def stop(self):
            """Ends this program's `optimize` after the trials that run; others go on."""
            self._stopped = True

        def ask(self, until=None, stops=lambda: False):
            """The next trial; None when there is nothing to do any more, or when `stops` says so.

            Waits while all trials are taken and one may come back.
            """
            body = {"worker": _worker(), "key": secrets.token_hex(16)}
            while True:
                answer = self._server.call("POST", self._path + "/ask", body)
                if answer.get("trial"):
                    return Trial(self, answer["trial"])
                if answer.get("done") or (until is not None and time.monotonic() >= until):
                    return None
                time.sleep(answer.get("wait_ms", 500) / 1000)
                if stops():
                    return None

        def tell(self, trial, value=None, state=None, message=None, constraints=None):
            """Says how a trial ended; returns whether this result counts.

            constraints: a number for each constraint on what was measured, 0 or less where it is kept;
            such as latency_ms - 50 for a latency of at most 50 ms.
            """
            constraints = None if constraints is None else _all_bounded(constraints)
            trial._end()
            body = {"attempt": trial.attempt, "used": sorted(trial.params)}
            values = None
            if state is None:
                values, message = _floats(value, len(self.directions))
                state = "failed" if values is None else "completed"
            elif state != "failed" and value is not None:
                values = [value]
            if state == "completed" and constraints is not None:
                trial.constraints = constraints
                if any(math.isnan(constraint) for constraint in trial.constraints):
                    state, values, message = "failed", None, "A constraint of it is no number."
                else:
                    body["constraints"] = trial.constraints
            body["outcome"] = state
            if values is not None and len(values) > 1:
                body["values"] = [_number(value) for value in values]
            elif values is not None:
                body["value"] = _number(values[0])
            if message is not None:
                body["message"] = message[:2000]
            trial.state, trial.values, trial.message = state, values, message
            told = self._server.call("POST", trial._path + "/tell", body)["told"]
            if told:
                self._ended.add(trial.number)
            return told

        def enqueue_trial(self, params, user_attrs=None, skip_if_exists=False):
            """Wants these values tried, before the sampler decides; returns whether a trial will.

            What is left out is filled in when the trial begins. user_attrs are noted of the trial.
            With skip_if_exists, values that were tried or wait are not tried again.
            """
            body = {"point": {name: _plain(value) for name, value in params.items()},
                    "key": secrets.token_hex(16), "skip_if_exists": bool(skip_if_exists)}
            if user_attrs:
                body["user_attributes"] = {
                    key: json.dumps(value) for key, value in user_attrs.items()}
            return self._server.call("POST", self._path + "/enqueue", body)["enqueued"]

        def set_user_attr(self, key, value):
            """Notes something of the study: whatever JSON can say."""
            self._server.call("POST", self._path + "/set-attribute",
                              {"key": key, "value_json": json.dumps(value)})

        @property
        def user_attrs(self):
            """What programs noted of the study."""
            return _attributes(self.state)

        @property
        def trials(self):
            """The trials that have ended, in number order, as attributes or of a dict.

            What this program has told is among them; what others have just told may not be yet.
            """
            deadline = time.monotonic() + 10
            while True:
                trials = self._server.call("GET", self._path)["trials"]
                self._ended -= {trial["number"] for trial in trials}
                if not self._ended or time.monotonic() >= deadline:
                    return [self._frozen(dict(trial, point=trial["parameters"]))
                            for trial in trials]
                time.sleep(0.05)

        @property
        def best_trial(self):
            """The best trial by now: number, value and params, as attributes or of a dict."""
            best = self._server.call("GET", self._path + "/best")
            if "number" not in best:
                raise ValueError("No trial has completed yet that counts.")
            return self._frozen(best)

        @property
        def best_trials(self):
            """The trials that no other beats in every direction: number, values and params."""
            trials = self._server.call("GET", self._path + "/frontier")["trials"]
            return [self._frozen(trial) for trial in trials]

        def _frozen(self, trial):
            """A trial whose choices are what this program gave, as far as it has."""
            point = {}
            for name, value in trial["point"].items():
                kind = self._kinds.get(name)
                if isinstance(kind, dict):
                    point[name] = kind.get(value, value) if isinstance(value, str) else value
                else:
                    point[name] = value if kind is None else kind(value)
            return FrozenTrial(trial, point=point)

        @property
        def best_value(self):
            return float(self.best_trial["value"])

        @property
        def best_params(self):
            return self.best_trial.params

        @property
        def state(self):
            """How many trials there are, and what became of them."""
            return self._server.call("GET", self._path + "/state")


    """#
}
