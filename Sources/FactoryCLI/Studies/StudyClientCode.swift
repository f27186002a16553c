/// The Python file by which programs work on shared studies.
///
/// It needs Python 3.8 or later and its standard library.
enum StudyClientCode {
  static let fileName = "aifactory_study.py"

  /// The whole file.
  static var python: String { study + connection }

  /// What programs see of it.
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
                     lease=None, stop_below=None, warm_start=None, url=None, token=None, home=None,
                     patience=300.0):
        """Makes a study, or joins the one of that name.

        directions: "minimize" or "maximize" for each value that an objective returns.
        metric: what the value is called, or a list with a name for each of several.
        budget: how many trials there will be, of all programs together.
        steps: steps of a whole trial, by which a pruner sets its rungs.
        space: a search space as a dict (docs/search.md); without it, trials say what they want.
        stop_below: the study ends when less improvement is expected, in the unit of its values.
        warm_start: identifiers or names of studies whose best points are tried first.
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
        return Study(server, description)


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
                    self.tell(trial, value)
                    if trial.state == "failed":
                        _log.warning("Trial %d failed: %s", trial.number, trial.message)
                for callback in callbacks or ():
                    callback(self, trial)

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

        def tell(self, trial, value=None, state=None, message=None):
            """Says how a trial ended; returns whether this result counts."""
            trial._end()
            body = {"attempt": trial.attempt, "used": sorted(trial.params)}
            values = None
            if state is None:
                values, message = _floats(value, len(self.directions))
                state = "failed" if values is None else "completed"
            elif state != "failed" and value is not None:
                values = [value]
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
                raise ValueError("No trial has completed yet.")
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


    class FrozenTrial(dict):
        """A trial that has ended; what the dict holds are attributes, too."""

        number = property(lambda self: self["number"])
        value = property(lambda self: float(self["value"]) if "value" in self else None)
        values = property(lambda self: [float(value) for value in self["values"]])
        params = property(lambda self: self["point"])
        user_attrs = property(lambda self: _attributes(self))
        # "completed", "pruned" or "failed".
        state = property(lambda self: self.get("outcome", "completed"))
        # As datetime.datetime of UTC, of trials from the list of all.
        datetime_start = property(lambda self: _moment(self.get("started_at_ms")))
        datetime_complete = property(lambda self: _moment(self.get("ended_at_ms")))

        @property
        def duration(self):
            """How long it took, as datetime.timedelta."""
            begun, ended = self.datetime_start, self.datetime_complete
            return None if begun is None or ended is None else ended - begun


    class Trial:
        """One point to try, held by this program until it is told or its lease runs out."""

        def __init__(self, study, description):
            self.study = study
            self.number = description["number"]
            self.attempt = description["attempt"]
            self.params = {}
            self.user_attrs = _attributes(description)
            # {"trial": 3, "rung": 9, ...} where it trains the point of a stopped trial again.
            self.promotion = description.get("promotion")
            self.lost = False
            # What it was told to have become: "completed", "pruned" or "failed", and why it failed.
            self.state = self.values = self.message = None
            self._point = dict(description["point"])
            self._prune = False
            self._path = "%s/trials/%d" % (study._path, self.number)
            self._ended = threading.Event()
            self._pulse = threading.Thread(
                target=self._renew, args=(description["lease_ms"] / 3000,), daemon=True)
            self._pulse.start()

        def suggest_float(self, name, low, high, *, step=None, log=False):
            """A number from low to high; on a logarithmic scale, or in steps."""
            low, high = float(low), float(high)
            if step is not None and log:
                raise ValueError("A range with a step is not logarithmic.")
            self.study._kinds[name] = float
            if step is not None:
                kind = {"uniform": [low, high], "step": float(step)}
            else:
                kind = {"log_uniform" if log else "uniform": [low, high]}
            value = float(self._suggest(name, kind))
            return self._checked(name, value, low <= value <= high)

        def suggest_int(self, name, low, high, *, step=1, log=False):
            """A whole number from low to high."""
            low, high = int(low), int(high)
            if step != 1 and (log or step < 1):
                raise ValueError("A step is 1 or more, and 1 on a logarithmic scale.")
            if step != 1:
                values = range(low, high + 1, step)
                if len(values) <= _MOST_CHOICES:
                    return self._choose(name, "ordinal", list(values))
                self.study._kinds[name] = _whole
                value = _whole(self._suggest(
                    name, {"uniform": [low, values[-1]], "step": step}))
                return self._checked(name, value, value in values)
            value = int(self._suggest(name, {"log_int" if log else "int": [low, high]}))
            return self._checked(name, value, low <= value <= high)

        def suggest_categorical(self, name, choices):
            """One of a few values without an order."""
            return self._choose(name, "choice", list(choices))

        def report(self, value, step):
            """Says what the value is after so many steps."""
            answer = self.study._server.call(
                "POST", self._path + "/report",
                {"attempt": self.attempt, "step": int(step), "value": _number(value)})
            self.lost = self.lost or answer["lost"]
            self._prune = answer["prune"]

        @property
        def value(self):
            """What it was told to have come to, with one direction."""
            return self.values[0] if self.values else None

        def should_prune(self):
            """Whether the trial should end after what it has reported."""
            return self._prune or self.lost

        def set_user_attr(self, key, value):
            """Notes something of the trial: whatever JSON can say."""
            if self._ended.is_set():
                raise StudyError("trial_ended", "Trial %d has ended." % self.number)
            answer = self.study._server.call(
                "POST", self._path + "/set-attribute",
                {"attempt": self.attempt, "key": key, "value_json": json.dumps(value)})
            self.lost = self.lost or answer["lost"]
            self.user_attrs[key] = value

        def _choose(self, name, kind, choices):
            texts = [choice if isinstance(choice, str) else json.dumps(choice)
                     for choice in choices]
            value = self._suggest(name, {kind: texts})
            text = value if isinstance(value, str) else json.dumps(value)
            # A space that was declared writes 1.0 as 1.
            place = next((place for place, other in enumerate(texts) if other == text), None)
            if place is None:
                place = next((place for place, other in enumerate(texts)
                              if _is_number(other, text)), None)
            self._checked(name, value, place is not None)
            known = self.study._kinds.setdefault(name, {})
            known.update(zip(texts, choices))
            known[text] = choices[place]
            self.params[name] = choices[place]
            return self.params[name]

        def _suggest(self, name, kind):
            # Whether it is the study's range is asked once, also where it chose a value already.
            if name not in self._point or self.study._agreed.get(name) != kind:
                answer = self.study._server.call(
                    "POST", self._path + "/suggest",
                    {"attempt": self.attempt, "parameter": dict(kind, name=name),
                     "given": name in self._point})
                if answer["lost"]:
                    self.lost = True
                    raise TrialPruned("The trial was given to another program.")
                self._point.update(answer["point"])
                self.study._agreed[name] = kind
                if answer.get("note"):
                    warnings.warn("Trial %d: %s." % (self.number, answer["note"]), stacklevel=4)
            return self._point[name]

        def _checked(self, name, value, is_inside):
            if not is_inside:
                raise StudyError(
                    "search_parameter_conflict",
                    "The study knows %s with another range: it chose %r." % (name, value))
            self.params[name] = value
            return value

        def _renew(self, pause):
            while not self._ended.wait(pause):
                try:
                    answer = self.study._server.call(
                        "POST", self._path + "/renew", {"attempt": self.attempt})
                except StudyError:
                    continue
                if answer["lost"]:
                    self.lost = True
                    return

        def _end(self):
            self._ended.set()



    """#
}
