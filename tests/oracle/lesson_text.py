"""The lessons as bare text, and torch's word on their code, for the tests of what they teach.

The YAML is read without the program's own loader and the code is run without its sandbox, so that a fault there cannot
hide one here.
"""

from __future__ import annotations

import ast
import random
from pathlib import Path
from typing import Any

import torch
import yaml

LESSONS = Path(__file__).parents[2] / "lessons"
PREDICTIONS = ("shape", "value", "dtype")
PROGRAMS = ("fill", "fix", "write", "function", "order")
UNGRADED = ("read", "explore")
KINDS = (*PREDICTIONS, *PROGRAMS, *UNGRADED, "error", "choice")
NAMES = ("08-reductions.yaml", "09-indexing.yaml")
DRILLS = "drills/reductions.yaml"


def load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = yaml.load((LESSONS / name).read_text(encoding="utf-8"), yaml.BaseLoader)
    return data


def kind(question: dict[str, Any]) -> str:
    return next(key for key in KINDS if key in question)


FILES = {name: load(name) for name in (*NAMES, DRILLS)}


def executed(*codes: str, seed: int = 0) -> dict[str, Any]:
    """The names left by running `codes` one after another."""
    torch.manual_seed(seed)
    names: dict[str, Any] = {"torch": torch, "randint": random.Random(seed).randint}
    for code in codes:
        exec(code, names)
    return names


def last(code: str, setup: str = "") -> Any:
    """What the expression at the end of `code` gives."""
    tree = ast.parse(code)
    names = executed(setup, ast.unparse(ast.Module(tree.body[:-1], [])))
    return eval(ast.unparse(tree.body[-1]), names)


def as_answer(what: str, value: Any) -> Any:
    """A result as the answer a learner would type."""
    if what == "shape":
        return tuple(value.shape)
    if what == "dtype":
        return str(value.dtype).removeprefix("torch.")
    return value.tolist() if isinstance(value, torch.Tensor) else value
