"""Traces as MLflow's own client and OpenTelemetry's exporters send them, against the factory.

Usage: traces.py write FILE runs every gesture and notes what it kept; traces.py check FILE compares.
"""

import concurrent.futures
import gzip
import json
import math
import os
import sys
import time
import traceback
import urllib.error
import urllib.request
import uuid

import mlflow
from mlflow import MlflowClient
from mlflow.entities import SpanEvent, SpanStatusCode
from mlflow.exceptions import MlflowException
from mlflow.tracing.client import TracingClient
from mlflow.tracing.utils import encode_trace_id

client = MlflowClient()
gestures = []
kept = {}


def gesture(function):
    gestures.append(function)
    return function


def fresh():
    return mlflow.set_experiment(f"traces-{uuid.uuid4().hex[:12]}").experiment_id


def last(experiment):
    """The newest trace of an experiment, with its spans."""
    mlflow.flush_trace_async_logging()
    found = client.search_traces([experiment], max_results=1)
    return mlflow.get_trace(found[0].info.trace_id)


def eventually(search, count):
    """What a search finds once there is as much: a client that was reset does not wait for what it sent before."""
    for _ in range(100):
        found = search()
        if len(found) >= count:
            break
        time.sleep(0.1)
    return found


def keep(trace):
    kept[trace.info.trace_id] = [span.to_dict() for span in trace.data.spans]


@gesture
def nested():
    id = fresh()

    @mlflow.trace(name="answer", span_type="CHAIN", attributes={"a": 1, "deep": {"list": [1, 2.5, None, "x"]}})
    def answer(question, temperature=0.5):
        with mlflow.start_span("retrieve", span_type="RETRIEVER") as span:
            span.set_inputs({"q": question})
            span.add_event(SpanEvent("looked", attributes={"rows": 3, "names": ["a", "b"], "ok": True}))
            with mlflow.start_span("embed") as inner:
                inner.set_outputs([0.25, 0.5])
        mlflow.update_current_trace(tags={"team": "red"}, client_request_id="req-1")
        return {"text": question.upper(), "größe": "ünïcode \u0000 nul"}

    answer("why")
    trace = last(id)
    assert trace.info.tags["mlflow.trace.spansLocation"] == "TRACKING_STORE", trace.info.tags
    assert trace.info.state == "OK" and trace.info.tags["team"] == "red" and trace.info.client_request_id == "req-1"
    assert [s.name for s in trace.data.spans] == ["answer", "retrieve", "embed"]
    root, retrieve, embed = trace.data.spans
    assert root.parent_id is None and retrieve.parent_id == root.span_id and embed.parent_id == retrieve.span_id
    assert root.inputs == {"question": "why", "temperature": 0.5}
    assert root.outputs == {"text": "WHY", "größe": "ünïcode \u0000 nul"}
    assert root.get_attribute("deep") == {"list": [1, 2.5, None, "x"]} and root.get_attribute("a") == 1
    assert root.span_type == "CHAIN" and retrieve.span_type == "RETRIEVER" and embed.outputs == [0.25, 0.5]
    assert retrieve.events[0].name == "looked" and retrieve.events[0].attributes["rows"] == 3
    assert list(retrieve.events[0].attributes["names"]) == ["a", "b"]
    assert root.start_time_ns <= retrieve.start_time_ns <= embed.start_time_ns < embed.end_time_ns <= root.end_time_ns
    assert trace.info.trace_metadata["mlflow.traceInputs"] and "why" in trace.info.request_preview
    # No spans went to the artifacts.
    assert mlflow.artifacts.list_artifacts(trace.info.tags["mlflow.artifactLocation"]) == []
    keep(trace)


@gesture
def exception():
    id = fresh()

    @mlflow.trace
    def fails():
        with mlflow.start_span("inner"):
            raise ValueError("this was wrong")

    try:
        fails()
    except ValueError:
        pass
    trace = last(id)
    assert trace.info.state == "ERROR"
    for span in trace.data.spans:
        assert span.status.status_code == SpanStatusCode.ERROR and "this was wrong" in span.status.description
        event = span.events[0]
        assert event.name == "exception" and event.attributes["exception.message"] == "this was wrong"
        assert "ValueError" in event.attributes["exception.stacktrace"]
    assert client.search_traces([id], filter_string="status = 'ERROR' AND span.status = 'ERROR'")
    keep(trace)


