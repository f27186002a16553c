/// The program that loads a model of MLflow's and answers for it, in Python: its process is the child
/// of a replica, which owns socket, identifiers and segments.
///
/// It needs the standard library and what MLflow's models need anyway: mlflow, NumPy and pandas.
enum PythonReplicaCode {
  /// The file's text.
  static var program: String { columns + "\n\n\n" + model + "\n\n\n" + answers + "\n" }

  /// What a signature wants, and how a value becomes that.
  static let columns = #"""
    """Answers the questions of a replica with a model of MLflow's.

    Usage: replica.py FOLDER. Frames come on standard input and leave on standard output: the bytes that
    follow (4), a number (8), a code (2), little-endian, then the payload. The first frame that leaves says
    what the model wants. What the model prints goes to standard error.
    """

    import base64
    import datetime
    import json
    import math
    import os
    import signal
    import struct
    import sys
    import traceback

    HEAD = struct.Struct("<IQH")
    PREDICT, INVOCATIONS = 1, 2
    SHAPES = ("dataframe_split", "dataframe_records", "instances", "inputs")
    WORDS = {
        "double": ("decimal", "a number"),
        "float": ("decimal", "a number"),
        "long": ("integer", "a whole number"),
        "integer": ("integer", "a whole number of 32 bits"),
        "boolean": ("boolean", "true or false"),
        "datetime": ("timestamp", 'a time such as "2024-03-01T12:30:00"'),
        "string": ("text", "a text"),
        "binary": ("text", "bytes as base64"),
    }


    class Refused(Exception):
        """Rows that do not fit: becomes an answer with a status of its own."""

        def __init__(self, code, message, hint=None, status=422, **details):
            super().__init__(message)
            self.status = status
            error = {"code": code, "message": message}
            if hint:
                error["hint"] = hint
            if details:
                error["details"] = {key: str(value) for key, value in details.items()}
            self.body = {"error": error}


    def unfit(value, name, wanted, row):
        shown = json.dumps(value, default=str, ensure_ascii=False)
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return Refused(
            "value_invalid", f"Row {row}: column `{name}` holds {shown}; expected {wanted}.",
            row=row, column=name, value=shown, expectation=wanted)


    def missing(name, wanted, row):
        return Refused(
            "column_missing", f"Row {row}: column `{name}` is missing; expected {wanted}.",
            "The model's signature requires this column.",
            row=row, column=name, expectation=wanted)


    class Column:
        """One column of a signature: reads a value of a request as the type that the model wants."""

        def __init__(self, spec, place):
            self.name = place if spec.name is None else spec.name
            self.kind = getattr(spec.type, "name", None)
            self.required = spec.required
            word, wanted = WORDS.get(self.kind, (str(spec.type), f"a value of the type {spec.type}"))
            self.word, self.wanted = word, wanted

        def read(self, value, row):
            is_absent = value is None or (value == "" and self.kind not in ("string", "binary"))
            if is_absent or (isinstance(value, float) and math.isnan(value)):
                if self.required:
                    raise missing(self.name, self.wanted, row)
                return None
            try:
                return self._converted(value)
            except (KeyError, ValueError, TypeError, OverflowError):
                raise unfit(value, self.name, self.wanted, row) from None

        def _converted(self, value):
            if self.kind in ("double", "float"):
                if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                    raise ValueError
                return float(value)
            if self.kind in ("long", "integer"):
                if isinstance(value, bool) or not isinstance(value, (int, float, str)):
                    raise ValueError
                number = int(value)
                if isinstance(value, float) and number != value:
                    raise ValueError
                if not -(1 << self._bits) <= number < 1 << self._bits:
                    raise ValueError
                return number
            if self.kind == "boolean":
                if isinstance(value, str):
                    return {"true": True, "false": False}[value.strip().lower()]
                if value not in (0, 1):
                    raise ValueError
                return bool(value)
            if self.kind == "string":
                if not isinstance(value, str):
                    raise ValueError
                return value
            if self.kind == "datetime":
                if not isinstance(value, str):
                    raise ValueError
                moment = pandas.Timestamp(value)
                return moment if moment.tz is None else moment.tz_convert("UTC").tz_localize(None)
            if self.kind == "binary":
                return base64.b64decode(value, validate=True)
            return value

        @property
        def _bits(self):
            return 63 if self.kind == "long" else 31

        def series(self, values):
            if any(value is None for value in values):
                dtype = {"double": "float64", "float": "float32", "datetime": "datetime64[ns]"}
            else:
                dtype = {
                    "double": "float64", "float": "float32", "long": "int64", "integer": "int32",
                    "boolean": "bool", "datetime": "datetime64[ns]",
                }
            return pandas.Series(values, dtype=dtype.get(self.kind, "object"))
    """#
}
