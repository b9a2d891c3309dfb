"""Names that are not there: misspelt, not imported, bound later, or an attribute of self; modules that are "
"not there."""

from __future__ import annotations

import ast
import builtins
import difflib

from tutor.grade.explain import origin
from tutor.grade.explain.case import Case
from tutor.grade.explain.device import CHOICE
from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.grade.explain.leaf import MAKERS
from tutor.grade.explain.mixed import CLASSES, FUNCTIONS
from tutor.grade.explain.optim import OPTIMIZERS, SCHEDULERS

IMPORTS = {
    "nn": "from torch import nn", "F": "import torch.nn.functional as F", "np": "import numpy as np",
    "numpy": "import numpy", "torch": "import torch", "optim": "from torch import optim", "math": "import math",
    "plt": "import matplotlib.pyplot as plt", "pd": "import pandas as pd", "random": "import random", "os": "import os",
    "time": "import time", "copy": "import copy", "Tensor": "from torch import Tensor", "re": "import re",
    "DataLoader": "from torch.utils.data import DataLoader", "Dataset": "from torch.utils.data import Dataset",
    "TensorDataset": "from torch.utils.data import TensorDataset", "partial": "from functools import partial",
    "Counter": "from collections import Counter", "defaultdict": "from collections import defaultdict",
    "random_split": "from torch.utils.data import random_split", "deepcopy": "from copy import deepcopy",
    "Path": "from pathlib import Path", "json": "import json", "sys": "import sys", "itertools": "import itertools",
    "torchvision": "import torchvision", "tqdm": "from tqdm import tqdm", "sqrt": "from math import sqrt",
}  # fmt: skip
_WORDS = {
    "true": "True",
    "false": "False",
    "none": "None",
    "null": "None",
    "nil": "None",
    "TRUE": "True",
    "FALSE": "False",
}
_TORCH = MAKERS | {
    "cat", "stack", "matmul", "exp", "log", "sin", "cos", "argmax", "no_grad", "manual_seed", "float32", "int64",
    "float64", "where", "sigmoid", "tanh", "mean", "allclose", "einsum", "save", "load", "device", "from_numpy",
}  # fmt: skip
_LAYERS = frozenset(FUNCTIONS) | {
    "Sequential", "Module", "ModuleList", "Parameter", "LSTM", "GRU", "RNN", "BatchNorm1d", "BatchNorm2d", "Conv3d",
    "AdaptiveAvgPool2d", "MultiheadAttention", "GroupNorm", "Bilinear", "ConvTranspose2d",
}  # fmt: skip
_MODULES = (
    "torch", "torchvision", "numpy", "math", "random", "matplotlib", "pandas", "os", "sys", "time", "copy",
    "collections", "itertools", "functools", "json", "pathlib", "typing", "dataclasses",
)  # fmt: skip
_MEMBERS = (
    "DataLoader",
    "Dataset",
    "TensorDataset",
    "random_split",
    "nn",
    "optim",
    "Tensor",
    "functional",
    *_LAYERS,
    *OPTIMIZERS,
)
_ALIASES = {"np": "numpy", "nn": "neural", "F": "functional", "plt": "pyplot", "torch": "pytorch"}
_TEXTS = ("device", "reduction", "mode", "padding_mode", "nonlinearity", "activation", "dtype", "type")


def explain(case: Case) -> Explanation | None:
    """Which name was meant; None where it is another error."""
    if case.type in ("NameError", "UnboundLocalError"):
        return _name(case)
    return _module(case) if case.type in ("ModuleNotFoundError", "ImportError") else None


def _name(case: Case) -> Explanation | None:
    said = case.says(r"name '(\w+)'|variable '(\w+)'")
    if said is None:
        return None
    name = said[1] or said[2]
    node = _place(case, name)
    for rule in (_imported, _word, _of_self, _quoted, _later, _near, _homed):
        if (found := rule(case, name, node)) is not None:
            return found
    return Explanation(
        rule="name-unknown",
        first=f"There is no name `{name}` here.",
        rest=("A name must be bound before it is used: by =, by def, by for, or by import.",),
    )


def _place(case: Case, name: str) -> ast.Name | None:
    node = case.node
    if isinstance(node, ast.Name) and node.id == name:
        return node
    found = [n for n in ast.walk(case.statement or case.tree) if isinstance(n, ast.Name) and n.id == name]
    return found[0] if found else None


def _said(name: str, first: str, rest: str, repairs: tuple[Repair, ...], rule: str) -> Explanation:
    return Explanation(rule=f"name-{rule}", first=first, rest=(rest,) if rest else (), repairs=repairs)


