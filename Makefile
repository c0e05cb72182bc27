SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# T=path narrows the tests; J=n runs them in n processes
T ?=
J ?= 2

export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export PYTHONDONTWRITEBYTECODE :=

##@ 运行 run
demo: $(STAMP) ## start the cluster, live one synthetic day of the city, print the 16 rows of the plan
	@$(BIN)/python -m launcher up
	@$(BIN)/python -m cityday
up: $(STAMP) ## start PostgreSQL, NATS, the issuer, the services and the gateway
	@$(BIN)/python -m launcher up
down: ## stop what `up` or `demo` started, by recorded PID
	@[ -x $(BIN)/python ] && $(BIN)/python -m launcher down || echo "nothing is installed, so nothing runs"
status: $(STAMP) ## what runs, and whether it is healthy
	@$(BIN)/python -m launcher status
logs: $(STAMP) ## the last log lines; S=assistance for one service
	@$(BIN)/python -m launcher logs $(S)

##@ 检查 check
test: $(STAMP) ## every test, on real PostgreSQL and NATS; T=path for some
	@$(BIN)/python -m pytest -n $(J) --dist loadscope $(T)
check: lint types imports ## format, lint, strict types and import contracts
lint: $(STAMP) ## ruff: format and rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
types: $(STAMP) ## mypy --strict
	@$(BIN)/mypy shared/src deploy/src services/*/src
imports: $(STAMP) ## who may import what
	@$(BIN)/lint-imports
format: $(STAMP) ## format and repair what can be repaired
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

##@ 度量 measure
bench: $(STAMP) ## ratios against pgbench, a bare endpoint and a bare fetch-and-ack, in one run
	@$(BIN)/python tests/bench/run.py
chaos: $(STAMP) ## 90 s of random kill -9 under load, then every write is looked for
	@$(BIN)/python tests/chaos/run.py --seconds 90

##@ 新建 make things
new-service: $(STAMP) ## a further service with the common skeleton; NAME=funeral NOUN=burial TITLE=殡葬管理
	@$(BIN)/python -m launcher.scaffold $(NAME) $(if $(NOUN),--noun $(NOUN)) $(if $(TITLE),--title "$(TITLE)")
	@$(BIN)/uv sync --frozen --quiet
migration: $(STAMP) ## an empty migration; S=assistance M="what it adds"
	@$(BIN)/python -m launcher.scaffold --migration $(S) "$(M)"
docs: $(STAMP) ## generate event catalogue, schemas, AsyncAPI, terms and problems
	@$(BIN)/python docs/generate.py

$(STAMP): pyproject.toml uv.lock shared/pyproject.toml deploy/pyproject.toml $(wildcard services/*/pyproject.toml)
	@echo "making the environment in $(VENV) ..."
	@[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	@[ -x $(BIN)/uv ] || $(BIN)/pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(BIN)/uv sync --frozen --quiet
	@touch $@

help: ## this list
	@awk 'BEGIN {FS = ":.*## "; printf "usage: make COMMAND\n"} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo up down status logs test check lint types imports format bench chaos new-service migration docs help