@gesture
def values():
    id = fresh()
    big = "x" * 1_000_000
    with mlflow.start_span("values") as span:
        span.set_attributes({"none": None, "true": True, "int": 2**62, "negative": -7, "float": 1e-300, "inf": float("inf"),
                             "empty": "", "list": [], "dict": {}, "nested": [{"a": [[1], {}]}], "quote": "\"\\\n\t'"})
        span.set_inputs(big)
    trace = last(id)
    found = trace.data.spans[0]
    assert found.inputs == big
    for key, value in [("true", True), ("int", 2**62), ("negative", -7), ("float", 1e-300), ("inf", float("inf")), ("list", []),
                       ("dict", {}), ("nested", [{"a": [[1], {}]}]), ("quote", "\"\\\n\t'"), ("empty", "")]:
        assert found.get_attribute(key) == value, (key, found.get_attribute(key))
    keep(trace)


@gesture
def concurrent_():
    id = fresh()

    @mlflow.trace
    def work(number):
        with mlflow.start_span("part") as span:
            span.set_inputs(number)
        return number

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(work, range(200))) == list(range(200))
    mlflow.flush_trace_async_logging()
    found = client.search_traces([id], max_results=500)
    assert len(found) == 200 and all(len(t.data.spans) == 2 for t in found)
    assert sorted(t.data.spans[0].outputs for t in found) == list(range(200))
    page = client.search_traces([id], max_results=150)
    assert len(page) == 150 and len(client.search_traces([id], max_results=150, page_token=page.token)) == 50
    frame = mlflow.search_traces(locations=[id], max_results=20)
    assert len(frame) == 20 and len(frame["spans"].iloc[0]) == 2


@gesture
def distributed():
    id = fresh()
    with mlflow.start_span("caller") as caller:
        headers = mlflow.tracing.get_tracing_context_headers_for_http_request()
        mlflow.flush_trace_async_logging()
        # Another process goes on with the trace.
        script = ("import mlflow, json, sys\n"
                  f"mlflow.set_experiment(experiment_id='{id}')\n"
                  "with mlflow.tracing.set_tracing_context_from_http_request_headers(json.loads(sys.argv[1])):\n"
                  "    with mlflow.start_span('called') as span:\n"
                  "        span.set_outputs('there')\n"
                  "    mlflow.flush_trace_async_logging()\n")
        import subprocess

        subprocess.run([sys.executable, "-c", script, json.dumps(headers)], check=True, env=os.environ)
    trace = last(id)
    assert [(s.name, s.parent_id) for s in trace.data.spans] == [("caller", None), ("called", caller.span_id)]
    assert trace.data.spans[1].outputs == "there" and trace.info.state == "OK"
    keep(trace)


