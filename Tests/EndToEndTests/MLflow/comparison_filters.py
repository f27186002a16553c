"""Filters and orders of MLflow's searches, one a line; {W} is the start of names that a case made, {R} a run."""

EXPERIMENTS = r"""
name = '{W}one'
name != '{W}one'
name LIKE '{W}%'
name LIKE '{W}t%'
name ILIKE '{W}T%'
name ILIKE '{W}%SEVEN'
attribute.name = '{W}one'
attributes.name = '{W}one'
attr.name = '{W}one'
experiment.name = 'x'
`name` = '{W}one'
"name" = '{W}one'
name = "{W}one"
name = '{W}fünf ''q'' "d"'
name IN ('{W}one')
name NOT IN ('x')
tags.k = 'v'
tag.k = 'v'
tags.k != 'v'
tags.k ILIKE 'v'
tags.k LIKE 'V'
tags.`a.b` = 'c'
tags.a.b = 'c'
tags."a.b" = 'c'
tags.e = ''
tags.k IS NULL AND name LIKE '{W}%'
tags.k IS NOT NULL AND name LIKE '{W}%'
name IS NULL
tags.k IN ('v')
creation_time > 0 AND name LIKE '{W}%'
creation_time < 5
creation_time = 'x'
creation_time >= 1.5 AND name LIKE '{W}o%'
last_update_time > 0 AND name LIKE '{W}o%'
last_update_time LIKE '1%'
experiment_id = '0'
experiment_id = 0
experiment_id != '0' AND name LIKE '{W}o%'
experiment_id IN ('0')
experiment_id IN ('0', 'x')
experiment_id NOT IN ('0') AND name LIKE '{W}o%'
experiment_id LIKE '0'
experiment_id = 'x'
experiment_id > '0'
lifecycle_stage = 'active'
artifact_location LIKE '%'
name = 'a' OR name = 'b'
name = 'a';
(name = 'a')
metrics.x > 1
params.x = '1'
name
name =
NAME = 'x'
name LIKE '{W}three \%%'
name LIKE '%three _%'
workspace = 'x'
""".strip().split("\n")

EXPERIMENT_ORDERS = r"""
name
name DESC
name asc
experiment_id
experiment_id DESC
creation_time
creation_time DESC
last_update_time
last_update_time ASC
attribute.name
attributes.name DESC
tags.k
tag.k DESC
lifecycle_stage
nope
name,experiment_id
name DESC,
`name`
name SIDEWAYS
""".strip().split("\n")

MODELS = r"""
name = '{W}one'
name != '{W}one'
name LIKE '{W}%'
name LIKE '{W}t%'
name ILIKE '{W}T%'
name IN ('{W}one', '{W}Two')
name NOT IN ('{W}one') AND name LIKE '{W}%'
name IN ()
name = "{W}q'uote"
name = '{W}d"q'
name = '{W}q''uote'
attribute.name = '{W}one'
attributes.name = '{W}one'
attr.name = '{W}one'
`name` = '{W}one'
tags.k = 'v'
tag.k = 'v'
tags.k != 'v'
tags.k ILIKE 'v'
tags.k LIKE 'V%'
tags.`a.b` = 'c'
tags.a.b = 'c'
tags.k IS NULL
tags.k IS NOT NULL
tags.k IN ('v')
creation_timestamp > 0
last_updated_timestamp > 0
name = 'a' OR name = 'b'
name = a
name
name > 'a'
run_id = 'x'
description = 'd'
name = 'a' AND
tags.`mlflow.prompt.is_prompt` = 'true'
tags.`mlflow.prompt.is_prompt` != 'true'
tags.`mlflow.prompt.is_prompt` = 'false'
alias.champion = '1'
""".strip().split("\n")

MODEL_ORDERS = r"""
name
name DESC
name ASC
timestamp
timestamp DESC
last_updated_timestamp
last_updated_timestamp DESC
creation_timestamp
creation_timestamp DESC
attribute.name
tags.k
nope
name,timestamp
NAME
`name` DESC
name DESC ASC
""".strip().split("\n")

VERSIONS = r"""
name = '{W}one'
name LIKE '{W}%'
name ILIKE '{W}ONE'
name != '{W}x' AND name LIKE '{W}%'
name IN ('{W}one')
run_id = '{R}'
run_id IN ('{R}')
run_id IN ('{R}', 'x')
run_id NOT IN ('{R}')
run_id IN ()
run_id != '{R}'
run_id LIKE '%'
source_path = 's3://b/c'
source_path LIKE 's3%'
source = 's3://b/c'
version_number = 1
version_number > 1
version_number != 1
version_number = '1'
version_number >= 1 AND version_number <= 2
version = '1'
tags.a = 'b'
tags.`x.y` = 'z'
tags.a != 'b'
tags.a IS NULL
tags.a LIKE 'b'
tag.a = 'b'
current_stage = 'None'
status = 'READY'
creation_timestamp > 0
last_updated_timestamp > 0
user_id = 'x'
description LIKE 'f%'
aliases = 'x'
name = 'x' OR name = 'y'
attribute.name = '{W}one'
attributes.name = '{W}one'
name = '{W}one' AND run_id = '{R}' AND tags.a = 'b'
name
name =
foo.x = 'y'
""".strip().split("\n")

VERSION_ORDERS = r"""
name
name DESC
version_number
version_number DESC
creation_timestamp
creation_timestamp DESC
last_updated_timestamp
last_updated_timestamp DESC
run_id
timestamp
version
tags.a
nope
attribute.version_number DESC
""".strip().split("\n")

