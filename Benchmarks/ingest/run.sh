#!/usr/bin/env bash
# CSV to profiled dataset version, against one DuckDB process that converts to Parquet and summarizes; cold and warm.
# MEGABYTES (1000) and ROUNDS (3) may be set.
source "$(dirname "$0")/../common.sh"
peer ingest 'duckdb==2.0.0' 'numpy<3'
about_machine
fresh_home
"$python" "$(dirname "$0")/compare.py" --aifactory "$aifactory" --home "$home" --work "$bench/ingest-work"
