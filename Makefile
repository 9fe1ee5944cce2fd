# `make run` and `make test` are all one needs to know; both prepare what they need first.
HOST ?= 127.0.0.1
PORT ?= 8000
PYTHON_IN_VENV = .venv/bin/python

.PHONY: help setup setup-dev run test check bench messages clean

help: ## say what can be made
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: ## install what Atelier needs into .venv (a moment when nothing changed)
	@bin/setup requirements.lock

setup-dev: # the same and what tests need
	@bin/setup requirements-dev.lock

# Starts as a demonstration unless ATELIER_DEMO=0; every setting is in docs/operating.md.
run: export ATELIER_DEMO ?= 1
run: export ATELIER_BASE_URL ?= http://$(HOST:0.0.0.0=127.0.0.1):$(PORT)
run: export HOST := $(HOST)
run: export PORT := $(PORT)
run: setup ## start Atelier on HOST and PORT (127.0.0.1 and 8000)
	@exec $(PYTHON_IN_VENV) -m flask --app app serve

test: check ## every check and every test, in a real browser too
	@CHROMIUM=$$(bin/chromium) && export CHROMIUM && exec $(PYTHON_IN_VENV) -m pytest -n logical --maxprocesses 4 $(ARGS)

check: setup-dev ## style and types alone
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) -m ruff format --check .
	@$(PYTHON_IN_VENV) -m mypy

bench: setup-dev ## measure speed and size; bench/README.md says what
	@exec $(PYTHON_IN_VENV) -m bench $(ARGS)

messages: setup ## collect the words of the pages into translations/ (FROM="a.po b.po" takes translations in)
	@$(PYTHON_IN_VENV) bin/messages.py $(FROM)

clean: ## remove what can be made again; var/, which holds the data, stays
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage translations/*/LC_MESSAGES/*.mo
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