LOGGED_MODELS = r"""
name = 'a'
name != 'a'
name LIKE 'a%'
name ILIKE 'A'
attributes.name = 'a'
attribute.name = 'a'
name IN ('a', 'b')
name NOT IN ('a')
model_type = 'kind'
model_type IS NULL
status = 'READY'
status != 'READY'
status LIKE 'R%'
status = 'ready'
creation_timestamp > 0
creation_time > 0
creation_timestamp > 'x'
last_updated_timestamp > 0
last_updated_time > 0
params.p = '1'
params.p != '1'
params.p LIKE '1%'
params.p = 1
params.p > '1'
params.p > 5
params.lr < 1
params.p IN ('1')
param.p = '1'
tags.t = '1'
tags.t IS NULL
tags.`x.y` = 'z'
tags.x.y = 'z'
tags.t IN ('1','2')
tag.t = '1'
metrics.acc > 1
metrics.acc > 1.05
metrics.acc < 0.5
metrics.acc = 1
metrics.`my m` = 2
metrics.acc > '1'
metrics.acc LIKE '1'
metrics.none > 1
artifact_uri LIKE '%'
artifact_location LIKE '%'
experiment_id = '1'
foo = 'x'
foo.x = 'x'
name = 'a' AND tags.t = '1'
name = 'a' OR name = 'b'
(name = 'a')
name = a
name = "a"
name
name =
name = 'a' AND
lifecycle_stage = 'active'
status IN ('READY','FAILED')
""".strip().split("\n")

TRACES = r"""
status = 'OK'
status = 'ERROR'
status != 'OK'
status IN ('OK')
trace.status = 'OK'
attributes.status = 'OK'
attribute.status = 'OK'
state = 'OK'
status = 'ok'
name = 'root1'
trace.name = 'root1'
attributes.name = 'root1'
name LIKE 'root%'
name ILIKE 'ROOT%'
name RLIKE '^root[12]'
name IN ('root1', 'root2')
name NOT IN ('root1')
name != 'root1'
timestamp > 0
timestamp_ms > 0
trace.timestamp_ms > 0
attributes.timestamp_ms > 0
timestamp > 'x'
timestamp_ms < 5
execution_time_ms >= 0
execution_time > -1
trace.execution_time_ms < 100000
execution_time_ms > 'x'
tags.t = '1'
tag.t = '1'
tags.`x.y` = 'z'
tags.x.y = 'z'
tags.`sp ace` = 'v'
tags.t != '1'
tags.t IS NULL
tags.t IS NOT NULL
tags.t LIKE '%'
tags.t IN ('1')
tags.mlflow.traceName = 'root1'
tags.`mlflow.traceName` LIKE 'root%'
metadata.custom = '1'
request_metadata.custom = '1'
metadata.`mlflow.trace.session` = 's1'
metadata.mlflow.trace.session = 's1'
request_metadata.`mlflow.trace.user` = 'u'
metadata.custom != '1'
metadata.custom IS NULL
metadata.none IS NULL
client_request_id = 'cr1'
trace.client_request_id = 'cr1'
client_request_id LIKE 'cr%'
request_id = 'x'
trace_id = '{T1}'
request_id = '{T1}'
trace.request_id = '{T1}'
trace_id IN ('{T1}', '{T2}')
run_id = 'x'
attributes.run_id = 'x'
session_id = 's1'
user_id = 'u'
feedback.f = 'true'
feedback.f = '0.5'
feedback.f = 0.5
feedback.f = 'text'
feedback.f > 0.1
feedback.f != 'true'
feedback.f IS NULL
feedback.f IS NOT NULL
feedback.f LIKE 't%'
feedback.none = 'x'
feedback.`d` IS NOT NULL
assessment.f = 'true'
expectation.e = 'x'
expectation.e != 'x'
expectation.e IS NOT NULL
expectations.e = 'x'
span.name = 'child1'
span.name LIKE 'child%'
span.name != 'child1'
span.type = 'LLM'
span.type IN ('LLM', 'TOOL')
span.type = 'custom'
span.status = 'ERROR'
span.status = 'OK'
span.attributes.model = 'gpt-1'
span.attributes.model LIKE 'gpt%'
span.attributes.a.b = '1'
span.attributes.`a.b` = '1'
span.attributes.a.b = 1
span.attributes.`s p` = 'x'
span.content LIKE '%question 1%'
span.inputs LIKE '%question 1%'
trace.text LIKE '%question 1%'
trace.text ILIKE '%QUESTION 1%'
trace.text = 'question'
text LIKE '%question%'
prompt = 'x/1'
prompts = 'x'
request LIKE '%question%'
inputs LIKE '%q%'
metrics.x > 1
foo.bar = 'x'
name = 'root1' OR name = 'root2'
(name = 'root1')
name = 'root1' AND tags.t = '1'
name = root1
name
name =
name > 'a'
experiment_id = '1'
trace.end_time_ms > 0
trace.end_time > 0
issue.id = 'x'
assessments.f = 'x'
source = 'x'
span.duration_ms > 0
trace.session = 's1'
trace.user = 'u'
trace.run_id = 'x'
""".strip().split("\n")

TRACE_ORDERS = r"""
timestamp
timestamp DESC
timestamp_ms ASC
timestamp_ms
execution_time
name
name DESC
trace.name
status
tags.t
tags.t DESC
metadata.custom DESC
request_id
trace_id
nope
attributes.timestamp
experiment_id
client_request_id DESC
tags.`x.y`
feedback.f
run_id
execution_time_ms ASC NULLS
""".strip().split("\n")
