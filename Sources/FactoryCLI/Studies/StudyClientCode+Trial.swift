extension StudyClientCode {
  /// What programs see of trials.
  static let trial = #"""
    class FrozenTrial(dict):
        """A trial that has ended; what the dict holds are attributes, too."""

        number = property(lambda self: self["number"])
        value = property(lambda self: float(self["value"]) if "value" in self else None)
        values = property(lambda self: [float(value) for value in self["values"]])
        # What was measured of constraints, 0 or less where they are kept; empty without any.
        constraints = property(lambda self: [float(one) for one in self.get("constraints") or []])
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
            # What was measured of constraints, once it was told.
            self.constraints = []
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
