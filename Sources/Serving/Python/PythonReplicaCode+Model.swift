extension PythonReplicaCode {
  /// From a request to what the model takes, and from what it gives to predictions.
  static let model = #"""
    class Model:
        """An MLflow model with the rows that its signature wants."""

        def __init__(self, folder):
            self.model = mlflow.pyfunc.load_model(folder)
            self.schema = self.model.metadata.get_input_schema()
            self.columns, self.tensors = None, None
            if self.schema is not None and self.schema.is_tensor_spec():
                self.tensors = self.schema.inputs
            elif self.schema is not None:
                self.columns = [Column(spec, i) for i, spec in enumerate(self.schema.inputs)]
            self.classifier, self.classes = self._classifier()

        def _classifier(self):
            flavor = self.model.metadata.flavors.get("python_function", {})
            if flavor.get("predict_fn", "predict") != "predict":
                return None, None
            try:
                raw = self.model.get_raw_model()
                return (raw, list(raw.classes_)) if hasattr(raw, "predict_proba") else (None, None)
            except Exception:
                # Most flavors know no classes.
                return None, None

        def description(self):
            columns = []
            for column in self.columns or []:
                columns.append(
                    {"name": str(column.name), "type": column.word, "optional": not column.required})
            for tensor in self.tensors or []:
                shape = ",".join(str(size) for size in tensor.shape)
                columns.append({
                    "name": tensor.name or "inputs", "type": f"tensor({tensor.type},[{shape}])",
                    "optional": False,
                })
            return {"status": "ok", "columns": columns}

        # From a request to what the model takes.

        def _understood(self, body):
            try:
                return self._input(body)
            except (AttributeError, KeyError, TypeError, ValueError) as error:
                raise Refused(
                    "rows_invalid", f"The rows have no shape that the model takes: {error}.",
                    "Send one row as an object, or an array of rows.") from None

        def _input(self, body):
            rows = self._rows(body)
            if not rows:
                raise Refused("rows_invalid", "The body holds no rows.", "Send at least one row.")
            if self.columns is not None:
                return self._frame(rows), len(rows)
            if self.tensors is not None:
                return self._arrays(rows), len(rows)
            if all(isinstance(row, dict) for row in rows):
                return pandas.DataFrame(rows), len(rows)
            return numpy.array(rows), len(rows)

        def _rows(self, body):
            names = {column.name for column in self.columns or []}
            names |= {tensor.name for tensor in self.tensors or []}
            if isinstance(body, dict):
                shape = next((s for s in SHAPES if s in body and s not in names), None)
                return [body] if shape is None else self._shaped(shape, body[shape])
            if not isinstance(body, list):
                raise Refused(
                    "rows_invalid", "The body holds no rows: it is neither an object nor an array.",
                    "Send one row as an object, or an array of rows.")
            return self._listed(body)

        def _listed(self, body):
            if not body or isinstance(body[0], dict):
                return body
            rank = 1
            if self.tensors is not None and len(self.tensors) == 1:
                rank = max(1, len(self.tensors[0].shape) - 1)
            depth, inner = 0, body
            while isinstance(inner, list):
                depth, inner = depth + 1, inner[0] if inner else None
            return [body] if depth == rank else body

        def _shaped(self, shape, rows):
            if shape == "dataframe_split" and isinstance(rows, dict) and "data" in rows:
                columns = rows.get("columns")
                if columns is None:
                    return rows["data"]
                return [dict(zip(columns, row)) for row in rows["data"]]
            if shape in ("instances", "inputs") and isinstance(rows, dict):
                lists = {k: v if isinstance(v, list) else [v] for k, v in rows.items()}
                if len({len(values) for values in lists.values()}) > 1:
                    raise Refused(
                        "rows_invalid", "The columns of the rows have different lengths.")
                return [dict(zip(lists, values)) for values in zip(*lists.values())]
            if shape != "dataframe_split" and isinstance(rows, list):
                is_bare = rows and not isinstance(rows[0], (dict, list))
                if is_bare and self.columns is not None and len(self.columns) == 1:
                    return [[value] for value in rows]
                return self._listed(rows)
            raise Refused(
                "rows_invalid", f"`{shape}` is of another shape than MLflow's.",
                "Send dataframe_split as an object with columns and data, the others as arrays.")

        def _frame(self, rows):
            values = [[] for _ in self.columns]
            for number, row in enumerate(rows):
                if isinstance(row, list):
                    if len(row) != len(self.columns):
                        raise Refused(
                            "rows_invalid",
                            f"Row {number} has {len(row)} values; expected {len(self.columns)}.",
                            "The columns are, in order: "
                            + ", ".join(str(column.name) for column in self.columns) + ".", row=number)
                    cells = row
                elif isinstance(row, dict):
                    cells = [row.get(column.name) for column in self.columns]
                else:
                    raise Refused(
                        "rows_invalid", f"Row {number} is neither an object nor an array.", row=number)
                for column, cell, list_ in zip(self.columns, cells, values):
                    list_.append(column.read(cell, number))
            return pandas.DataFrame(
                {column.name: column.series(list_) for column, list_ in zip(self.columns, values)})

        def _arrays(self, rows):
            if len(self.tensors) == 1 and not isinstance(rows[0], dict):
                return self._array(self.tensors[0], rows)
            arrays = {}
            for tensor in self.tensors:
                for number, row in enumerate(rows):
                    if not isinstance(row, dict) or tensor.name not in row:
                        name = tensor.name or "inputs"
                        raise missing(name, f"an array of {tensor.type}", number)
                arrays[tensor.name] = self._array(tensor, [row[tensor.name] for row in rows])
            return arrays

        @staticmethod
        def _array(tensor, rows):
            name, shape = tensor.name or "inputs", tuple(tensor.shape[1:])
            wanted = f"an array of {tensor.type} of the shape {list(shape)}"
            for number, row in enumerate(rows):
                try:
                    one = numpy.array(row, dtype=tensor.type)
                except (ValueError, TypeError, OverflowError):
                    raise unfit(row, name, wanted, number) from None
                is_right = one.ndim == len(shape) and all(
                    size in (-1, got) for size, got in zip(shape, one.shape))
                if not is_right:
                    raise unfit(row, name, wanted, number)
            try:
                return numpy.array(rows, dtype=tensor.type)
            except ValueError:
                raise Refused("rows_invalid", "The rows have different shapes.") from None

        # From what the model gives to answers.

        def predict(self, body):
            data, count = self._understood(parsed(body))
            values = listed(self.model.predict(data), count)
            probabilities = None
            if self.classifier is not None:
                probabilities = numpy.asarray(self.classifier.predict_proba(data))
                if probabilities.shape != (count, len(self.classes)):
                    probabilities = None
            lines = []
            for row, value in enumerate(values):
                answer = {"value": plain(value)}
                if probabilities is not None:
                    answer["probabilities"] = {
                        str(plain(label)): plain(share)
                        for label, share in zip(self.classes, probabilities[row])}
                lines.append(json.dumps(answer, ensure_ascii=False, allow_nan=False)[1:-1])
            return count, "\n".join(lines)

        def invocations(self, body):
            from mlflow.pyfunc import scoring_server

            response = scoring_server.invocations(
                body.decode("utf-8"), "application/json", self.model, self.schema)
            if response.status != 200:
                raise Refused("rows_invalid", response.response, status=response.status)
            answer = json.loads(response.response)
            predictions = answer.get("predictions") if isinstance(answer, dict) else answer
            return len(predictions) if isinstance(predictions, list) else 1, response.response
    """#

  /// From predictions to answers, and the conversation with the replica.
  static let answers = #"""
    def parsed(body):
        try:
            return json.loads(body)
        except ValueError as error:
            raise Refused("invalid_json", f"The body is not JSON: {error}.", status=400) from None


    def listed(result, count):
        """The prediction of each row."""
        if isinstance(result, dict):
            parts = {key: listed(value, count) for key, value in result.items()}
            return [dict(zip(parts, values)) for values in zip(*parts.values())]
        if isinstance(result, pandas.DataFrame):
            is_single = len(result.columns) == 1
            result = list(result.iloc[:, 0]) if is_single else result.to_dict(orient="records")
        elif hasattr(result, "toarray"):
            result = result.toarray()
        elif hasattr(result, "detach"):
            result = result.detach().cpu().numpy()
        if isinstance(result, numpy.ndarray) and result.ndim == 2 and result.shape[1] == 1:
            result = result[:, 0]
        if isinstance(result, (str, bytes)) or not hasattr(result, "__len__"):
            result = [result]
        result = list(result)
        if len(result) != count:
            raise Refused(
                "prediction_failed", f"The model gave {len(result)} predictions for {count} rows.",
                "A model behind an endpoint gives one for each; /invocations passes on what it gives.",
                status=500)
        return result


    def plain(value):
        """The value as JSON can say it; numbers that it cannot say are null."""
        if isinstance(value, numpy.ndarray):
            return [plain(part) for part in value]
        if isinstance(value, numpy.generic):
            value = value.item()
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if isinstance(value, dict):
            return {str(key): plain(part) for key, part in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [plain(part) for part in value]
        if isinstance(value, (datetime.date, datetime.datetime)):
            return value.isoformat()
        if isinstance(value, bytes):
            return base64.b64encode(value).decode("ascii")
        if value is pandas.NA or value is pandas.NaT:
            return None
        return str(value)


    def answer(model, code, body):
        """Status and payload: an error, or the number of predictions, a line end, and what they are."""
        try:
            count, text = model.predict(body) if code == PREDICT else model.invocations(body)
            return 200, f"{count}\n{text}"
        except Refused as error:
            return error.status, json.dumps(error.body, ensure_ascii=False)
        except mlflow.exceptions.MlflowException as error:
            if code == PREDICT:
                refused = Refused("rows_invalid", str(error.message))
                return 422, json.dumps(refused.body, ensure_ascii=False)
            refused = Refused("rows_invalid", str(error.message))
            told = json.loads(error.serialize_as_json())
            return error.get_http_status_code(), json.dumps({**told, **refused.body})
        except Exception as error:
            traceback.print_exc()
            refused = Refused(
                "prediction_failed", f"The model's code failed: {type(error).__name__}: {error}",
                "The replica's log has the traceback.")
            return 500, json.dumps(refused.body, ensure_ascii=False)


    def read(source, count):
        data = b""
        while len(data) < count:
            part = source.read(count - len(data))
            if not part:
                return None
            data += part
        return data


    def send(target, number, status, text):
        payload = text.encode("utf-8", "replace")
        target.write(HEAD.pack(len(payload) + HEAD.size - 4, number, status) + payload)
        target.flush()


    def main(folder):
        global mlflow, numpy, pandas
        # Who asks says when it is over, by closing the pipe.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        try:
            import mlflow.exceptions
            import mlflow.pyfunc
            import numpy
            import pandas

            model = Model(folder)
        except BaseException as error:
            traceback.print_exc()
            send(target, 0, 500, f"{type(error).__name__}: {error}")
            return
        send(target, 0, 200, json.dumps(model.description(), ensure_ascii=False)[1:-1])
        while (head := read(source, HEAD.size)) is not None:
            size, number, code = HEAD.unpack(head)
            body = read(source, size - HEAD.size + 4)
            if body is None:
                return
            send(target, number, *answer(model, code, body))


    main(sys.argv[1])
    """#
}
