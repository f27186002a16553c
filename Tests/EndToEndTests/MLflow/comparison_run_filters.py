"""Filters and orders of searches for runs, one a line."""

RUNS = r"""
metrics.acc > 0.5
metrics.acc >= 0.5 and metrics.acc < 10
METRICS.acc > 0
metric.acc = 0.5
metrics.acc != 0.5
metrics.acc <> 0.5
metrics.acc == 0.5
metrics.loss = 1
metrics.loss != 1
metrics.loss > -1
metrics.loss < 1
metrics.acc > -5
metrics.acc > 1e3
metrics.acc < -1E3
metrics.acc > .4
metrics.acc > 0.
metrics.acc > +1
metrics.acc > - 1
metrics.acc > 1_000
metrics.acc > 0x1
metrics.acc = inf
metrics.acc = 'inf'
metrics.acc = nan
metrics.acc > '0.5'
metrics.acc IN (0.5)
metrics.acc IS NULL
metrics.acc LIKE '0%'
metrics.acc BETWEEN 0 AND 1
metrics.`acc` > 0.5
metrics."acc" > 0.5
metrics.'acc' > 0.5
`metrics`.acc > 0.5
"metrics".acc > 0.5
`metrics`.`acc` > 0.5
metrics.val/acc > 0
metrics.`val/acc` > 0
metrics."val/acc" > 0
metrics.my metric > 0
metrics.`my metric` > 0
metrics.m-1 > 0
metrics.`m-1` > 0
metrics.1st > 0
metrics.`1st` > 0
metrics.n > 4
metrics.n = 5.0
metrics.n < 0
0.5 < metrics.acc
acc > 0.5
params.depth = '4'
params.depth = "4"
params.depth = 4
params.depth = `4`
params.depth != '4'
params.depth = ''
params.depth != ''
params.depth LIKE '%'
params.depth LIKE ''
params.depth IS NULL
params.depth IS NOT NULL
params.depth is not null
params.depth Is Null
params.depth NOT NULL
params.depth IN ('4', '10')
params.depth > '4'
param.kind = 'Tree'
parameter.kind = 'Tree'
parameters.kind ILIKE 'TREE'
params.kind LIKE 'tree'
params.kind LIKE 't%'
params.kind like 'T%'
params.kind ilike '%EE'
params.kind LIKE 'forest_1'
params.kind LIKE 'forest\_1'
params.kind LIKE '%[a-z]%'
params.kind LIKE '*'
params.kind NOT LIKE 'T%'
params.kind = 'Tree' AND params.depth = '4'
params.kind = 'Tree' OR params.depth = '10'
(params.kind = 'Tree')
(params.kind = 'Tree') AND (params.depth = '4')
NOT params.kind = 'Tree'
params.kind = 'Tree' AND
AND params.kind = 'Tree'
params.kind = 'Tree' AND AND params.depth = '4'
params.kind = 'Tree' params.depth = '4'
params.kind = 'Tree', params.depth = '4'
params.kind = 'Tree';
params.kind = 'Tree'; params.depth = '4'
params.kind='Tree'AND params.depth='4'
params.kind  =   'Tree'   and   params.depth='4'
params.kind = Tree
params.kind = "Tree
params.kind = 'Tree
params.kind =
params.kind
params.
params
= 'x'
params.kind = 'Tree' -- comment
params.kind = 'Tree' /* c */
params.url = 'http://x/y?z=1&w=%20'
params.url LIKE '%w=%'
params.`my param` = 'v 1'
params."my param" = "v 1"
params.lr = '1e-3'
params.ünï = 'ö'
params.`ünï` = 'ö'
params.kind IN ('Tree')
tags.team = 'red'
tag.team = 'red'
tags.team != 'red'
tags.team ILIKE 'red'
tags.team LIKE 'blue%'
tags.team LIKE 'blue\%'
tags.team = 'dou"ble'
tags.team = 'blue%'
tags.a.b.c = 'dots'
tags.`a.b.c` = 'dots'
tags."a.b.c" = 'dots'
tags.`sp ace` = 'x'
tags.sp ace = 'x'
tags."q'uote" = "it's"
tags.`q'uote` = "it's"
tags.team = 'it''s'
tags.empty = ''
tags.empty IS NOT NULL
tags.empty IS NULL
tags.team IN ('red', 'Red')
tags.json = '{"a": 1}'
tags.mlflow.user = 'u1'
tags.`mlflow.user` = 'u1'
tags.mlflow.runName = 'alpha'
tags.mlflow.runName LIKE '%a'
tags.`mlflow.note.content` LIKE 'Hello%'
tags.`mlflow.note.content` LIKE '%world'
tags.`äöü` = 'ÄÖÜ'
tags.äöü = 'ÄÖÜ'
tags.`äöü` ILIKE 'äöü'
tags.nothing IS NULL
tags.team > 'a'
tags.key.with.many.dots IS NULL
attributes.status = 'FINISHED'
attribute.status != 'FINISHED'
attr.status = 'RUNNING'
run.status = 'RUNNING'
status = 'RUNNING'
status = "FAILED"
status = 'running'
status ILIKE 'running'
status LIKE 'F%'
status IN ('FAILED', 'FINISHED')
status = RUNNING
Status = 'RUNNING'
attributes.`status` = 'RUNNING'
attributes."status" = 'RUNNING'
attributes.'status' = 'RUNNING'
run_name = 'alpha'
run_name LIKE '%a'
run_name ILIKE 'G%'
run_name != 'alpha'
run_name = 'eps ilon'
attributes.run_name = 'zeta'
attributes."run name" = 'zeta'
attributes.`run name` = 'zeta'
attributes.`Run name` = 'zeta'
attributes.run name = 'zeta'
run_name IN ('alpha', 'beta')
run_id = 'x'
run_id != 'x'
run_id LIKE '%'
run_id IN ('x')
run_id IN ('x',)
run_id IN ()
run_id IN ('x' 'y')
run_id IN ("x", 'y')
run_id IN (x)
run_id IN (1)
run_id IN 'x'
run_id NOT IN ('x')
run_id not in ('x')
run_id NOT IN ()
user_id = 'u1'
user_id IN ('u1')
attributes.user_id LIKE 'u%'
artifact_uri LIKE '%artifacts'
artifact_uri = 'x'
start_time > 1010
start_time >= 1010
start_time = 1010
start_time != 1010
start_time > 1010.5
start_time > '1010'
start_time LIKE '1%'
start_time IN (1010)
attributes.start_time < 1020
created > 1010
attributes.created > 1010
attributes.Created > 1010
Created > 1010
end_time > 4998
end_time < 4998
end_time = 4997
end_time != 4997
end_time IS NULL
attributes.end_time IS NOT NULL
attributes.lifecycle_stage = 'active'
lifecycle_stage = 'deleted'
attributes.experiment_id = '1'
experiment_id = '0'
dataset.name = 'dstrain'
datasets.name = 'dstrain'
dataset.name LIKE 'ds%'
dataset.name ILIKE 'DStrain'
dataset.name IN ('dstrain', 'x')
dataset.name NOT IN ('dstrain')
dataset.name != 'dstrain'
dataset.digest = '2'
dataset.digest IN ('2', '5')
dataset.context = 'training'
dataset.context LIKE 'train%'
dataset.context != 'training'
dataset.context IN ('validation')
dataset.name = 'dstrain' AND dataset.context = 'validation'
dataset.name = 'dsTRAIN' AND dataset.context = 'training'
dataset.source = 's'
dataset.name IS NULL
dataset.name > 'a'
dataset.name = dstrain
model.name = 'x'
foo.bar = 'x'
.acc > 1
metrics..acc > 1
''
'a' = 'a'
1 = 1
TRUE
select * from runs
metrics.acc > 0.5; DROP TABLE runs
metrics.acc > 0.5 AND params.kind = 'tree' AND tags.team = 'Red' AND status = 'FINISHED'
metrics.acc > 0.5 AND metrics.acc < 0.8
params.kind != 'tree' AND params.kind != 'Tree'
tags.team = 'red' AND tags.team = 'Red'
params.from = 'x'
params.order = 'x'
params.name = 'x'
metrics.count > 1
tags.like = 'x'
tags.in = 'x'
tags.and = 'x'
tags.null IS NULL
tags.source IS NULL
name = 'alpha'
metrics.acc>0.5
metrics.acc>0.5 AND metrics.acc<1
params.depth='4' and tags.team='red'
""".strip().split("\n")

RUN_ORDERS = r"""
metrics.acc
metrics.acc ASC
metrics.acc DESC
metrics.acc desc
metrics.loss
metrics.loss DESC
metrics.none
params.depth
params.depth DESC
params.kind
params.kind DESC
tags.team
tags.team DESC
tags.mlflow.runName
tags.`mlflow.runName` DESC
attributes.run_name
run_name DESC
run_name
start_time
start_time DESC
attributes.start_time
attribute.start_time ASC
created DESC
attributes.Created
end_time
end_time DESC
attributes.end_time
status
status DESC
attributes.status
user_id
artifact_uri
run_id
attributes.run_id DESC
lifecycle_stage
metrics.`val/acc`
metrics."my metric" DESC
metrics.acc DESCENDING
metrics.acc ASC DESC
metrics.acc,params.kind
metrics.acc DESC, params.kind ASC
acc
foo.bar
metrics.
dataset.name
metrics.acc NULLS LAST
`metrics`.acc
params.`my param` DESC
attributes.'run name'
attributes.`Run name`
run name
metric.acc
parameter.kind
tag.team
attr.start_time
run.start_time
METRICS.acc
experiment_id
attributes.experiment_id
duration
params.my param
metrics.my metric DESC
""".strip().split("\n")
