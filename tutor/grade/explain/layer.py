"""What a layer was fed: the layer at work, what came to it, and where both were made."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Repair
from tutor.sandbox.protocol import Layer, Observation, Operand

PLAIN_MOST = 40
"""Characters of a layer's name that is said as it stands."""

_OUTPUT = {
    "Linear": "out_features", "Conv": "out_channels", "LSTM": "hidden_size", "GRU": "hidden_size", "RNN": "hidden_size",
    "Embedding": "embedding_dim",
}  # fmt: skip
"""Which of its numbers says how many features a layer gives."""


@dataclass(frozen=True)
class Feed:
    """One layer that failed, and what it got."""

    case: Case
    layer: Layer
    got: Observation
    operand: Operand | None
    """What came to it as it was written; None where it came out of another layer."""
    maker: ast.Call | None

    @property
    def shape(self) -> tuple[int, ...]:
        """Of what it got."""
        return self.got.shape or ()

    def number(self, name: str) -> int | None:
        """A whole number that the layer was made with; of equal ones in a tuple, that one."""
        fact = self.layer.facts.get(name)
        if isinstance(fact, tuple) and len(set(fact)) == 1:
            fact = fact[0]
        return fact if type(fact) is int else None

    @property
    def label(self) -> str:
        """The layer, by where it is and how it was made: `net[1]`, made by `nn.Linear(2, 1)`."""
        name, made = self.case.layer_name, self.case.text(self.maker) if self.maker else ""
        if len(self.case.below) > 1 and (len(name) > PLAIN_MOST or "(" in name):
            where = f"entry [{self.case.below[-1].path}] of the {self.case.below[-2].type}"
            return f"{where} (`{words.short(made)}`)" if made else where
        elif name and name != made:
            name = f"`{words.short(name)}`"
        else:
            name = ""
        return " = ".join(filter(None, [name, f"`{words.short(made)}`" if made else ""])) or f"nn.{self.layer.type}"

    @property
    def what(self) -> str:
        """What it got, with its shape."""
        if self.operand is None:
            return f"What arrives, {shape_text(self.shape)},"
        return words.shaped(self.operand)

    def argument(self, name: str) -> ast.expr | None:
        """What the layer was made with for `name`, in the code."""
        return origin.argument(self.maker, name)

    def remade(self, name: str, new: str, means: str = "") -> tuple[Repair, ...]:
        """The repair that makes the layer with another number."""
        given = self.argument(name)
        return self.case.instead(new, means, of=given) if given is not None else ()

    def refed(self, new: Callable[[str], str], means: str = "") -> tuple[Repair, ...]:
        """The repair that feeds it `new` of what it was fed."""
        return self.case.swapped(self.operand, new(words.grouped(self.operand)), means) if self.operand else ()

    def preceded(self, new: str, means: str = "") -> tuple[Repair, ...]:
        """The repair that puts another layer in front of it, where it stands in a Sequential."""
        if self.maker is None or len(self.case.below) < 2 or self.case.below[-2].type != "Sequential":
            return ()
        return self.case.with_edits([self.case.ahead(self.maker, f"{new}, ")], means, new)


def feed(case: Case) -> Feed | None:
    """The innermost layer that the failing code called, with what it got; None where it called none."""
    if not case.below or case.got is None:
        return None
    layer = case.below[-1]
    given = _given(case)
    same = given is not None and (given.seen.shape, given.seen.dtype, given.seen.kind) == (
        case.got.shape, case.got.dtype, case.got.kind,
    )  # fmt: skip
    return Feed(case, layer, case.got, given if same else None, case.maker(layer))


def _given(case: Case) -> Operand | None:
    plain = [o for o in case.operands if not o.keyword]
    if plain and plain[0].seen.kind == "module":
        return plain[1] if len(plain) > 1 else None
    return plain[0] if plain else None


@dataclass(frozen=True)
class Source:
    """The layer whose output came to another one."""

    name: str
    """As the code calls it; empty in a Sequential that has no name."""
    maker: ast.Call
    output: ast.expr | None
    """The argument that says how many features it gives."""


def source(feed: Feed) -> Source | None:
    """The last layer with a number of features of its own that what came had gone through."""
    case = feed.case
    if len(case.below) > 1:
        return _entry_before(feed)
    node = case.node_of(feed.operand) if feed.operand else None
    return _through(case, node, 6) if node is not None else None


def _entry_before(feed: Feed) -> Source | None:
    holder = (
        next(iter(n for n in feed.case.around(feed.maker) if isinstance(n, (ast.Call, ast.List))))
        if feed.maker
        else None
    )
    items = origin.entries(holder) if holder is not None else []
    if feed.maker not in items:
        return None
    for item in reversed(items[: items.index(feed.maker)]):
        if isinstance(item, ast.Call) and _output_of(item):
            return Source("", item, origin.argument(item, _output_of(item)))
    return None


def _output_of(call: ast.Call) -> str:
    kind = origin.last_name(call.func)
    return next((name for start, name in _OUTPUT.items() if kind.startswith(start)), "")


def _through(case: Case, node: ast.expr, depth: int) -> Source | None:
    """Goes back through calls and names to a call of a layer."""
    if depth == 0:
        return None
    if isinstance(node, ast.Name):
        lines = [v for v in origin.bound(case, node.id) if v.lineno < case.scene.line]
        return _through(case, lines[-1], depth - 1) if lines else None
    if not isinstance(node, ast.Call):
        return None
    makers = [m for m in origin.followed(case, node.func) if isinstance(m, ast.Call) and _output_of(m)]
    if makers:
        return Source(case.text(node.func), makers[0], origin.argument(makers[0], _output_of(makers[0])))
    inner = node.args[0] if node.args else node.func.value if isinstance(node.func, ast.Attribute) else None
    return _through(case, inner, depth - 1) if inner is not None else None
