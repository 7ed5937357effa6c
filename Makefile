# Everything a newcomer needs: `make demo` and `make test` also create the environment they run in.
# Recipes are POSIX sh and work with GNU make from 3.81 on.

.DEFAULT_GOAL := help
.PHONY: help setup setup-ci demo test lint browser bench soak pins clean

PORT ?= 8000
ARGS ?=
PYTHON ?=
FRESH ?=

VENV := .venv
PY := $(VENV)/bin/python
SERVERS := $(PY) -m config.servers
THROWAWAY := $(SERVERS) run --throwaway --

# Settings of the caller's own that would put the packages somewhere else or choose other ones;
# those that say where packages are fetched from stay.
CLEAN := env -u VIRTUAL_ENV -u CONDA_PREFIX -u PYTHONHOME \
  -u UV_PYTHON -u UV_SYSTEM_PYTHON -u UV_BREAK_SYSTEM_PACKAGES -u UV_PYTHON_DOWNLOADS \
  -u UV_PYTHON_PREFERENCE -u UV_MANAGED_PYTHON -u UV_NO_MANAGED_PYTHON -u UV_PROJECT \
  -u UV_PROJECT_ENVIRONMENT -u UV_WORKING_DIRECTORY -u UV_WORKING_DIR -u UV_CONSTRAINT \
  -u UV_BUILD_CONSTRAINT -u UV_OVERRIDE -u UV_EXCLUDE -u UV_EXCLUDE_NEWER -u UV_RESOLUTION \
  -u UV_PRERELEASE -u UV_NO_DEPS -u UV_NO_BINARY -u UV_ONLY_BINARY -u UV_REQUIRE_HASHES \
  -u UV_NO_VERIFY_HASHES -u UV_VENV_SEED -u UV_VENV_CLEAR -u UV_TORCH_BACKEND \
  -u PIP_USER -u PIP_TARGET -u PIP_PREFIX -u PIP_ROOT -u PIP_CONSTRAINT -u PIP_NO_DEPS \
  -u PIP_REQUIRE_VIRTUALENV -u PIP_PYTHON -u PIP_DRY_RUN

help: ## Show what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: ## Create .venv with what the demo and the tests need (PYTHON=... chooses the interpreter)
	@$(call install,requirements-dev.txt)

setup-ci: setup ## Add the checkers and the browser driver to .venv
	@$(call install,requirements-ci.txt)

demo: setup ## Fill a demo shop and serve it (PORT=8000; FRESH=1 deletes its data first)
	@$(if $(FRESH),$(SERVERS) destroy)
	@VESILE_PUBLIC_URL="$${VESILE_PUBLIC_URL:-http://127.0.0.1:$(PORT)}"; export VESILE_PUBLIC_URL; \
	exec $(SERVERS) run -- $(PY) manage.py demo --serve --port $(PORT)

test: setup ## Run the tests on servers of their own (ARGS="-k codes" is handed to pytest)
	@exec $(THROWAWAY) $(PY) -m pytest -n "$$($(cpus))" --dist loadgroup -m "not browser" $(ARGS)

lint: setup-ci ## Run every checker
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(THROWAWAY) $(PY) -m mypy
	$(VENV)/bin/lint-imports
	$(PY) -m djlint --lint --quiet templates
	$(THROWAWAY) $(PY) manage.py makemigrations --check --dry-run
	$(PY) -m tests.tools.translations

browser: setup-ci ## Run the browser tests (they need a Chromium)
	@exec $(THROWAWAY) $(PY) -m pytest -n 2 -m browser tests/browser $(ARGS)

bench: setup ## Measure against hand-written code, on servers that flush to disk (ARGS=tick)
	@VESILE_DATA_DIR="$(CURDIR)/.data/bench"; export VESILE_DATA_DIR; \
	exec $(SERVERS) run -- $(PY) -m tests.benchmarks $(ARGS)

soak: setup ## Kill servers under load, and race with 64 clients, round by round (ARGS="--rounds 20")
	$(PY) -m tests.soak.kills $(ARGS)
	VESILE_RACE_ROUNDS=10 VESILE_RACE_CLIENTS=64 $(THROWAWAY) $(PY) -m pytest -q -n 0 \
	  tests/races/test_redemptions_at_once.py tests/races/test_exactly_once.py tests/races/test_limits.py

pins: ## Renew requirements*.txt from pyproject.toml (needs uv)
	@$(pin) -o requirements.txt pyproject.toml
	@$(pin) -c requirements.txt --group dev -o requirements-dev.txt pyproject.toml
	@$(pin) -c requirements-dev.txt --group dev --group ci -o requirements-ci.txt pyproject.toml