@gesture
def searched():
    id = fresh()
    for i in range(5):
        time.sleep(0.002)  # each in a millisecond of its own
        with mlflow.start_span(f"ask {i}", span_type="LLM" if i % 2 else "TOOL") as span:
            span.set_inputs({"question": f"number {i}"})
            span.set_attribute("model.size", str(i))
            mlflow.update_current_trace(tags={"odd": str(i % 2)}, metadata={"mlflow.trace.session": f"s{i % 2}"})
    mlflow.flush_trace_async_logging()

    def names(filter, **more):
        return [t.data.spans[0].name for t in client.search_traces([id], filter_string=filter, **more)]

    assert names("") == [f"ask {i}" for i in (4, 3, 2, 1, 0)]
    assert names("span.type = 'LLM'") == ["ask 3", "ask 1"]
    assert names("span.name = 'ask 2'") == ["ask 2"] and names("span.name LIKE '%sk 4'") == ["ask 4"]
    assert names("span.attributes.model.size = '3'") == ["ask 3"]
    assert names("trace.text LIKE '%number 1%'") == ["ask 1"]
    # Names of the protocol's parts are no text of anybody's.
    assert names("trace.text LIKE '%string_value%'") == [] and names("trace.text LIKE '%start_time%'") == []
    correlation = TracingClient().calculate_trace_filter_correlation([id], "tags.odd = '1'", "span.type = 'LLM'")
    assert (correlation.total_count, correlation.filter1_count, correlation.filter2_count, correlation.joint_count) == (5, 2, 2, 2)
    assert math.isclose(correlation.npmi, 1) and math.isclose(correlation.npmi_smoothed, 0.645847, rel_tol=1e-5)
    apart = TracingClient().calculate_trace_filter_correlation([id], "tags.odd = '1'", "span.type = 'TOOL'", "span.name != 'ask 4'")
    assert (apart.total_count, apart.joint_count, apart.npmi) == (4, 0, -1)
    assert math.isnan(TracingClient().calculate_trace_filter_correlation([id], "tags.odd = '7'", "span.type = 'LLM'").npmi)
    assert names("tags.odd = '1' AND span.status = 'OK'", order_by=["timestamp_ms ASC"]) == ["ask 1", "ask 3"]
    assert names("metadata.`mlflow.trace.session` = 's0'", order_by=["timestamp ASC"]) == ["ask 0", "ask 2", "ask 4"]
    assert names("trace.name IN ('ask 0', 'ask 1')") == ["ask 1", "ask 0"]
    assert names("", order_by=["tags.odd DESC", "trace.name ASC"]) == [f"ask {i}" for i in (1, 3, 0, 2, 4)]
    assert names("", order_by=["metadata.`mlflow.trace.session`", "name DESC"]) == [f"ask {i}" for i in (4, 2, 0, 3, 1)]
    assert len(names("execution_time_ms >= 0", order_by=["execution_time_ms DESC"])) == 5
    assert len(names("trace.end_time_ms > 0", order_by=["status ASC", "name ASC"])) == 5
    for bad in ["span.color = 'red'", "foo.bar = 'x'", "span.name RLIKE 'a'", "trace.text = 'x'", "span.name > 'a'"]:
        try:
            names(bad)
            raise AssertionError(bad)
        except MlflowException as error:
            assert error.error_code == "INVALID_PARAMETER_VALUE", bad


@gesture
def judged():
    id = fresh()
    for value in (True, False):
        with mlflow.start_span("judged"):
            pass
        trace = mlflow.get_last_active_trace_id()
        mlflow.flush_trace_async_logging()
        mlflow.log_feedback(trace_id=trace, name="good", value=value, rationale="because")
        mlflow.log_feedback(trace_id=trace, name="score", value=0.9 if value else 0.1)
    mlflow.log_expectation(trace_id=trace, name="expected", value={"a": 1})
    # What stands for another makes it invalid, until it is gone.
    first = mlflow.log_feedback(trace_id=trace, name="tone", value="rude")
    second = mlflow.override_feedback(trace_id=trace, assessment_id=first.assessment_id, value="kind")
    valid = lambda one: mlflow.get_assessment(trace, one.assessment_id).valid
    assert (valid(first), valid(second)) == (False, True)
    assert client.search_traces([id], filter_string="feedback.tone = 'rude'") == []
    mlflow.delete_assessment(trace, second.assessment_id)
    assert valid(first) and len(client.search_traces([id], filter_string="feedback.tone = 'rude'")) == 1
    mlflow.delete_assessment(trace, first.assessment_id)
    found = client.search_traces([id], filter_string="feedback.good = 'true'")
    assert len(found) == 1 and [a.feedback.value for a in found[0].info.assessments] == [True, 0.9]
    assert [t.info.trace_id for t in client.search_traces([id], filter_string="feedback.score < 0.5")] == [trace]
    assert mlflow.get_trace(trace).info.assessments[-1].expectation.value == {"a": 1}
    client.set_trace_tag(trace, "k", "v")
    assert mlflow.get_trace(trace).info.tags["k"] == "v"
    client.delete_trace_tag(trace, "k")
    assert "k" not in mlflow.get_trace(trace).info.tags
    assert client.delete_traces(id, trace_ids=[trace]) == 1 and len(client.search_traces([id])) == 1
    assert mlflow.get_trace(trace) is None


@gesture
def in_runs():
    id = fresh()
    with mlflow.start_run() as run:
        with mlflow.start_span("in a run"):
            pass
    with mlflow.start_span("outside"):
        pass
    outside = mlflow.get_last_active_trace_id()
    mlflow.flush_trace_async_logging()
    of_run = mlflow.search_traces(locations=[id], run_id=run.info.run_id, return_type="list")
    assert [t.data.spans[0].name for t in of_run] == ["in a run"]
    client.link_traces_to_run([outside], run.info.run_id)
    assert len(mlflow.search_traces(locations=[id], run_id=run.info.run_id, return_type="list")) == 2


