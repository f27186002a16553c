"""Where the factory answers otherwise than MLflow's server on purpose; docs/mlflow.md, "Where we differ", tells of them.

What is listed by its label and does not differ any more is an error.
"""

# Reasons with the labels, in which `*` and `?` match as in names of files.
REASONS = {
    "A mistake that MLflow's server takes silently for a default is refused.": [
        "dataset_requests: log empty name", "dataset_requests: log no dataset", "dataset_requests: log no digest", "dataset_requests: log no name",
        "experiment_requests: experiments/search {\"view_type\": \"x\"}", "logged_models: finalize z nope", "run_requests: runs/create {\"start_time\": 1.5}",
        "run_requests: runs/create {\"tags\": [[]{\"key\": \"a\", \"value\": 5}[]]}", "run_requests: runs/create {\"tags\": [[]{\"value\": \"a\"}[]]}",
        "run_requests: runs/create {\"tags\": {\"a\": \"b\"}}", "run_requests: runs/log-metric {\"step\": 1.5}", "run_requests: runs/log-metric {\"step\": <experiment>}",
        "run_requests: runs/log-metric {\"timestamp\": <experiment>}", "run_requests: runs/log-metric {\"value\": true}", "run_requests: runs/search {\"max_results\": 2.5}",
        "run_requests: runs/search {\"page_token\": 5}", "run_requests: runs/search {\"run_view_type\": \"all\"}", "run_requests: runs/update {\"status\": \"finished\"}",
        "registry_requests: version ' 1'*", "runs: token eyJvZmZzZXQiOiAtMX0=", "runs: where metrics.acc > 1e400", "runs: where run_id IN ('x' 'y')",
        "runs: by metrics.", "logged_models: where name = a", "logged_models: where params.p = 1", "registered_models: versions where version_number = '1'",
        "wire: GET runs/get[?]run_id=<r>&run_id=x", "wire: GET runs/get[?]run_id=x&run_id=<r>", "artifact_requests: get-artifact path=x",
    ],
    "A default is taken where MLflow's server has none.": [
        "experiment_requests: experiments/search {\"max_results\": null}", "run_requests: runs/create {\"experiment_id\": \"\"}",
        "run_requests: runs/create {\"experiment_id\": null}", "run_requests: runs/create {\"start_time\": null}",
    ],
    "Filters and orders have one grammar in all searches; '' inside quotes is one quote.": [
        "experiments: by attributes.name DESC", "experiments: where attributes.name = '{W}one'", "experiments: where creation_time >= 1.5 AND name LIKE '{W}o%'",
        "experiments: where experiment_id = 'x'", "experiments: where experiment_id IN ('0', 'x')", "experiments: where experiment_id LIKE '0'",
        "experiments: where name = '{W}fünf ''q'' \"d\"'", "logged_models: by {'field_name': 'attributes.name'}", "logged_models: where attribute.name = 'a'",
        "logged_models: where last_updated_time > 0", "logged_models: where name = \"a\"", "logged_models: where param.p = '1'", "logged_models: where tag.t = '1'",
        "logged_models: where tags.t IS NULL", "registered_models: by attribute.name", "registered_models: by creation_timestamp*", "registered_models: versions where attributes.name = '{W}one'",
        "registered_models: where `name` = '{W}one'", "registered_models: where attributes.name = '{W}one'", "registered_models: where name = '{W}q''uote'",
        "runs: by attributes.`Run name`", "runs: by attributes.'run name'", "runs: by metrics.acc  DESC ", "runs: where   ", "runs: where \"metrics\".acc > 0.5", "runs: where metrics.acc > +1",
        "runs: where metrics.m-1 > 0", "runs: where metrics.val/acc > 0", "runs: where params.from = 'x'", "runs: where tags.in = 'x'", "trace_requests: where name IN ('root1', 'root2')",
        "trace_requests: where state = 'OK'", "trace_requests: where trace_id = 'x'",
    ],
    "Of logged models, MLflow's server finds none by status or by a dataset without its digest, has attributes of its table, and does not go on with a page of another search.": [
        "logged_models: where status *", "logged_models: of *", "logged_models: by {'field_name': 'metrics.acc', 'dataset_digest': 'h1'}",
        "logged_models: where artifact_location LIKE '%'", "logged_models: where lifecycle_stage = 'active'", "logged_models: page of another *",
    ],
    "One dataset may be the input of a run twice, with other tags; of a tag that is there twice the last is taken.": ["dataset_requests: inputs", "dataset_requests: log tag twice"],
    "An evaluation dataset tells its experiments.": ["evaluation_datasets: get"],
    "Names of models have 256 characters and keys of tags 250, as MLflow's schema says; SQLite does not hold it to that.": [
        "registry_requests: registered-models/create {\"name\": \"<W>kkk*", "registry_requests: get {'name': '<W>kkk*", "run_requests: runs/create {\"tags\": [[]{\"key\": \"aaaaa*",
    ],
    "Aliases that are numbers would be mistaken for versions.": ["registry_requests: [gs]et alias 1"],
    "The server keeps sources at hosts as they are and opens none of them.": [f"registry_requests: model-versions/create {{\"source\": \"{scheme}://x/y\"}}" for scheme in ["http", "https", "ftp", "hdfs"]],
    "What is not there is told as such, also of a trace; -1 is no id.": ["trace_requests: tag tr-none", "experiment_requests: get -1"],
    "Names of files are taken as they were sent, once decoded; a backslash and what cannot be printed are refused.": [
        f"artifact_requests: {method} {path}" for method in ["put", "get"] for path in ["a%0Ab", "back%5Cslash", "q%3Fm%23h"]
    ],
    "/health and /version are the factory's own; a body's charset and the case of its type do not matter, nor does a slash at the end of a path; a path is not decoded before it is looked up.": [
        "wire: GET /health", "wire: GET /version", "wire: body capitals", "wire: body in chunks", "wire: POST runs/create/", "wire: GET runs/get/[?]run_id=<r>", "wire: GET runs%2Fget[?]run_id=<r>",
    ],
    "A mark of the order of bytes is no JSON.": ["wire: body mark"],
    "Only the methods that MLflow's client uses are served.": ["wire: OPTIONS runs/create", "wire: HEAD *"],
    "Half of a surrogate pair becomes U+FFFD; MLflow's server drops the text, and all that stands behind it in the body, also a search's filter.": [
        "half_pairs: batch", "half_pairs: experiment", "half_pairs: model", "half_pairs: search", "half_pairs: texts",
    ],
    "NaN stays NaN in metrics of logged models, where MLflow's server answers 0.": ["model_metrics: metrics 4"],
    "A body that is no UTF-8 is told as such.": ["half_pairs: not escaped"],
    "Webhooks are absent.": ["wire: GET webhooks/list"],
}
# The same for files in parts (compare_uploads.py).
UPLOAD_REASONS = {"A file has one part where nobody says how many, where MLflow's server begins one of no part.": ["uploads: create with no number"]}
DIFFERENCES = {label: reason for reason, labels in REASONS.items() for label in labels}
UPLOADS = {label: reason for reason, labels in UPLOAD_REASONS.items() for label in labels}


def reason_of(label, theirs, ours):
    """Why the two differ, for what is the same wherever it occurs; None where there is no such reason."""
    if theirs["status"] >= 500 and ours["status"] < 500:
        return "A wrong request is never a 5xx, because the client repeats those for minutes."
    if theirs.get("type") == "text/html" and theirs["status"] in (404, 405) and ours["status"] == 404:
        return "What is absent is told in JSON that the client reads, where MLflow's server has a page of HTML."
    if theirs.get("type") == "text/html" and theirs["status"] == ours["status"] == 400:
        return "A mistake is told in JSON that the client reads, where MLflow's server has a page of HTML."
    if theirs == {"status": ours["status"]} and ours.get("code"):
        return "A mistake is told with a code that the client reads, where MLflow's server has JSON without one."
    if ours["status"] == 400 and any(nul in label for nul in ("\0", "\\u0000", "%00", " nul")):
        return "A NUL is refused, because it would end the text for SQLite."
    if theirs["status"] == ours["status"] == 400 and ours.get("code") == "BAD_REQUEST":
        return "A body that is no JSON is told as such, where MLflow's server takes it for an empty one."
    return None
