"""Whether an error is explained as its case asks: the operands named, the rule told, and a repair that runs."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

import torch
import yaml

from tests.oracle.explain.proof import ran, told
from tutor.grade.explain.explanation import Explanation, Repair, repaired
from tutor.grade.source import split_last

HERE = Path(__file__).parent


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of a file beside this one."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text("utf-8"))
    return found


def lacking(case: dict[str, Any]) -> str:
    """What is missing from the explanation of a case; empty when nothing is."""
    explanation = told(case["code"])
    if explanation is None:
        return "no explanation"
    said = "\n".join(explanation.lines())
    flat = " ".join(said.split())
    missing = [name for name in case["names"] if " ".join(name.split()) not in flat]
    if missing:
        return f"does not name {', '.join(missing)}: {flat}"
    if not re.search(case["rule"], flat, re.IGNORECASE):
        return f"does not tell the rule /{case['rule']}/: {flat}"
    return _unrepaired(case, explanation)


def _unrepaired(case: dict[str, Any], explanation: Explanation) -> str:
    if not explanation.message or not explanation.text().endswith(explanation.message):
        return "torch's message is not whole"
    if not case.get("repair", True):
        return ""
    if not explanation.repairs:
        return f"no repair that runs: {explanation.first}"
    if "fixed" not in case or any(_holds(case, repair) for repair in explanation.repairs):
        return ""
    return f"after no repair holds {case['fixed']}: {[repair.code for repair in explanation.repairs]}"


def _holds(case: dict[str, Any], repair: Repair) -> bool:
    """Whether what is to be true after a repair is; `result` is the value of the last line."""
    code = repaired(case["code"], repair)
    lead, last = split_last(code)
    _, names = ran(f"{lead}\nresult = ({last}\n)" if last else code)
    with contextlib.suppress(Exception):
        return bool(eval(case["fixed"], names | {"torch": torch}))
    return False


def report(found: list[tuple[dict[str, Any], str]]) -> str:
    """How many of each topic are explained, and what is missing in the others."""
    topics: dict[str, list[bool]] = {}
    for case, lack in found:
        topics.setdefault(case["topic"], []).append(not lack)
    good = sum(not lack for _, lack in found)
    lines = [f"{good} of {len(found)} explained, {good / len(found):.1%}"]
    lines += [f"  {topic}: {sum(held)} of {len(held)}" for topic, held in topics.items()]
    return "\n".join([*lines, *(f"  {case['id']}: {lack}" for case, lack in found if lack)])
