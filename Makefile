.DEFAULT_GOAL := help
UV_VERSION := 0.13.9
PY := .venv/bin/python
export PYTHONPATH := .
export NODE_USE_SYSTEM_CA := 1
WEB := services/console/web
NPM := PATH=$(CURDIR)/.venv/bin:$$PATH npm --prefix $(WEB) --silent

.PHONY: help setup check web web-check screens test test-long audit migrate migration format run call rehearse bench env goldens schemas nats-conf kubernetes dashboards

help: ## Show these lines
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/ready ## Make the virtual environment from the lock file

.venv/ready: uv.lock pyproject.toml
	@test -x $(PY) || { echo "Making .venv from the lock file: about a minute."; python3 -m venv .venv; }
	@$(PY) -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --quiet --inexact
	@touch $@

format: setup ## Format and sort
	@.venv/bin/ruff format -q . && .venv/bin/ruff check -q --fix .

check: setup ## Format, lint, types
	@.venv/bin/ruff format --check -q . && .venv/bin/ruff check -q . && .venv/bin/mypy

web: $(WEB)/dist/index.html ## Build the console's browser application

$(WEB)/node_modules/ready: $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/.npmrc | .venv/ready
	@$(NPM) ci
	@touch $@

$(WEB)/dist/index.html: $(WEB)/node_modules/ready $(shell find $(WEB)/src $(WEB)/*.* -type f -not -name schema.d.ts 2>/dev/null)
	@$(NPM) run build

web-check: web ## Types, lint and unit tests of the browser application
	@$(NPM) run check

screens: setup web ## Picture every page, try it by axe: [ARGS=calls]
	@$(PY) -m tests.browser.screens $(ARGS)

# Three workers for two cores: a worker often waits.
test: setup ## All tests, on real PostgreSQL and NATS
	@$(MAKE) --jobs=2 --no-print-directory check web-check
	@$(PY) -m pytest -n 3 --dist loadfile

audit: setup ## Known weaknesses of libraries, their locks and licences
	@$(PY) -m deploy.audit

test-long: setup ## Tests of full size: minutes each
	@LONG=1 $(PY) -m pytest tests/service/router/test_caps.py tests/service/console/test_odd_requests.py tests/unit/rtb/test_answer.py tests/system/long

run: setup web ## Start everything, place one call, stay up
	@$(PY) -m deploy.local.stack

call: setup ## Call a number of the running stack: FROM= TO= [SCRIPT=]
	@$(PY) -m deploy.local.call --from "$(FROM)" --to "$(TO)" --script "$(SCRIPT)"

rehearse: setup ## Where a call would go: FROM= TO= [AT=] [TAGS=]
	@$(PY) -m deploy.local.call --rehearse --from "$(FROM)" --to "$(TO)" --at "$(AT)" --tags "$(TAGS)"

migrate: setup ## Bring DATABASE_URL to the newest schema
	@$(PY) -m libs.runtime.migrations

migration: setup ## Draft a revision: S=router M="Add a column"
	@$(PY) -m libs.runtime.draft_migration "$(S)" "$(M)"

bench: setup web ## Measure beside floor, naive and lean: [ARGS=--quick]
	@UV_PROJECT_ENVIRONMENT=.venv .venv/bin/uv sync --frozen --quiet --inexact --group bench
	@$(PY) -m tests.bench $(ARGS)
	@$(PY) -m tests.bench.door
	@$(PY) -m tests.bench.auctioning
	@$(PY) -m tests.bench.sandboxing
	@$(PY) -m tests.bench.flowing
	@$(PY) -m tests.bench.leasing
	@$(PY) -m tests.bench.reporting
	@$(PY) -m tests.bench.sizing
	@$(PY) -m tests.bench.pages

goldens: setup ## Write anew what flows' nodes do
	@GOLDENS=1 $(PY) -m pytest -q tests/unit/flows/test_goldens.py

schemas: setup ## Write the schemas of all messages, doors and the API
	@$(PY) -m deploy.schemas
	@$(PY) -m deploy.doors
	@$(PY) -m deploy.openapi
	@$(PY) -m deploy.flow_kinds

nats-conf: setup ## Write nats.conf from the contracts
	@$(PY) -m deploy.nats

kubernetes: setup ## Write deploy/kubernetes/base from cards and contracts
	@$(PY) -m deploy.kubernetes

dashboards: setup ## Write the dashboards as Grafana takes them
	@$(PY) -m deploy.telemetry.dashboards

env: setup ## Write example.env from the services' settings
	@$(PY) -m deploy.example_env
