"""Sizes at which a file or a function holds one idea, and names that say which."""

from __future__ import annotations

import ast
import re
from statistics import median

from tests.contract.source import PACKAGE, modules

FILE_MOST = 400
FUNCTION_MOST = 60
FUNCTION_MEDIAN = 12
SAYS_NOTHING = re.compile(r"(.*_)?(utils?|helpers?|managers?|base|misc|common|stuff)(_.*)?")


def test_no_file_holds_two_ideas() -> None:
    long = {module.name: len(module.text.splitlines()) for module in modules()}
    assert {name: lines for name, lines in long.items() if lines > FILE_MOST} == {}


def test_no_function_is_a_page() -> None:
    sizes = {
        f"{module.name}:{function.lineno} {function.name}": (function.end_lineno or 0) - function.lineno + 1
        for module in modules()
        for function in module.functions()
    }
    assert {name: lines for name, lines in sizes.items() if lines > FUNCTION_MOST} == {}
    assert median(sizes.values()) <= FUNCTION_MEDIAN


def test_every_name_of_a_file_says_what_it_holds() -> None:
    held = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".tcss"} or path.is_dir()]
    names = [path.relative_to(PACKAGE).with_suffix("") for path in held]
    assert [str(name) for name in names if any(SAYS_NOTHING.fullmatch(part) for part in name.parts)] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [module.name for module in modules() if module.tree.body and not ast.get_docstring(module.tree)]
    assert [name for name in silent if not name.endswith("__init__.py")] == []