clean: ## Remove .venv and everything generated, but not the data of the demo
	rm -rf $(VENV) staticfiles test-results .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	  .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

cpus = $(PY) -c 'import os; print(min(os.cpu_count() or 1, 4))'

pin = $(CLEAN) uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
  --no-emit-index-url --no-emit-find-links --no-annotate --no-header

# Does nothing where this very requirements file is already installed in .venv. An environment made
# for another folder or another interpreter is made anew.
define install
set -e; \
say() { echo "$$*" >&2; }; \
runs() { "$$1" -c "import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))" 2>/dev/null; }; \
here="$$(pwd -P)"; wanted="$$(cksum < $(1))"; stamp="$(VENV)/.installed-$(1)"; \
made="$$(cat $(VENV)/.made-for 2>/dev/null || true)"; \
chosen="$(PYTHON)"; \
if [ -n "$$chosen" ]; then \
  version="$$("$$chosen" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)" \
    || { say "PYTHON is $$chosen, but that does not run; set it to a Python from 3.11 to 3.14."; exit 1; }; \
fi; \
if [ -e $(VENV) ] && ! runs $(PY); then rm -rf $(VENV); fi; \
if [ -n "$$made" ] && [ "$${made#* }" != "$$here" ]; then rm -rf $(VENV); fi; \
if [ -n "$$made" ] && [ -n "$$chosen" ] && [ "$${made%% *}" != "$$version" ]; then rm -rf $(VENV); fi; \
if [ "$$(cat "$$stamp" 2>/dev/null || true)" = "$$wanted" ]; then exit 0; fi; \
uv="$$(command -v uv || true)"; \
if [ ! -e $(VENV) ]; then \
  python=; seen=; bare=; \
  for name in $${chosen:-python3 python3.11 python3.12 python3.13 python3.14}; do \
    "$$name" -c "" 2>/dev/null || continue; \
    seen="$$("$$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"; \
    runs "$$name" || continue; \
    if [ -z "$$uv" ] && ! "$$name" -c "import ensurepip, venv" 2>/dev/null; then bare="$$name"; continue; fi; \
    python="$$("$$name" -c 'import sys; print(sys.executable)')"; break; \
  done; \
  if [ -z "$$python" ] && [ -z "$$chosen" ] && [ -n "$$uv" ]; then \
    python="$$($(CLEAN) "$$uv" python find --no-python-downloads --no-project ">=3.11,<3.15" 2>/dev/null || true)"; \
  fi; \
  if [ -z "$$python" ] && [ -n "$$bare" ]; then \
    say "$$bare cannot create virtual environments: install the package python3-venv (or uv) and run make again."; exit 1; \
  elif [ -z "$$python" ]; then \
    say "Python 3.11 to 3.14 is needed$${seen:+, but only $$seen was found}: install one, or name it with make PYTHON=/path/to/python3."; exit 1; \
  fi; \
  trap 'rm -rf $(VENV); exit 130' INT TERM HUP; \
  if [ -n "$$uv" ]; then \
    $(CLEAN) "$$uv" venv --quiet --no-project --no-python-downloads --python "$$python" $(VENV) \
      || { rm -rf $(VENV); say "uv could not create $(VENV) with $$python; see above."; exit 1; }; \
  else \
    $(CLEAN) "$$python" -m venv $(VENV) \
      || { rm -rf $(VENV); say "$$python could not create $(VENV): install the package python3-venv and run make again."; exit 1; }; \
  fi; \
  trap - INT TERM HUP; \
  $(PY) -c 'import os, sys; print("%d.%d" % sys.version_info[:2], os.path.realpath("."))' > $(VENV)/.made-for; \
fi; \
say "Installing the packages of $(1) into $(VENV) ..."; \
if [ -n "$$uv" ]; then \
  if $(CLEAN) "$$uv" pip install --quiet --python $(PY) --require-hashes -r $(1); \
    then echo "$$wanted" > "$$stamp"; exit 0; fi; \
  say "uv could not install $(1) (see above); trying pip ..."; \
fi; \
$(PY) -m pip --version > /dev/null 2>&1 || $(CLEAN) $(PY) -m ensurepip > /dev/null 2>&1 \
  || { say "$(VENV) has no pip: install the package python3-venv (or uv), remove $(VENV) and run make again."; exit 1; }; \
$(CLEAN) $(PY) -m pip install --quiet --no-input --disable-pip-version-check --require-hashes -r $(1) \
  || { say "pip could not install $(1); see above."; exit 1; }; \
echo "$$wanted" > "$$stamp"
endef
