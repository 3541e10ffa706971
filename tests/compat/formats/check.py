"""Opens what `dixit convert` writes with the tools that it is for: check.py DIXIT TOOL…"""

import importlib
import sys
import tempfile

import common

dixit, tools = sys.argv[1], sys.argv[2:]
with tempfile.TemporaryDirectory() as folder:
    cases = common.cases(dixit, folder)
    for tool in tools:
        module = importlib.import_module(tool)
        for case in cases:
            print(f"{tool}, {case.name}: {module.check(case)}", flush=True)
