# Every target sets up what it needs. Settings: STUDY, RAW, WAREHOUSE (also as TRIALHOUSE_*), TO=<release_id>, EXPORT=<export_id>.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev refresh receive status sql ui rollback generate demo-stop example-exports test test-long test-crash check format lock clean-environment report export prune test-browser benchmark benchmark-simulator

STUDY ?= $(or $(TRIALHOUSE_STUDY),ketmbrp_syn)
RAW ?= $(or $(TRIALHOUSE_RAW),raw)
WAREHOUSE ?= $(or $(TRIALHOUSE_WAREHOUSE),warehouse)
export TRIALHOUSE_STUDY := $(STUDY)
export TRIALHOUSE_RAW := $(RAW)
export TRIALHOUSE_WAREHOUSE := $(WAREHOUSE)
export EXPORT PYTHON

# Nothing calls home; bytecode is kept, since imports are most of a small refresh.
export DAGSTER_DISABLE_TELEMETRY := 1
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := 0
export GX_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1
unexport PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME

BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
TRIALHOUSE := $(BIN)/trialhouse
SQL := dbt_project/models dbt_project/tests
PYTEST_ARGS ?= -n 2 --dist loadfile

# The stamp holds the folder it was made in: an environment that was copied, or lost its interpreter, is made again.
ifneq ($(shell test -x $(BIN)/python && cat $(READY) 2>/dev/null),$(CURDIR))
$(shell rm -f $(READY) $(READY_DEV))
endif

help: ## what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

refresh: $(READY) ## take every waiting export through all gates to a release
	@$(TRIALHOUSE) refresh

receive: $(READY) ## copy an export into the raw folder: make receive STUDY=s FILES="a.csv b.csv"
	@$(TRIALHOUSE) receive $(FILES)

status: $(READY) ## releases, waiting and stopped exports, last verdict, lock
	@$(TRIALHOUSE) status

sql: $(READY) ## read-only SQL shell on the current release
	@$(TRIALHOUSE) sql

report: $(READY) ## the current release's report: its path, and the page where there is a screen
	@$(TRIALHOUSE) report

export: $(READY) ## write a table of the current release to a file: make export TABLE=marts.x TO=x.csv [FORCE=1]
	@$(TRIALHOUSE) export "$(TABLE)" --to "$(TO)" $(if $(FORCE),--force)

ui: $(READY) ## Dagster UI on localhost:3000
	@$(TRIALHOUSE) ui

rollback: $(READY) ## make an earlier release current: make rollback [TO=<release_id>]
	@$(TRIALHOUSE) rollback $(if $(TO),--to "$(TO)")

prune: $(READY) ## remove old releases, never the current one: make prune KEEP=5
	@$(TRIALHOUSE) prune --keep "$(KEEP)"

demo-stop: $(READY) ## show in a temporary warehouse how a broken night is stopped
	@$(TRIALHOUSE) demo-stop

generate: $(READY) ## write what is derived from the protocol: staging models, docs/marts.md
	@$(TRIALHOUSE) generate

EXAMPLES ?= raw/ketmbrp_syn

example-exports: $(READY) ## write the example study's exports anew: five good nights and one that is stopped
	@made=$$(mktemp -d) && trap 'rm -rf "$$made"' EXIT && \
	$(BIN)/python -m simulator --seed 0 --nights 5 --stop DQ-01 --out "$$made" > /dev/null && \
	mkdir -p "$(EXAMPLES)" && cp -R "$$made/ketmbrp_syn/." "$(EXAMPLES)"
	@echo "example exports: $(EXAMPLES)"

benchmark: $(READY) ## what a refresh costs, beside dbt alone and DuckDB alone; results in benchmarks/results/
	@$(BIN)/python -m benchmarks.refresh $(if $(PARTICIPANTS),--participants $(PARTICIPANTS))

benchmark-simulator: $(READY) ## what simulated trials of growing size cost: make benchmark-simulator SIZES="55 100000:many"
	@$(BIN)/python -m benchmarks.simulator $(if $(SIZES),--sizes $(SIZES))

test: $(READY_DEV) ## all tests
	@$(BIN)/python -m pytest $(PYTEST_ARGS)

test-long: $(READY_DEV) ## the long forms of the fault tests: gigabytes, and every damage
	@$(BIN)/python -m pytest -m "long and not crash" tests/faults

test-crash: $(READY_DEV) ## fifty refreshes killed at moments spread over the whole, with readers that never notice
	@$(BIN)/python -m pytest -s -m "long and crash" tests/faults

test-browser: $(READY_DEV) ## Dagster's UI in the system's Chromium, some minutes; not part of make test
	@$(BIN)/python -m pytest -m browser tests/browser

check: $(READY_DEV) ## lint, format, types, SQL style, generated files current
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/sqlfluff lint --disable-progress-bar $(wildcard $(SQL))
	@$(TRIALHOUSE) generate --check
	@echo "check: ok"

format: $(READY_DEV) ## put Python files into shape
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

setup: $(READY) ## the environment, without running anything

setup-dev: $(READY_DEV) ## the same, with what tests and checks need

clean-environment: ## remove the environment; the next target makes it again
	@rm -rf .venv

# Made from nothing each time, and the stamp comes last: a half-made environment is never taken for a whole one.
$(READY): requirements.lock pyproject.toml
	@python=$$(.ci/find-python) || exit 1; \
	echo "setting up .venv with $$(grep -c '^[a-z0-9].*==' requirements.lock) packages (once; a minute or two)"; \
	rm -rf .venv && "$$python" -m venv .venv
	@$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-compile --no-build-isolation --config-settings editable_mode=compat -e .
	@$(BIN)/python .ci/compile.py
	@echo "$(CURDIR)" > $@

$(READY_DEV): requirements-dev.lock $(READY)
	@echo "adding what tests and checks need"
	@$(BIN)/python -m pip install --quiet --no-deps --no-compile --require-hashes -r requirements-dev.lock
	@$(BIN)/python .ci/compile.py
	@touch $@

# pip-tools stands in an environment of its own: what makes the locks is not in them.
LOCK := .venv-lock/bin/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --build-deps-for editable

lock: ## write requirements.lock and requirements-dev.lock from pyproject.toml
	@python=$$(.ci/find-python) || exit 1; test -x .venv-lock/bin/pip-compile || \
	{ "$$python" -m venv .venv-lock && .venv-lock/bin/python -m pip install --quiet pip-tools==7.6.2; }
	@$(LOCK) $(if $(UPGRADE),--upgrade) --output-file requirements.lock pyproject.toml
	@$(LOCK) $(if $(UPGRADE),--upgrade) --constraint requirements.lock --extra dev --output-file requirements-dev.lock pyproject.toml
	@if grep -nE '^-|file:/|://|==[^ ]*\+' requirements.lock requirements-dev.lock; then \
	echo "a lock names an index, a path or a local version" >&2; exit 1; fi
