# Everything below needs only Python 3.11 or later (with venv) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# A worker that dies would be started again, and with it the test that killed it.
PYTEST := $(BIN)/pytest -n 2 --dist loadfile --max-worker-restart 0
ADDRESS ?= 127.0.0.1:8000
UPDATE ?=
ALL ?=
SCRIPTS = $(wildcard tests/*/*.md)
export NO_MKDOCS_2_WARNING = 1

.DEFAULT_GOAL := help
.PHONY: help install site build check check-units check-site check-browsers quick outputs labs studies bench chapter pins format clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):[^#]*## /  make \1\t/' | expand -t 24

$(INSTALLED): requirements.txt pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=...")'
	@echo "1 of 3: a Python of its own, in $(VENV)"
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	sed -n '/^uv==/,/[^\\]$$/p' requirements.txt > $(VENV)/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@echo "2 of 3: packages from PyPI, about 1 GB on the disk: a minute, and what fetching takes"
	$(BIN)/uv pip install --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	@echo "3 of 3: sdnotes itself"
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	touch $@

install: $(INSTALLED) ## install what is needed into .venv

site: $(INSTALLED) ## build, serve on 127.0.0.1:8000 (ADDRESS=...), reload on changes
	$(BIN)/python -m sitebuild serve --address $(ADDRESS)

build: $(INSTALLED) ## build the site into site/
	$(BIN)/python -m sitebuild build

define STATIC
$(BIN)/ruff check
$(BIN)/ruff format --check
$(BIN)/codespell
$(BIN)/mypy
$(BIN)/python -m sitebuild web
endef

# In one run, which is faster than its three parts one after another: they would each
# collect the tests, and two of them build the site.
check: $(INSTALLED) ## pass every test: what CI runs, in three parts
	$(STATIC)
	$(PYTEST)

check-units: $(INSTALLED) ## part of check: lint, types, and the tests that are not slow
	$(STATIC)
	$(PYTEST) -m "not slow"

check-site: $(INSTALLED) ## part of check: the slow tests that need no browser
	$(PYTEST) -m "slow and not browser"

check-browsers: $(INSTALLED) ## part of check: the tests that drive a browser
	$(PYTEST) -m "slow and browser"

quick: $(INSTALLED) ## while you write: what your change can have broken (ALL=1: all)
	$(BIN)/python -m sitebuild quick $(if $(ALL),--all)

outputs: $(INSTALLED) ## run every snippet and rewrite its recorded output
	$(BIN)/pytest --update-outputs docs README.md CONTRIBUTING.md $(SCRIPTS) -q
	-@git status --short -- docs README.md CONTRIBUTING.md $(SCRIPTS)

labs: $(INSTALLED) ## run the labs and compare (UPDATE=1 rewrites their records)
	$(BIN)/python -m evidence.run labs $(if $(UPDATE),--update)

studies: $(INSTALLED) ## run the stale studies and compare (ALL=1: all, UPDATE=1 rewrites)
	$(BIN)/python -m evidence.run studies $(if $(ALL),--all) $(if $(UPDATE),--update)

bench: $(INSTALLED) ## run the benchmarks and compare (UPDATE=1 rewrites)
	$(BIN)/python -m evidence.run benchmarks $(if $(UPDATE),--update)

chapter: $(INSTALLED) ## lay down the files of a new chapter: make chapter SLUG=...
	$(BIN)/python -m sitebuild chapter "$(SLUG)"

format: $(INSTALLED) ## let ruff and Biome format and mend what they can
	$(BIN)/ruff format
	$(BIN)/ruff check --fix
	$(BIN)/python -m sitebuild web --format

pins: $(INSTALLED) ## choose the versions of requirements.txt anew
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	  --all-extras --no-emit-index-url --custom-compile-command "make pins" \
	  --upgrade --output-file requirements.txt pyproject.toml

clean: ## remove all that was made here
	rm -rf $(VENV) site site.*.new dist .browser .cache sitebuild/web/node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