@gesture
def otlp():
    """OpenTelemetry's own exporter, gzip and all; no MLflow in it."""
    id = fresh()
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
    from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, Span

    request = ExportTraceServiceRequest()
    source = request.resource_spans.add()
    source.resource.attributes.add(key="service.name").value.string_value = "shop"
    trace = uuid.uuid4().bytes
    now = time.time_ns()
    for number, parent in [(2, 1), (1, None)]:
        span = source.scope_spans.add().spans.add(
            trace_id=trace, span_id=number.to_bytes(8, "big"), name=f"step {number}", kind=Span.SPAN_KIND_CLIENT,
            start_time_unix_nano=now + number, end_time_unix_nano=now + 10_000_000 * number)
        if parent:
            span.parent_span_id = parent.to_bytes(8, "big")
            span.attributes.add(key="gen_ai.usage.input_tokens").value.int_value = 11
            span.attributes.add(key="gen_ai.usage.output_tokens").value.int_value = 4
            span.attributes.add(key="gen_ai.conversation.id").value.string_value = "talk"
            span.links.add(trace_id=uuid.uuid4().bytes, span_id=b"12345678").attributes.add(key="l").value.bool_value = True
        else:
            span.attributes.add(key="input.value").value.string_value = "hello"
            span.attributes.add(key="raw").value.bytes_value = b"\x00\xff"
    for body, headers in [
        (request.SerializeToString(), {"Content-Type": "application/x-protobuf"}),
        (gzip.compress(request.SerializeToString()), {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}),
    ]:
        status, type, answer = send(body, {"x-mlflow-experiment-id": id, **headers})
        assert (status, type, answer) == (200, "application/x-protobuf", b"")
    found = mlflow.get_trace("tr-" + trace.hex())
    assert [s.name for s in found.data.spans] == ["step 1", "step 2"] and found.info.state == "OK"
    assert found.info.tags["service.name"] == "shop" and found.info.tags["mlflow.traceName"] == "step 1"
    assert found.info.request_preview == "hello" and found.info.trace_metadata["mlflow.trace.session"] == "talk"
    assert found.info.token_usage["total_tokens"] == 15
    assert found.data.spans[1].links[0].span_id == b"12345678".hex()
    assert found.info.execution_duration == 20
    keep(found)
    text = json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [
        {"traceId": uuid.uuid4().hex, "spanId": "00000000000000aa", "name": "in JSON", "startTimeUnixNano": str(now),
         "endTimeUnixNano": str(now + 5), "attributes": [{"key": "n", "value": {"intValue": "3"}}]}]}]}]})
    assert send(text.encode(), {"x-mlflow-experiment-id": id, "Content-Type": "application/json"}) == (200, "application/json", b"{}")
    assert client.search_traces([id], filter_string="name = 'in JSON' AND span.attributes.n = '3'")


