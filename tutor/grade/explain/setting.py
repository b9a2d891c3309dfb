"""Settings that a layer cannot have: a probability above 1, groups that do not divide, dimensions not there."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation
from tutor.grade.explain.layer import Feed, feed


def explain(case: Case) -> Explanation | None:
    """Which setting is out of its range; None where none is."""
    for rule in (_probability, _groups, _padding, _reduction):
        if case.kind == "call" and (found := rule(case)) is not None:
            return found
    fed = feed(case)
    return _dim(fed) if fed is not None and case.type == "IndexError" else None


def _probability(case: Case) -> Explanation | None:
    given = case.passed("p", 0) if case.name.startswith("Dropout") else case.passed("p", 1)
    if not case.says("dropout probability") or given is None or not isinstance(given.seen.value, (int, float)):
        return None
    value = given.seen.value
    percent = f"{value / 100:g}" if 1 < value <= 100 else ""
    return Explanation(
        rule="setting-probability",
        first=f"{words.code(given)} is no probability: dropout takes the share of numbers it sets to 0, from 0 to 1.",
        rest=("0.5 drops half of them.",),
        repairs=case.swapped(given, percent, f"{value:g} percent") if percent and value >= 5 else (),
    )


def _groups(case: Case) -> Explanation | None:
    groups, channels = case.passed("num_groups", 0), case.passed("num_channels", 1)
    if case.name != "GroupNorm" or groups is None or channels is None:
        return None
    n, of = groups.seen.value, channels.seen.value
    if type(n) is not int or type(of) is not int or n <= 0 or of % n == 0:
        return None
    fit = [k for k in range(1, of + 1) if of % k == 0]
    near = min(fit, key=lambda k: (abs(k - n), k))
    return Explanation(
        rule="setting-groups",
        first=f"GroupNorm cannot split {of} channels evenly into {n} groups.",
        rest=(f"{of} goes with {words.listed([str(k) for k in fit[:8]])} groups.",),
        repairs=case.swapped(groups, str(near), f"{near} groups of {of // near}"),
    )


def _reduction(case: Case) -> Explanation | None:
    said = case.says(r"(\w+) is not a valid value for reduction")
    if said is None:
        return None
    given = next((c for c in ast.walk(case.tree) if isinstance(c, ast.Constant) and c.value == said[1]), None)
    return Explanation(
        rule="setting-reduction",
        first=f"`{said[1]}` is no reduction; there are mean, sum and none.",
        repairs=case.instead('"mean"', "the mean of all", of=given) if given is not None else (),
    )


def _padding(case: Case) -> Explanation | None:
    rows, given = case.passed("num_embeddings", 0), case.passed("padding_idx", 2)
    if not case.says("padding_idx must be within") or rows is None or given is None:
        return None
    count = rows.seen.value
    return Explanation(
        rule="setting-padding",
        first=f"padding_idx {words.code(given)} is no row of a table of {count}: 0 to {int(count or 1) - 1}.",
        rest=("It names the row that stands for padding.",),
        repairs=case.swapped(given, "0", "the first row"),
    )


def _dim(fed: Feed) -> Explanation | None:
    """Softmax(dim=2) of a matrix, Flatten() of a vector."""
    rank = len(fed.shape)
    name = "start_dim" if fed.layer.type == "Flatten" else "dim"
    dim = fed.number(name)
    if dim is None or -rank <= dim < rank or not fed.case.says("dimension out of range"):
        return None
    where = f"dimensions 0 to {rank - 1}" if rank > 1 else "dimension 0 only"
    flat = fed.layer.type == "Flatten"
    return Explanation(
        rule="setting-dim",
        first=f"{fed.label} works on dimension {dim}, and {_got(fed)} has {where}.",
        rest=("Flatten keeps dimension 0 for the batch; here there is none.",)
        if flat
        else ("Counting starts at 0; -1 is the last dimension, whatever their number.",),
        repairs=fed.refed(lambda x: f"{x}.unsqueeze(0)", "a batch of one")
        if flat
        else fed.remade("dim", "-1", "the last dimension"),
    )


def _got(fed: Feed) -> str:
    return words.shaped(fed.operand) if fed.operand else shape_text(fed.shape)
