# One command each. Everything needs only Python 3.11 or newer, make and git; nothing here needs
# root, Docker or Node. Settings are environment variables: PORT, MUNIM_HOME, MUNIM_ENV (README.md).

PYTHON ?= python3
PY := .venv/bin/python

.PHONY: run dev test test-fast lint format bench demo-reset brand doctor environment help
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

environment:
	@$(PYTHON) ops/bootstrap.py

run: environment ## bring everything up and say where it is
	@$(PY) -m ops.run

dev: environment ## the same, rebuilding and restarting when a source file changes
	@$(PY) -m ops.dev

demo-reset: environment ## forget everything and make the demo data anew
	@$(PY) -m ops.demo_reset

test: environment ## every test; installs a browser when that is permitted
	@$(PY) -m ops.test

test-fast: environment ## the tests that need no browser
	@$(PY) -m pytest --ignore=tests/e2e

lint: environment ## style, layers, types
	@$(PY) -m ops.lint

format: environment ## put the sources into form
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

bench: environment ## ours against a peer on this machine, one line each
	@$(PY) -m tests.bench

brand: environment ## open a brand: CODE=acme NAME="Acme" EMAIL=a@acme.example PERSON="A. Rao"
	@$(PY) -m ops.new_brand --code "$(CODE)" --name "$(NAME)" --email "$(EMAIL)" --person "$(PERSON)"

doctor: ## say what is wrong with this machine
	@$(PYTHON) ops/doctor.py
