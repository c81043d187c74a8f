# make run    样例从文档到方案草案走一遍          the samples, from documents to draft plan
# make test   代码检查与全部测试                  lint, types and all tests
# make app    打开界面                            the screens
# make audit  向公开的漏洞库查询所用的程序库    asks a public register about the libraries
# make clean  删除虚拟环境、缓存与结果            removes environment, caches and results
#
# PYTHON=python3.12 chooses an interpreter, VENV=… another place for the environment,
# PIP_FLAGS=… is handed to pip (a mirror, an extra index), WORKERS=4 runs the tests by four.

PYTHON ?= python3
VENV ?= .venv
PIP_FLAGS ?=
WORKERS ?= 2

bin := $(VENV)/bin
pip := $(bin)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) -c .ci/constraints.txt
frame := pyproject.toml .ci/constraints.txt .ci/wheel_data.py

.PHONY: run test app samples audit clean

run: $(VENV)/.installed
	$(bin)/align run
	@echo
	@echo "结果在 output/ ，每个专业一个文件夹："
	@echo "  plan.docx  实施方案草案        plan.xlsx  可筛选的对照表"
	@ls -d output/*/ 2>/dev/null | sed 's/^/  /'
	@echo "打开界面：make app"

test: $(VENV)/.tested-with
	@PYTHON="$(PYTHON)" .ci/system-packages test
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy
	# By file, the longest first (tests/conftest.py); more threads per worker only get in the way,
	# and hundreds of commands started as processes find their modules compiled.
	PYTHONDONTWRITEBYTECODE= OMP_NUM_THREADS=1 $(bin)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

app: $(VENV)/.installed
	$(bin)/align app

# Needs the network beyond the package index (pypi.org), so `make test` does not do it.
audit: $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) 'pip-audit>=2.9,<3'
	$(bin)/python .ci/audit

# Writes course_standards/ and cert_standards/ anew from tests/samples/.
samples: $(VENV)/.tested-with
	$(bin)/python -m tests.samples.build

$(bin)/python:
	@PYTHON="$(PYTHON)" .ci/system-packages run
	$(PYTHON) -m venv $(VENV)

# The first installation brings torch and takes one to three minutes; later ones are instant.
$(VENV)/.installed: $(bin)/python $(frame)
	@echo "安装运行所需的程序库（首次约需几分钟）……"
	$(pip) -e .
	@touch $@

$(VENV)/.tested-with: $(VENV)/.installed
	$(pip) -e '.[dev]'
	@touch $@

clean:
	rm -rf $(VENV) output .mypy_cache .pytest_cache .ruff_cache build dist
