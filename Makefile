# Tổng Hợp. `make` lists the targets; everything runs in .venv, whatever environment is active.
.DEFAULT_GOAL := help
.PHONY: help demo up down test test-fast coverage check-python test-browser test-office test-net test-install test-clients test-compose check fix bench bench-long bench-page bench-flood bench-spoiled bench-workbooks bench-doors hostile fuzz profile faults reform-kills draft-torture pictures simulate planted-bugs simulate-duties contracts lock

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.stamp
unexport PYTHONDONTWRITEBYTECODE  # each service and command that a test starts would compile the product again

# A Python >= 3.11 of the machine; `make demo PYTHON=/path/to/python3.12` overrides the search.
PYTHON ?= $(shell for name in python3 python3.12 python3.11 python3.13; do \
	if command -v $$name >/dev/null 2>&1 && $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then command -v $$name; break; fi; done)

help: ## danh sách lệnh (this list)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## chạy hệ thống với số liệu mẫu và in bảng tổng hợp (the stack with a season of sample reports)
	@$(BIN)/tonghop up
	@$(BIN)/tonghop demo

up: $(READY) ## chạy NATS, MongoDB và các dịch vụ trên máy này (start the stack in the background)
	@$(BIN)/tonghop up

down: $(READY) ## dừng hệ thống, giữ số liệu trong .run/ (stop the stack, keep its data)
	@$(BIN)/tonghop down

test: $(READY) ## chạy mọi kiểm thử trên máy chủ thật, cổng riêng (all tests, three files at a time, on servers of their own)
	$(BIN)/pytest -q -n 3 --dist loadfile --no-loadscope-reorder

test-fast: $(READY) ## chạy kiểm thử không cần máy chủ, dưới một phút (the tests that need no server, under a minute)
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not servers and not long"

coverage: $(READY) ## chạy kiểm thử, in tỷ lệ mã được chạy; ONLY=thư mục (the tests, and how much of the code they run; no limit)
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q $(ONLY)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report

test-browser: $(READY) ## chạy trang web trong Chromium (the pages in a real browser; needs chromium)
	$(BIN)/pytest -q -n 2 --dist loadfile -m browser tests/browser

test-office: $(READY) ## văn bản Word, PDF, biểu Excel qua LibreOffice (documents and workbooks; needs libreoffice-writer-nogui, libreoffice-calc-nogui, fonts-liberation2, poppler-utils)
	$(BIN)/pytest -q -m office tests/office

test-net: $(READY) ## máy chủ biến mất khỏi mạng (a server's host vanishes: network namespaces; needs root, iproute2, iptables)
	$(BIN)/pytest -q -m net tests/net

test-install: $(READY) ## cài vào môi trường mới, không phần mở rộng, rồi chạy (a new environment without extras, as the image has it)
	$(BIN)/pytest -q -m install tests/install

test-clients: $(READY) ## ví dụ trong docs/integrate.md và các client sinh từ hợp đồng (examples and generated clients; needs curl, node, npm, network)
	$(BIN)/pytest -q -m clients tests/clients

test-compose: $(READY) ## các bước triển khai bằng container, ảnh thay thế (the documented steps on a container engine; root, minutes)
	tests/compose/prepare.sh
	$(BIN)/pytest -q -s -m compose tests/compose

check: $(READY) ## kiểm tra mã, kiểu, phụ thuộc, hợp đồng; không sửa gì (lint, types, imports, contracts; changes nothing)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/tonghop contracts --check

