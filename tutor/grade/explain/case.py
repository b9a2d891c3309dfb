"""An error with the code it came from: what a rule looks at, and how it builds a repair."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cached_property
from textwrap import dedent

from tutor.grade.explain import origin
from tutor.grade.explain.explanation import Edit, Place, Repair, repaired
from tutor.grade.source import parsed
from tutor.sandbox.protocol import Failure, Layer, Observation, Operand, Scene

LINES_MOST = 6
"""Changed lines of one repair that are shown."""
_ANYWHERE = ast.Module(body=[], type_ignores=[])


class Case:
    """One failure of code that was traced. `scene` tells what was done, to what."""

    def __init__(self, failure: Failure, scene: Scene, code: str) -> None:
        self.failure = failure
        self.scene = scene
        self.code = code
        self.type = failure.type
        self.message = failure.message
        self.kind = scene.kind
        self.word = scene.word
        """What is called or done, without what it is called on: `@`, `view`, `F.cross_entropy`."""
        self.name = scene.word.rpartition(".")[2]
        """The last part of the word: `cross_entropy`."""
        self.operands = scene.operands
        self.tree = parsed(code) or _ANYWHERE
        self._lines = code.splitlines()
        self._holders: dict[ast.AST, ast.AST] = {}

    # What there is.

    def says(self, pattern: str) -> re.Match[str] | None:
        """The first place of torch's message that fits `pattern`, whatever the case."""
        return re.search(pattern, self.message, re.IGNORECASE | re.DOTALL)

    @property
    def tensors(self) -> tuple[Operand, ...]:
        """The operands that are tensors."""
        return tuple(o for o in self.operands if o.seen.kind == "tensor")

    def passed(self, name: str, position: int) -> Operand | None:
        """An argument by its keyword or by its position; the tensor that a method is called on has position 0."""
        by_name = next((o for o in self.operands if o.keyword == name), None)
        plain = [o for o in self.operands if not o.keyword]
        return by_name or (plain[position] if position < len(plain) else None)

    @property
    def layer(self) -> Layer | None:
        """The innermost module that was at work."""
        return self.scene.layers[-1] if self.scene.layers else None

    @property
    def layer_name(self) -> str:
        """The innermost module as it would be reached from the code: `net`, `self.blocks[1].fc`."""
        if not self.below:
            return ""
        called = next((o.text for o in self.operands if o.seen.kind == "module"), self.word)
        return called + "".join(_step(layer.path) for layer in self.below[1:] if layer.path)

    @property
    def below(self) -> tuple[Layer, ...]:
        """The modules at work that the failing code called, the outermost first."""
        return self.scene.layers[self.scene.above :]

    @property
    def got(self) -> Observation | None:
        """The first thing that the innermost module was called with."""
        layer = self.below[-1] if self.below else None
        return layer.inputs[0] if layer and layer.inputs else None

    @property
    def nn(self) -> str:
        """How this code reaches torch.nn."""
        return "nn" if re.search(r"\bnn\.", self.code.replace("torch.nn.", "")) else "torch.nn"

    @property
    def F(self) -> str:
        """How this code reaches torch.nn.functional."""
        return "F" if re.search(r"\bF\.", self.code) else "torch.nn.functional"

    # Where it stands in the code.

    @cached_property
    def node(self) -> ast.AST | None:
        """What failed, in the tree of the whole program."""
        there = (n for n in ast.walk(self.tree) if self.place(n) == tuple(self.scene.place))
        # A statement that is an expression stands where that stands.
        return next((n.value if isinstance(n, ast.Expr) else n for n in there), None)

    @cached_property
    def statement(self) -> ast.stmt | None:
        """The innermost statement around what failed."""
        line = self.scene.line
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt) and n.lineno == line]
        return min(found, key=_extent, default=None)

    def node_of(self, operand: Operand) -> ast.expr | None:
        """An operand in the tree."""
        before = self.operands[: next((n for n, o in enumerate(self.operands) if o is operand), 0)]
        nth = sum(other.text == operand.text for other in before)
        around = [n for n in ast.walk(self.tree) if isinstance(n, ast.stmt) and n.lineno == self.scene.line]
        for root in filter(None, (self.node, self.statement, *around)):
            found = [n for n in ast.walk(root) if isinstance(n, ast.expr) and self.text(n) == operand.text]
            if found:
                return found[min(nth, len(found) - 1)]
        return None

    def text(self, node: ast.AST) -> str:
        """A node as written."""
        place = self.place(node)
        if place is None:
            return ""
        rows = self._lines[place.line - 1 : place.last]
        if not rows:
            return ""
        if len(rows) == 1:
            return rows[0][place.column : place.end]
        return "\n".join([rows[0][place.column :], *rows[1:-1], rows[-1][: place.end]])

    def place(self, node: ast.AST) -> Place | None:
        """Where a node stands, in characters; None for what has no place."""
        if not isinstance(node, (ast.expr, ast.stmt, ast.keyword, ast.arg)) or node.end_lineno is None:
            return None
        last, end = node.end_lineno, node.end_col_offset or 0
        return Place(node.lineno, self._column(node.lineno, node.col_offset), last, self._column(last, end))

    def _column(self, line: int, offset: int) -> int:
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        return len(text.encode()[:offset].decode(errors="ignore"))

    def binding(self, operand: Operand) -> ast.Assign | None:
        """The assignment that last bound a name, where it is a plain one."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Assign) and node.lineno == operand.line and len(node.targets) == 1:
                return node
        return None

    def calls(self, *names: str) -> Iterator[ast.Call]:
        """Calls of something with one of these last names, in the order they stand."""
        found = [n for n in ast.walk(self.tree) if isinstance(n, ast.Call) and called(n) in names]
        yield from sorted(found, key=lambda n: (n.lineno, n.col_offset))

    def maker(self, layer: Layer | None) -> ast.Call | None:
        """The call that made a layer at work: by where it is reached from, else by its class and its numbers."""
        return None if layer is None else origin.made(self, layer)

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """What a node stands in, from the inside out."""
        if not self._holders:
            self._holders = {inner: outer for outer in ast.walk(self.tree) for inner in ast.iter_child_nodes(outer)}
        while (outer := self._holders.get(node)) is not None:
            yield outer
            node = outer

    # What could stand there instead.

    def edit(self, node: ast.AST, new: str) -> Edit:
        """`new` in the place of a node. Raises ValueError where the node has no place."""
        place = self.place(node)
        if place is None:
            raise ValueError("no place")
        return Edit(place, new)

    def instead(self, new: str, means: str = "", of: ast.AST | None = None) -> tuple[Repair, ...]:
        """The repair that writes `new` for what failed, or for `of`; shown as the statement, where that is one line.

        None, in a tuple of no repair, where the code cannot be found.
        """
        node = of or self.node
        if node is None or self.place(node) is None:
            return ()
        return self.with_edits([self.edit(node, new)], means, new)

    def swapped(self, operand: Operand | None, new: str, means: str = "") -> tuple[Repair, ...]:
        """The repair that writes `new` for one operand."""
        node = self.node_of(operand) if operand else None
        place = self.place(node) if node is not None else None
        if operand is None or node is None or place is None:
            return ()
        holder = next(self.around(node), None)
        if isinstance(holder, ast.AugAssign) and holder.target is node:
            after = f"{operand.text} = {new} {self.word.removesuffix('=')} {self.text(holder.value)}"
            return self.instead(after, means, of=holder)
        if new.startswith(f"({operand.text})") and self._grouped(place):
            place = place._replace(column=place.column - 1, end=place.end + 1)
        return self.with_edits([Edit(place, new)], means, new)

    def _grouped(self, place: Place) -> bool:
        """Whether parentheses stand around a place that are not those of a call."""
        head, tail = self._lines[place.line - 1][: place.column], self._lines[place.last - 1][place.end :]
        called = head[:-1][-1:].isalnum() or head[:-1][-1:] in ("_", ")", "]")
        return head.endswith("(") and tail.startswith(")") and not called

    def before(self, line: int, new: str, means: str = "") -> tuple[Repair, ...]:
        """The repair that puts a statement in front of `line`, as deep as that one."""
        text = self._lines[line - 1] if line <= len(self._lines) else ""
        deep = len(text) - len(text.lstrip())
        pad = text[:deep]
        made = "\n".join(pad + row for row in new.splitlines()) + "\n"
        return (Repair(new, means, (Edit(Place(line, 0, line, 0), made),)),)

    def ahead(self, node: ast.AST, new: str) -> Edit:
        """Code put right in front of a node. Raises ValueError where the node has no place."""
        place = self.place(node)
        if place is None:
            raise ValueError("no place")
        return Edit(Place(place.line, place.column, place.line, place.column), new)

    def behind(self, node: ast.AST, new: str) -> Edit:
        """Code put right behind a node. Raises ValueError where the node has no place."""
        place = self.place(node)
        if place is None:
            raise ValueError("no place")
        return Edit(Place(place.last, place.end, place.last, place.end), new)

    def with_edits(self, edits: list[Edit], means: str = "", shown: str = "") -> tuple[Repair, ...]:
        """The repair that makes several changes; shown as the changed lines, or as `shown` where these are many."""
        first, last = min(e.place.line for e in edits), max(e.place.last for e in edits)
        program = repaired(self.code, Repair("", "", tuple(edits)))
        if parsed(program) is None:
            return ()
        after = program.splitlines()
        if first == last:
            grown = sum(e.new.count("\n") for e in edits)
            shown = dedent("\n".join(after[first - 1 : last + grown])).strip() or shown
        elif not any("\n" in e.new or e.place.last != e.place.line for e in edits):
            shown = "\n".join(after[n - 1].strip() for n in sorted({e.place.line for e in edits})[:LINES_MOST])
        return (Repair(shown, means, tuple(edits)),)


def called(node: ast.Call) -> str:
    """The last part of what is called: `cross_entropy` of `F.cross_entropy(...)`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _step(path: str) -> str:
    parts = path.split(".")
    return "".join(f"[{part}]" if part.isdigit() else f".{part}" for part in parts)


def _extent(node: ast.stmt) -> tuple[int, int]:
    return (node.end_lineno or node.lineno) - node.lineno, -node.col_offset
