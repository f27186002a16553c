"""Checks the runs of two jobs through MLflow's client: one that worked, one that failed."""

import sys

import mlflow

client = mlflow.MlflowClient()
for run_id, word, status in [(sys.argv[1], "works", "FINISHED"), (sys.argv[2], "fails", "FAILED")]:
    run = client.get_run(run_id)
    assert run.info.status == status, (word, run.info.status)
    assert run.info.run_name == word
    assert run.info.end_time > run.info.start_time
    assert run.data.params == {"word": word}
    assert [p.value for p in client.get_metric_history(run_id, "loss")][:2] == [1.0, 0.5]
    cpu = client.get_metric_history(run_id, "system/cpu_utilization_percentage")
    assert cpu and max(point.value for point in cpu) > 5, cpu
    memory = client.get_metric_history(run_id, "system/system_memory_usage_megabytes")
    # The last sample may fall on the moment at which the process has gone.
    assert memory and 5 < max(point.value for point in memory) < 100_000, memory
    assert client.get_metric_history(run_id, "system/energy_joules")
    (trace,) = client.search_traces(
        locations=[run.info.experiment_id], filter_string=f"run_id = '{run_id}'"
    )
    assert trace.data.spans[0].name == "asked", trace
    tags = run.data.tags
    assert tags["aifactory.energy.method"].split(":")[0] in ("estimate", "counter")
    assert tags["mlflow.source.type"] == "JOB"
    assert tags["aifactory.job"].startswith("job_")
    log = mlflow.artifacts.load_text(run.info.artifact_uri + "/logs/stdout.log")
    assert f"printed by {word}" in log, log
    assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/hello.txt") == "hello"
assert client.get_run(sys.argv[2]).data.tags["aifactory.exit_code"] == "3"
assert client.get_run(sys.argv[2]).data.tags["aifactory.reason"] == "failed"
print("ok")