check-python: $(READY) ## kiểu và kiểm thử nhanh; VENV=.venv-3.13 PYTHON=python3.13 (types and fast tests on another Python)
	$(BIN)/mypy --python-version $(shell $(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)
	$(MAKE) test-fast

fix: $(READY) ## sửa định dạng và lỗi nhỏ (format and apply safe fixes)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## đo tốc độ; ONLY=tên để chạy một phép đo, TIMES=số lượt (benchmarks, at most 15 minutes)
	$(BIN)/python -m tests.benchmarks.run $(if $(ONLY),--only $(ONLY)) $(if $(TIMES),--times $(TIMES))

bench-long: $(READY) ## các phép đo dài: dựng lại, lịch sử, bộ nhớ (the long benchmarks; ONLY and TIMES too)
	$(BIN)/python -m tests.benchmarks.run $(if $(ONLY),--only $(ONLY),--long) $(if $(TIMES),--times $(TIMES))

bench-page: $(READY) ## đưa lần đo gần nhất vào docs/benchmarks.md (the last runs into the page)
	$(BIN)/python -m tests.benchmarks.page

bench-flood: $(READY) ## một đơn vị gửi dồn dập, đơn vị khác chờ bao lâu (one unit floods NATS: how long another one waits; 3 minutes)
	$(BIN)/python -m tests.benchmarks.flood

bench-spoiled: $(READY) ## một đơn vị gửi nội dung hỏng, đơn vị khác chờ bao lâu (one unit sends spoiled messages: how long another one waits; 1 minute)
	$(BIN)/python -m tests.benchmarks.spoiled

bench-workbooks: $(READY) ## cả nước nộp biểu Excel, đọc nhanh đến đâu, đơn vị khác chờ bao lâu (10,035 workbooks, two at a time; 3 minutes)
	$(BIN)/python -m tests.benchmarks.workbooks

bench-doors: $(READY) ## tệp độc hại và bảng lớn: từ chối nhanh đến đâu, tốn bao nhiêu bộ nhớ, có chặn ai không (hostile files and large tables; 2 minutes)
	$(BIN)/python -m tests.benchmarks.doors

hostile: $(READY) ## đầu vào độc hại làm chậm người khác bao nhiêu (how much hostile input slows others, as ratios; 2 minutes)
	$(BIN)/python -m tests.benchmarks.hostile

fuzz: $(READY) ## tìm đầu vào làm hỏng bộ đọc sự kiện; SECONDS=giây, ONLY=bộ đọc, KEEP=1 giữ lại (coverage-guided fuzzing; network, 10 minutes)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target .run/fuzz/packages 'atheris>=3,<4'
	$(BIN)/python -m tests.fuzz.run $(or $(SECONDS),600) $(ONLY)
	$(if $(KEEP),$(BIN)/python -m tests.fuzz.run --keep)

profile: $(READY) ## đo và in nơi tốn thời gian nhất; ONLY=tên (py-spy beside a benchmark; root, or ptrace allowed)
	$(BIN)/python -m tests.benchmarks.run --profile --only $(or $(ONLY),aggregate)

simulate: $(READY) ## mô phỏng tiếp nhận và tổng hợp với mọi sự cố; N=số lượt, SEED=một lượt (ingest and aggregate, N seeds or one)
	$(BIN)/python -m tests.simulation.rollup.run $(if $(SEED),--seed $(SEED),--seeds $(or $(N),1000))

planted-bugs: $(READY) ## mô phỏng phải tìm ra mọi lỗi cài sẵn, cả lỗi hiếm (the simulation of roll-ups finds every planted bug, the rare ones too; half an hour)
	$(BIN)/python -m tests.simulation.rollup.test_planted_bugs

simulate-duties: $(READY) ## mô phỏng năm năm nghĩa vụ và nhắc; N=số lượt, REFORMED=số lượt qua đợt sắp xếp, SEED=một lượt (five years of duties and reminders)
	$(BIN)/python -m tests.simulation.reminders.run $(if $(SEED),--seed $(SEED) --reformed $(or $(REFORMED),0),--seeds $(or $(N),40) --reformed $(or $(REFORMED),1000))

faults: $(READY) ## giết, dừng, cắt điện mọi thứ khi có 200 báo cáo/giây; ROUNDS=số lượt SEED=số (faults under load)
	$(BIN)/python -m tests.faults.run --rounds $(or $(ROUNDS),50) --seed $(or $(SEED),1)

reform-kills: $(READY) ## giết lệnh áp dụng, thu hồi đợt sắp xếp hoặc mongod; KILLS=số lượt SEED=số (reforms killed half-way, under load)
	$(BIN)/python -m tests.faults.reforms --kills $(or $(KILLS),20) --seed $(or $(SEED),1)

pictures: $(READY) ## chụp lại hình của README, docs/screens.md và hướng dẫn, từ bản chạy thử (the pictures again, from a running demo; needs chromium)
	$(BIN)/python -m tests.browser.pictures

draft-torture: $(READY) ## hai người gõ một bản nháp, trình duyệt và cổng bị giết; ROUNDS=số lượt SEED=số (drafts while all ends; needs chromium)
	$(BIN)/python -m tests.browser.draft_torture --rounds $(or $(ROUNDS),60) --seed $(or $(SEED),1)

lock: ## ghi lại deploy/requirements*.txt: phiên bản chính xác, có mã băm; UPGRADE=1 lấy bản mới (the lock files; needs the network)
	PYTHON="$(PYTHON)" UPGRADE="$(UPGRADE)" deploy/lock.sh

contracts: $(READY) ## sinh lại shared/contracts/ (AsyncAPI, OpenAPI, JSON Schema)
	$(BIN)/tonghop contracts

# A .venv that works is kept, whoever made it; one whose Python is gone or too old is replaced. What is installed is locked (`make lock`).
$(READY): pyproject.toml deploy/requirements-dev.txt
	@if $(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && $(BIN)/python -m pip --version >/dev/null 2>&1; then :; \
	elif [ -z "$(PYTHON)" ]; then \
		echo "Cần Python 3.11 trở lên (Python >= 3.11 not found). Cài đặt rồi chạy lại, hoặc: make PYTHON=/duong/dan/python3" >&2; exit 2; \
	elif ! "$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "Thiếu mô-đun venv của $(PYTHON). Hãy chạy (run): apt-get install python3-venv" >&2; exit 2; \
	else "$(PYTHON)" -m venv --clear $(VENV); fi
	@echo "Cài đặt vào $(VENV), lần đầu mất vài phút (installing, a few minutes the first time) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r deploy/requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation -e .
	@touch $(READY)
