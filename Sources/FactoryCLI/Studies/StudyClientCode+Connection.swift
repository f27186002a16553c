extension StudyClientCode {
  /// How it reaches the server, and what else `study` uses.
  static let connection = #"""
    class _Share:
        """How much of a study one call of optimize does."""

        def __init__(self, count, timeout):
            self._left = count
            self.is_stopped = False
            self._lock = threading.Lock()
            self.deadline = None if timeout is None else time.monotonic() + timeout

        def take(self):
            with self._lock:
                if self.deadline is not None and time.monotonic() >= self.deadline:
                    return False
                if self._left is None:
                    return True
                self._left -= 1
                return self._left >= 0

        def stop(self):
            with self._lock:
                self._left = 0
                self.is_stopped = True


    class _Server:
        """Calls the server, again and again while it is away."""

        def __init__(self, url, token, home, patience):
            self._url = url or os.environ.get("AIFACTORY_URL")
            self._token = token or os.environ.get("AIFACTORY_TOKEN")
            folder = home or os.environ.get("AIFACTORY_HOME") or "~/.aifactory"
            self._file = os.path.join(os.path.expanduser(folder), "server.json")
            self._patience = patience
            self._local = threading.local()

        def __getstate__(self):
            # Connections are those of a thread: another process opens its own.
            return {key: value for key, value in vars(self).items() if key != "_local"}

        def __setstate__(self, state):
            vars(self).update(state, _local=threading.local())

        def call(self, method, path, body=None):
            data = None if body is None else json.dumps(body, allow_nan=False).encode()
            begun = time.monotonic()
            deadline = begun + self._patience
            pause, is_said = 0.05, False
            while True:
                try:
                    return self._once(method, path, data)
                except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                    self._close()
                    if time.monotonic() >= deadline:
                        raise StudyError(
                            "server_unreachable", "The server does not answer: %s" % _words(error),
                            "start it with `aifactory serve`") from error
                    if not is_said and time.monotonic() - begun > 3:
                        is_said = True
                        _log.warning(
                            "The server does not answer (%s); it is waited for, %d seconds at "
                            "most.", _words(error), self._patience)
                time.sleep(pause)
                pause = min(2 * pause, 0.5)

        def _once(self, method, path, data):
            connection, token = self._connection()
            headers = {"Accept": "application/json"}
            if token:
                headers["Authorization"] = "Bearer " + token
            if data is not None:
                headers["Content-Type"] = "application/json"
            connection.request(method, path, body=data, headers=headers)
            answer = connection.getresponse()
            content = answer.read()
            # A file may name another server by now: then the token is another one, too.
            is_away = answer.status >= 500 or answer.status == 429 or (
                answer.status == 401 and not self._url)
            if is_away:
                raise OSError("HTTP status %d: %s" % (answer.status, content[:200]))
            value = json.loads(content)
            if answer.status >= 400:
                error = value["error"]
                raise StudyError(error["code"], error["message"], error.get("hint"))
            return value

        def _connection(self):
            known = getattr(self._local, "connection", None)
            # A process that was forked would read the answers that its parent waits for.
            if known and self._local.process == os.getpid():
                return known
            url, token = self._url, self._token
            if not url:
                with open(self._file) as file:
                    server = json.load(file)
                url, token = server["url"], server["token"]
            parts = urllib.parse.urlsplit(url)
            kind = (http.client.HTTPSConnection if parts.scheme == "https"
                    else http.client.HTTPConnection)
            self._local.connection = (kind(parts.hostname, parts.port, timeout=90), token)
            self._local.process = os.getpid()
            return self._local.connection

        def _close(self):
            known = getattr(self._local, "connection", None)
            self._local.connection = None
            if known:
                known[0].close()


    # A range with more steps than this is one of numbers.
    _MOST_CHOICES = 1000


    def _whole(number):
        return int(round(float(number)))


    def _plain(value):
        """A value of a parameter as the server takes it: as choices are, what JSON lacks is a text."""
        value = value.item() if hasattr(value, "item") else value
        return value if isinstance(value, (str, int, float)) else json.dumps(value)


    def _attributes(description):
        """What is noted in an answer."""
        texts = description.get("user_attributes") or {}
        return {key: json.loads(text) for key, text in texts.items()}


    def _moment(ms):
        return None if ms is None else datetime.datetime.fromtimestamp(
            ms / 1000, datetime.timezone.utc)


    def _is_number(text, other):
        """Whether two texts are the same number."""
        try:
            return float(text) == float(other)
        except ValueError:
            return False


    def _worker():
        return "%s:%d:%d" % (socket.gethostname()[:100], os.getpid(), threading.get_ident())


    def _number(value):
        value = float(value)
        if math.isfinite(value):
            return value
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


    def _all_bounded(values):
        """Constraints as JSON can say them: what is infinite is very large; one alone is a list of one."""
        try:
            values = [float(value) for value in values]
        except TypeError:
            values = [float(values)]
        return [math.copysign(1e150, value) if math.isinf(value) else value for value in values]


    def _floats(result, count):
        """What an objective returned as so many numbers, or None and what is wrong with it."""
        try:
            numbers = [float(value) for value in (result if count > 1 else [result])]
        except (TypeError, ValueError):
            expected = "a number" if count == 1 else "%d numbers" % count
            return None, "the objective returned %s, not %s" % (repr(result)[:100], expected)
        if len(numbers) != count:
            return None, "the objective returned %d values, not %d" % (len(numbers), count)
        if any(math.isnan(number) for number in numbers):
            return None, "the objective returned NaN"
        return numbers, None


    def _words(error):
        return "%s: %s" % (type(error).__name__, error)

    """#
}