def _imported(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    line = IMPORTS.get(name)
    if line is None or _bound_anywhere(case, name):
        return None
    edit = Edit(Place(1, 0, 1, 0), f"{line}\n")
    first = f"`{name}` is not imported: `{line}`."
    rest = "An import at the top of the program binds the name."
    return _said(name, first, rest, (Repair(line, "at the top", (edit,)),), "import")


def _bound_anywhere(case: Case, name: str) -> bool:
    return name in _bound_names(case)


def _bound_names(case: Case) -> dict[str, int]:
    """Every name that the code binds, and the line where it first does."""
    found: dict[str, int] = {}
    for node in ast.walk(case.tree):
        names: list[str] = []
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names = [node.id]
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names = [node.name]
        elif isinstance(node, ast.arg):
            names = [node.arg]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [(a.asname or a.name).partition(".")[0] for a in node.names]
        for name in names:
            line = getattr(node, "lineno", 0)
            found[name] = min(found.get(name, line), line)
    return found


def _word(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    right = _WORDS.get(name)
    if right is None or _bound_anywhere(case, name):
        return None
    first = f"Python writes `{right}` with a capital; `{name}` is no name here."
    return _said(name, first, "", case.instead(right, of=node) if node else (), "word")


def _of_self(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    own = next((n for n in case.around(node) if isinstance(n, ast.ClassDef)), None) if node else None
    if own is None or node is None:
        return None
    attribute, method = bool(origin.attributes(own, name)), origin.function_named(own, name)
    if not attribute and method is None:
        return None
    first = f"`{name}` belongs to the object: inside a method it is reached as `self.{name}`."
    return _said(name, first, "What is set as self.… in one method is not a plain name in another.",
                 case.instead(f"self.{name}", of=node), "self")  # fmt: skip


def _quoted(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    holder = next(iter(case.around(node)), None) if node else None
    if not isinstance(holder, ast.keyword) or holder.arg not in _TEXTS or name in _TORCH or node is None:
        return None
    first = f"`{name}` is meant as a text for `{holder.arg}`, and a text stands in quotes."
    repairs = case.instead(f'"{name}"', of=node)
    if name == "cuda":
        repairs += case.instead(CHOICE, "the GPU where there is one", of=node)
    return _said(name, first, "", repairs, "quotes")


def _later(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    line = _bound_names(case).get(name)
    if case.type == "UnboundLocalError":
        function = f" of `{case.scene.function}`" if case.scene.function else ""
        first = (
            f"`{name}` is assigned somewhere in the body{function}, so there it is a name of its own, not yet bound."
        )
        rest = (
            f"A name that a function assigns is local to it. Pass the outer `{name}` as an argument, or "
            "use another name."
        )
        return _said(name, first, rest, (), "local")
    if line is None:
        return None
    if line > case.scene.line:
        first = f"`{name}` is bound on line {line} only, and used before, on line {case.scene.line}."
        return _said(name, first, "Lines run from the top to the bottom.", _moved(case, name, line), "later")
    first = f"`{name}` of line {line} is not known here: what a function or a class binds stays inside it."
    return _said(name, first, "Return it from the function, or pass it as an argument.", (), "inner")


def _moved(case: Case, name: str, line: int) -> tuple[Repair, ...]:
    """The statement that binds it in front of the one that needs it, both at the top."""
    found = next((n for n in case.tree.body if n.lineno == line), None)
    statement = next((n for n in case.tree.body if n.lineno <= case.scene.line <= (n.end_lineno or 0)), None)
    if (
        not isinstance(found, (ast.Assign, ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom))
        or statement is None
    ):
        return ()
    text = case.text(found)
    edits = (
        Edit(Place(statement.lineno, 0, statement.lineno, 0), f"{text}\n"),
        case.edit(found, "pass"),
    )
    return (Repair(text, f"before line {statement.lineno}", edits),)


def _near(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    bound = [n for n, line in _bound_names(case).items() if line <= case.scene.line or case.scene.function]
    known = sorted({*bound, *(n for n in dir(builtins) if not n.startswith("_") and n.islower()), "torch"})
    near = difflib.get_close_matches(name, known, n=2, cutoff=0.7 if len(name) > 3 else 0.6)
    near += [short for short, full in _ALIASES.items() if difflib.get_close_matches(name, [full], cutoff=0.8)]
    same = [n for n in known if n.lower() == name.lower() and n != name]
    near = list(dict.fromkeys([*same, *near]))[:2]
    if not near or node is None or (name in _LAYERS | _TORCH and not same):
        return None
    line = _bound_names(case).get(near[0])
    where = f", bound on line {line}" if line else ""
    first = f"There is no name `{name}`; there is `{near[0]}`{where}."
    rest = "Capitals count." if same else ""
    repairs = tuple(r for n in near for r in case.instead(n, of=node))
    return _said(name, first, rest, repairs, "near")


def _homed(case: Case, name: str, node: ast.Name | None) -> Explanation | None:
    """A name of torch without the module in front."""
    home = ""
    if name in _LAYERS:
        home = case.nn
    elif name in CLASSES and name not in _TORCH:
        home = case.F
    elif name in OPTIMIZERS:
        home = "torch.optim"
    elif name in SCHEDULERS:
        home = "torch.optim.lr_scheduler"
    elif name in _TORCH:
        home = "torch"
    elif near := difflib.get_close_matches(name, sorted(_LAYERS | _TORCH), n=1, cutoff=0.8):
        home, name = (case.nn if near[0] in _LAYERS else "torch"), near[0]
    if not home or node is None:
        return None
    first = f"`{node.id}` alone is no name here: it is `{home}.{name}`."
    return _said(
        name, first, "Names of a library are reached through it.", case.instead(f"{home}.{name}", of=node), "home"
    )


def _module(case: Case) -> Explanation | None:
    said = case.says(r"No module named '([\w.]+)'|cannot import name '(\w+)' from '([\w.]+)'")
    if said is None:
        return None
    name = said[1] or said[2]
    last = name.rpartition(".")[2]
    near = difflib.get_close_matches(
        last, [n for n in (_MODULES if said[1] else _MEMBERS) if n != last], n=1, cutoff=0.6
    )
    node = case.statement
    repairs: tuple[Repair, ...] = ()
    if near and node is not None:
        repairs = case.instead(case.text(node).replace(last, near[0], 1), of=node)
    where = f" in `{said[3]}`" if said[3] else ""
    return Explanation(
        rule="import-unknown",
        first=f"There is no {'module' if said[1] else 'name'} `{name}`{where}"
        + (f"; there is `{near[0]}`." if near else "."),
        rest=() if near else ("It is misspelt, or not installed here.",),
        repairs=repairs,
    )
