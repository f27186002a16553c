# AI Factory. Two commands matter: `make run` and `make test`; both install what is missing.

SWIFT ?= swift
ENGINES := .build/engines
RELEASE := .build/release/aifactory

.PHONY: run test build agent check bless bench slurm cluster cluster-down clean setup engines mlflow-client api-fuzzer former-agent older-root help

help: ## Show the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## Install the system packages that are missing
	@Scripts/setup.sh

build: agent ## Build the release program, .build/release/aifactory, and its agent
	$(SWIFT) build -c release --product aifactory

# What the static C library declares elsewhere, only this build notices.
agent: setup
	$(SWIFT) build -c release --product aifactory-agent

engines: build-debug ## Install the engines for the tests into .build/engines
	@.build/debug/aifactory engines install --into $(ENGINES)

build-debug: setup
	$(SWIFT) build --build-tests

run: build ## Run the main job on real input, to a deployed model that answers
	@Scripts/run.sh

mlflow-client: setup ## Install MLflow's own client for the tests into .build/mlflow
	@Scripts/mlflow-client.sh

api-fuzzer: setup ## Install a fuzzing client of our own API for the tests into .build/schemathesis
	@Scripts/api-fuzzer.sh

test: slurm agent build-debug engines mlflow-client api-fuzzer former-agent older-root ## Run every test
	@Scripts/test.sh

former-agent: setup ## Build an earlier agent for the tests into .build/former
	@Tests/Former/build.sh

older-root: slurm ## Fetch the root of an older distribution for a test into .build/older-root
	@Tests/OlderRoot/build.sh

check: ## The gate for format, layering and file length
	@Scripts/check.sh

bless: build-debug ## Renew the snapshots; read the difference before you commit it
	AIFACTORY_BLESS=1 $(SWIFT) test --skip-build

bench: bench-tabular bench-predict bench-tracking bench-artifacts bench-ingest bench-idle bench-jobs bench-tasks bench-overhead ## All benchmarks, against their peers

bench-%: build
	@Benchmarks/$*/run.sh

slurm: ## Install the system packages of a Slurm cluster that are missing
	@Scripts/setup.sh --cluster

cluster: slurm ## Start a real Slurm cluster of three nodes to play with, in .build/cluster
	@Tests/Cluster/up.sh .build/cluster

cluster-down: ## End it
	@Tests/Cluster/down.sh .build/cluster

clean: cluster-down ## Remove what was built
	rm -rf .build
