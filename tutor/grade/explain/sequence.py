"""What goes into a Sequential by another way than layer by layer: layers in a dict, functions made into modules."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.part import fresh
from tutor.sandbox.protocol import Operand

_MODULE = "class {name}({nn}.Module):\n    def forward(self, {given}):\n        return {result}"


def named(case: Case) -> Explanation | None:
    """Layers by name in a plain dict."""
    lone = case.operands[0] if len(case.operands) == 1 else None
    node = case.node_of(lone) if lone else None
    makers = origin.followed(case, node) if node is not None else []
    is_dict = case.says(r"\bdict is not") or (lone is not None and lone.seen.kind == "dict")
    if lone is None or case.name not in ("Sequential", "ModuleList") or not (is_dict and makers):
        return None
    means = "the layers, numbered instead of named"
    holder = lone.text if lone.text[:1] == "{" else words.grouped(lone)
    return Explanation(
        rule="sequential-dict",
        first=f"{words.code(lone)} is a plain dict, and {case.name} takes the layers one by one.",
        rest=("Of dicts, Sequential takes an OrderedDict alone; a ModuleDict keeps layers by name, but calls none.",),
        repairs=(*case.swapped(lone, f"*{holder}.values()", means), *_ordered(case, lone, node)),
    )


def _ordered(case: Case, lone: Operand, node: ast.expr | None) -> tuple[Repair, ...]:
    """The dict made one that Sequential takes."""
    if node is None or case.name != "Sequential":
        return ()
    order = "from collections import OrderedDict\n"
    edits = [case.ahead(case.tree.body[0], order), case.edit(node, f"OrderedDict({lone.text})")]
    return case.with_edits(edits, "the layers keep their names", f"{order}... {case.word}(OrderedDict({lone.text}))")


def wrapped(case: Case, node: ast.expr | None) -> tuple[Repair, ...]:
    """A function of one tensor as a small module of one's own, in front of the statement."""
    top = [n for n in case.around(node) if isinstance(n, ast.stmt)] if node is not None else []
    if node is None or not top:
        return ()
    if isinstance(node, ast.Lambda):
        given, result, name = case.text(node.args.args[0]), case.text(node.body), fresh(case, "Step", "Small")
    else:
        stem = origin.last_name(node).strip("_").title().replace("_", "")
        given, result, name = "x", f"{case.text(node)}(x)", fresh(case, stem or "Step", "Step")
    code = _MODULE.format(name=name, nn=case.nn, given=given, result=result)
    edits = [case.ahead(top[-1], f"{code}\n\n"), case.edit(node, f"{name}()")]
    shown = f"{code}\n... {name}() ..."
    return (Repair(shown, "a small layer of your own that calls it", tuple(edits)),)


def unpacked(case: Case, node: ast.Call) -> list[ast.expr]:
    """What is passed entry by entry, also out of a list under a name, and what was appended to it."""
    found: list[ast.expr] = []
    for arg in node.args:
        inner = arg.value if isinstance(arg, ast.Starred) else None
        lists = origin.followed(case, inner) if isinstance(inner, (ast.Name, ast.Attribute)) else []
        found += [item for made in lists if isinstance(made, ast.List) for item in made.elts]
        adds = [c for c in case.calls("append") if len(c.args) == 1]
        found += [c.args[0] for c in adds if inner is not None and _owner(case, c) == case.text(inner)]
    return found or origin.entries(node)


def function(case: Case, entries: list[ast.expr]) -> Explanation | None:
    """A lambda or a function of the code's own among layers."""
    for entry in entries:
        own = isinstance(entry, ast.Name) and origin.function_named(case.tree, entry.id) is not None
        if own or isinstance(entry, ast.Lambda):
            return Explanation(
                rule="sequential-entry",
                first=f"`{words.short(case.text(entry))}` is a function, no module; {case.name} takes modules alone.",
                rest=("What computes on a tensor without parameters belongs into forward, or into a small module of "
                      "your own.",),
                repairs=wrapped(case, entry),
            )  # fmt: skip
    return None


def _owner(case: Case, call: ast.Call) -> str:
    return case.text(call.func.value) if isinstance(call.func, ast.Attribute) else ""
