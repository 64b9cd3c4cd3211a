# `make` alone lists what there is. Every target sets up what it needs first; a second time that takes no time.
.DEFAULT_GOAL := help
.PHONY: help run test check lint types formats templates drift format migrate lock bench chaos fuzz clean

PYTHON := .venv/bin/python
ARGS ?=

help: ## この一覧を表示します
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## 準備をして http://127.0.0.1:8000 で動かします（Ctrl-C で終了）
	@scripts/setup run
	@$(PYTHON) -m portal.commands run

test: ## テストを実行します（例: make test ARGS="tests/publishing -x"）
	@scripts/setup test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m pytest $(ARGS)

check: lint types formats templates drift ## 静的検査をすべて行います（lint・型・書式・テンプレート・ロック）

lint: .tools ## ruff でコードを検査します
	@.venv/bin/ruff check .

types: .tools ## mypy で型を検査します
	@.venv/bin/mypy

formats: .tools
	@.venv/bin/ruff format --check .

templates: .tools
	@.venv/bin/djlint --lint --quiet templates

drift:
	@scripts/lock --check

format: .tools ## コードを整形します
	@.venv/bin/ruff check --fix-only --quiet .
	@.venv/bin/ruff format .

migrate: ## データベースを最新の構成にします
	@scripts/setup run
	@.venv/bin/portal migrate

lock: .tools ## requirements.lock を作り直します（更新: scripts/lock --upgrade）
	@scripts/lock

bench: ## 性能を測ります（bench/README.md、ARGS で条件を渡せます）
	@scripts/setup test
	@$(PYTHON) -m bench $(ARGS)

chaos: ## 障害の訓練をします（10分以内。結果は build/chaos.md。ARGS=--planted で訓練そのものを試します）
	@scripts/setup test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) -m tests.drills $(ARGS)

fuzz: ## おかしな入力を大量に送ります（例: make fuzz ARGS=200000）
	@scripts/setup test
	@PATH="$(CURDIR)/.venv/bin:$$PATH" PORTAL_CAMPAIGN=$(or $(ARGS),20000) $(PYTHON) -m pytest -n 2 -s -q --timeout 7200 \
	  tests/views/test_bad_input.py

clean: ## 生成物を消します（var/ のデータは残します）
	rm -rf .venv build static/vendor .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: .tools
.tools:
	@scripts/setup test
