# The two commands are `make demo` and `make test`; each prepares what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests that need a broker go to two processes, each with its own; ARGS="-n0" for a debugger.
PYTEST := $(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup

.DEFAULT_GOAL := help
.PHONY: help demo test test-fast check format lock sbom audit fuzz stress docs kafka bench bench-quick quality chaos clean

help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The environments follow their lock files: a changed lock makes the next command install it.
$(VENV)/.run: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Driftline needs Python 3.11 or newer")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	    --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

# MLflow's server for tests, apart: what it needs at most would hold back Driftline's own packages.
$(VENV)/.mlflow: tests/mlflow/requirements.lock $(VENV)/.run
	$(PYTHON) -m venv $(VENV)/mlflow
	$(VENV)/mlflow/bin/python -m pip install --quiet --disable-pip-version-check \
	    --require-hashes -r tests/mlflow/requirements.lock
	@touch $@

demo: $(VENV)/.run ## Watch a model drift, with a broker of its own; ARGS=canary: watch a bad version being caught
	$(BIN)/driftline demo $(ARGS)

test: $(VENV)/.dev $(VENV)/.mlflow ## Run the whole suite, on the embedded broker and on a real Apache Kafka
	$(PYTEST) $(ARGS)

test-fast: $(VENV)/.dev ## Run the tests that need no broker
	$(PYTEST) -m "not kafka and not embedded" $(ARGS)

fuzz: $(VENV)/.dev ## Feed the readers with new hostile input, for an hour or so; ARGS="-k label" for some
	$(PYTEST) --hypothesis-profile=fuzz -m hypothesis --timeout=0 \
	    tests/schemas tests/agents $(ARGS)

stress: $(VENV)/.dev ## End what has threads at 2,000 random points, a few minutes; ARGS="--seed 7"
	$(BIN)/python -m tests.agents.random_ends $(ARGS)

check: $(VENV)/.dev ## Lint, types, layers
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_layers.py

format: $(VENV)/.dev ## Format the code and mend what the linter can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## Resolve the lock files anew (needs uv)
	uv pip compile --universal --generate-hashes --no-emit-index-url --quiet --upgrade \
	    --extra demo --group build pyproject.toml -o requirements.lock
	uv pip compile --universal --generate-hashes --no-emit-index-url --quiet --upgrade \
	    --extra demo --extra parquet --group build --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet --upgrade \
	    tests/mlflow/requirements.in -o tests/mlflow/requirements.lock

sbom: $(VENV)/.dev ## List what the image installs, with hashes, as CycloneDX: dist/driftline.cdx.json
	@mkdir -p dist
	$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible \
	    --output-format JSON --output-file dist/driftline.cdx.json requirements.lock

audit: $(VENV)/.dev ## Ask whether a locked package has a known vulnerability (needs a network)
	$(BIN)/python -m tests.deploy.audit

docs: $(VENV)/.dev ## Generate the JSON Schemas, the AsyncAPI document and the reference pages
	$(BIN)/python -m schemas.documents.generate docs
	$(BIN)/python -m app.reference_pages docs

kafka: $(VENV)/.dev ## Start a real Apache Kafka on this machine until Ctrl-C
	$(BIN)/python -m tests.kafka $(ARGS)

bench: $(VENV)/.dev ## Measure against the peers on a real Apache Kafka, a quarter of an hour
	$(BIN)/python -m benchmarks.throughput $(ARGS)

bench-quick: $(VENV)/.dev ## The heart of it, in two minutes
	$(BIN)/python -m benchmarks.throughput --quick $(ARGS)

quality: $(VENV)/.dev ## Measure detection beside River into docs/quality.md; ARGS="--quick", "--only budget", "--data DIR"
	$(BIN)/python -m benchmarks.quality $(ARGS)

calibrate: $(VENV)/.dev ## Simulate what detectors must reach for a budget; writes what it finds, in two minutes
	$(BIN)/python -m benchmarks.calibrate $(ARGS)

chaos: $(VENV)/.dev ## Kill workers and brokers for an hour and look what is lost; ARGS="--seed 7"
	$(BIN)/python -m tests.chaos --runs 2 $(ARGS)

clean: ## Remove the environment and all caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