def send(body, headers):
    request = urllib.request.Request(os.environ["MLFLOW_TRACKING_URI"] + "/v1/traces", data=body, method="POST", headers={
        "Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], **headers})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


@gesture
def hostile():
    id = fresh()
    protobuf = {"x-mlflow-experiment-id": id, "Content-Type": "application/x-protobuf"}
    bomb = gzip.compress(b"\0" * (200 << 20))
    for body, headers in [
        (b"nonsense", protobuf), (b"\x0a\xff\xff\xff\xff\x0f", protobuf), (os.urandom(10_000), protobuf),
        (b"\x0a\x02\x12\x00", {"Content-Type": "application/x-protobuf"}), (b"", {**protobuf, "Content-Type": "text/plain"}),
        (b"\x1f\x8b\x08broken", {**protobuf, "Content-Encoding": "gzip"}), (bomb, {**protobuf, "Content-Encoding": "gzip"}),
        (b"x", {**protobuf, "Content-Encoding": "br"}), (b"{", {**protobuf, "Content-Type": "application/json"}),
        (b"{\"resourceSpans\":5}", {**protobuf, "Content-Type": "application/json"}),
    ]:
        status, _, answer = send(body, headers)
        assert status == 400 and json.loads(answer)["error_code"], (status, answer[:200], body[:40])
    status, _, answer = send(b"\x0a\x02\x12\x00", {**protobuf, "x-mlflow-experiment-id": "987654321"})
    assert status in (200, 404)
    assert client.search_traces([id]) == []


@gesture
def counted():
    id = fresh()
    for i in range(4):
        with mlflow.start_span("good" if i else "bad", span_type="LLM") as span:
            span.set_attribute("mlflow.chat.tokenUsage", {"input_tokens": 10, "output_tokens": i, "total_tokens": 10 + i})
            if not i:
                span.set_status("ERROR")
    mlflow.flush_trace_async_logging()
    found = client.search_traces([id], filter_string="name = 'good'")
    assert sorted(t.info.token_usage["total_tokens"] for t in found) == [11, 12, 13]
    from mlflow.entities.trace_metrics import AggregationType, MetricAggregation, MetricViewType
    from mlflow.tracking._tracking_service.utils import _get_store

    def metrics(view, name, *aggregations, **more):
        points = _get_store().query_trace_metrics(
            [id], view, name, [a if isinstance(a, MetricAggregation) else MetricAggregation(a) for a in aggregations], **more)
        return [(p.dimensions, p.values) for p in points]

    assert metrics(MetricViewType.TRACES, "trace_count", AggregationType.COUNT) == [({}, {"COUNT": 4})]
    assert metrics(MetricViewType.TRACES, "total_tokens", AggregationType.SUM, AggregationType.MAX,
                   MetricAggregation(AggregationType.PERCENTILE, 50), dimensions=["trace_name"]) == [
        ({"trace_name": "bad"}, {"SUM": 10, "MAX": 10, "P50.0": 10}), ({"trace_name": "good"}, {"SUM": 36, "MAX": 13, "P50.0": 12})]
    assert metrics(MetricViewType.SPANS, "span_count", AggregationType.COUNT, dimensions=["span_status"],
                   filters=["span.type = 'LLM'"]) == [({"span_status": "ERROR"}, {"COUNT": 1}), ({"span_status": "OK"}, {"COUNT": 3})]
    assert metrics(MetricViewType.TRACES, "trace_count", AggregationType.COUNT, filters=["trace.status = 'ERROR'"]) == [({}, {"COUNT": 1})]
    by_hour = metrics(MetricViewType.TRACES, "latency", AggregationType.AVG, time_interval_seconds=3600,
                      start_time_ms=0, end_time_ms=int(time.time() * 1000) + 1000)
    assert sum(1 for _ in by_hour) in (1, 2) and by_hour[0][0]["time_bucket"].endswith(":00:00+00:00"), by_hour


@gesture
def as_artifacts():
    """What clients did before they sent OTLP stays readable; the last gesture, since it changes the client."""
    id = fresh()
    from mlflow.store.tracking.rest_store import RestStore
    from packaging.version import Version

    was = RestStore._get_server_version
    RestStore._get_server_version = staticmethod(lambda creds: Version("3.3.2"))
    mlflow.tracing.reset()
    try:
        with mlflow.start_span("old") as span:
            span.set_inputs({"q": 1})
        mlflow.flush_trace_async_logging()
    finally:
        RestStore._get_server_version = was
        mlflow.tracing.reset()
    found = eventually(lambda: client.search_traces([id]), 1)
    assert "mlflow.trace.spansLocation" not in found[0].info.tags
    trace = mlflow.get_trace(found[0].info.trace_id)
    assert trace.data.spans[0].inputs == {"q": 1}
    keep(trace)


def main():
    if sys.argv[1] == "check":
        told = json.load(open(sys.argv[2]))
        assert len(told) >= 5
        for id, spans in told.items():
            found = json.loads(json.dumps([span.to_dict() for span in mlflow.get_trace(id).data.spans]))
            assert found == spans, id
        return
    failed = 0
    for function in gestures:
        start = time.time()
        try:
            function()
            print(f"ok {function.__name__.rstrip('_')} {time.time() - start:.1f}s", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED {function.__name__}", flush=True)
            traceback.print_exc()
    json.dump(kept, open(sys.argv[2], "w"))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
