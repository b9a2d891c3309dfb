"""Joining: cat, stack and their like on tensors whose shapes do not agree, or that are in no list."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, shape, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Observation, Operand

_CATS = {
    "cat": 0,
    "concat": 0,
    "concatenate": 0,
    "vstack": 0,
    "row_stack": 0,
    "hstack": 1,
    "dstack": 2,
    "column_stack": 1,
}
"""Along which dimension each joins, where nothing else is said."""
_NAMES = frozenset({*_CATS, "stack"})
_FREE = ("cat", "concat", "concatenate")
_ONE_BY_ONE = {
    "dict": "A dict goes by its keys",
    "dict_values": "The values of a dict are no list",
    "odict_values": "The values of a dict are no list",
    "generator": "A generator makes its values one by one",
    "map": "map makes its values one by one",
    "zip": "zip makes its pairs one by one",
    "filter": "filter gives its values one by one",
    "set": "A set has no order",
    "deque": "A deque is no list",
}
"""What can be gone through and is not taken for a list."""


def explain(case: Case) -> Explanation | None:
    """What cannot be joined; None where nothing is, or all fits."""
    if case.kind != "call" or case.name not in _NAMES or not case.operands or not part.is_torch(case):
        return None
    tensors = case.operands[0]
    if tensors.seen.kind == "tensor":
        return _no_list(case)
    if tensors.seen.kind not in ("list", "tuple"):
        return _uncollected(case, tensors)
    items = tensors.seen.items or ()
    if not items:
        return _empty(case, tensors)
    odd = next((n for n, item in enumerate(items) if item.kind != "tensor"), None)
    if odd is not None:
        return _no_tensor(case, tensors, items[odd], odd)
    shapes = [item.shape or () for item in items]
    if case.name == "stack":
        return _stacked(case, tensors, shapes) if len(set(shapes)) > 1 else None
    return _catted(case, tensors, shapes)


def _entry(case: Case, tensors: Operand, at: int) -> str:
    node = _entry_node(case, tensors, at)
    text = case.text(node) if node is not None else f"{part.bare(case, tensors)}[{at}]"
    return f"`{words.short(text)}`"


def _entry_node(case: Case, tensors: Operand, at: int) -> ast.expr | None:
    node = part.node_of(case, tensors)
    items = node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
    plain = at < len(items) and not any(isinstance(item, ast.Starred) for item in items)
    return items[at] if plain else None


def _no_list(case: Case) -> Explanation:
    plain = [o for o in case.operands if not o.keyword and o.seen.kind == "tensor"]
    rest = [o.text for o in case.operands if not o.keyword and o.seen.kind != "tensor"]
    texts = ", ".join(o.text for o in plain)
    shapes = [o.seen.shape or () for o in plain]
    new = part.call(case, f"[{texts}]", *rest, *part.keywords(case))
    made = _made(case, shapes)
    return Explanation(
        rule="join-list",
        first=f"{case.name} takes one list of tensors, and {words.listed([words.code(o) for o in plain])} "
        f"{'stand' if len(plain) > 1 else 'stands'} without brackets.",
        rest=("The tensors go into one list; what follows it is the dimension.",),
        repairs=case.instead(new, f"which gives {made}" if made else ""),
    )


def _uncollected(case: Case, tensors: Operand) -> Explanation | None:
    """A dict, or what gives its tensors one by one, where a list has to stand."""
    said = case.says(r"must be tuple of Tensors, not (\w+)")
    node = part.node_of(case, tensors)
    if said is None or node is None or said[1] not in _ONE_BY_ONE:
        return None
    kind, text = said[1], case.text(node)
    new, means = f"list({text})", "its tensors collected in a list"
    if kind == "dict":
        new, means = f"list({part.grouped(case, node)}.values())", "the tensors it holds, in the order of its keys"
    elif isinstance(node, ast.GeneratorExp):
        inner = text[1:-1] if text.startswith("(") else text
        mine, around = case.place(node), case.place(case.node) if case.node is not None else None
        shared = mine is not None and around is not None and mine[2:] == around[2:]
        new, means = f"([{inner}])" if shared else f"[{inner}]", "a list of them"
    keys = ", ".join(f"`{key}`" for key in (tensors.seen.keys or ())[:4])
    return Explanation(
        rule="join-list",
        first=f"{words.code(tensors)} is {words.kind(kind)}; {case.name} takes a list or a tuple of tensors.",
        rest=(
            f"{_ONE_BY_ONE[kind]}; {case.name} has to know all of them at once.",
            *((f"Its keys: {keys}.",) if keys else ()),
        ),
        repairs=(*case.instead(new, means, of=node), *_pairs(case, kind, node)),
    )


def _pairs(case: Case, kind: str, node: ast.expr) -> tuple[Repair, ...]:
    """What zip pairs, each pair joined by itself."""
    if kind != "zip":
        return ()
    name = part.fresh(case, "pair", "pairs")
    return case.instead(
        f"[torch.stack({name}) for {name} in {case.text(node)}]", "each pair one above the other", of=node
    )


def _made(case: Case, shapes: list[Shape]) -> str:
    if case.name == "stack" and len(set(shapes)) == 1 and _dim(case) == 0:
        return shape_text((len(shapes), *shapes[0]))
    made = shape.joined(shapes, _dim(case)) if case.name in _FREE else None
    return shape_text(made) if made is not None else ""


def _dim(case: Case) -> int:
    plain = [o for o in case.operands if not o.keyword]
    given = part.named(case, "dim", "axis") or next((o for o in plain[1:] if part.integer(o.seen) is not None), None)
    found = part.integer(given.seen) if given is not None else None
    return found if found is not None else _CATS.get(case.name, 0)


def _empty(case: Case, tensors: Operand) -> Explanation:
    return Explanation(
        rule="join-empty",
        first=f"{words.code(tensors)} is empty: there is nothing for {case.name} to join.",
        rest=("Perhaps it was to be filled in a loop that did not run, or in another list.",),
    )


def _no_tensor(case: Case, tensors: Operand, item: Observation, at: int) -> Explanation:
    kind = item.type or item.kind
    text = _entry(case, tensors, at)
    node = _entry_node(case, tensors, at)
    return Explanation(
        rule="join-type",
        first=f"{text} is {part.article(kind)}, and {case.name} joins tensors alone.",
        rest=("Lists, arrays and numbers are made into tensors first.",),
        repairs=_as_tensors(case, tensors, node, item),
    )


def _as_tensors(case: Case, tensors: Operand, node: ast.expr | None, item: Observation) -> tuple[Repair, ...]:
    if all(i.kind == "number" for i in tensors.seen.items or ()):
        return case.instead(f"torch.tensor({tensors.text})", "the numbers in one tensor")
    if item.kind not in ("number", "list", "tuple") and item.type != "ndarray":
        return ()
    if node is None:
        each = f"[torch.as_tensor(item) for item in {tensors.text}]"
        return part.swapped(case, tensors, each, "each of them as a tensor")
    first = next((i for i in tensors.seen.items or () if i.kind == "tensor"), None)
    rank = len(first.shape or ()) if first is not None else 1
    text = case.text(node)
    low = rank == 1 if item.kind == "number" else rank == 2 and _flat_row(item)
    bare = f"[{text}]" if low and case.name in _FREE else text
    return case.instead(f"torch.tensor({bare})", "as a tensor", of=node)


def _flat_row(item: Observation) -> bool:
    """Whether it is a list of numbers, and so one row of a table."""
    return item.kind in ("list", "tuple") and all(i.kind == "number" for i in item.items or ())


def _stacked(case: Case, tensors: Operand, shapes: list[Shape]) -> Explanation:
    at = next(n for n, s in enumerate(shapes) if s != shapes[0])
    return Explanation(
        rule="stack-shapes",
        first=f"{_entry(case, tensors, 0)} is {shape_text(shapes[0])} and {_entry(case, tensors, at)} is "
        f"{shape_text(shapes[at])}; stack needs equal shapes.",
        rest=(
            "stack lays equal tensors along a new dimension, like sheets of paper of one size.",
            "Shorter ones are padded first, or all are joined end to end by cat.",
        ),
        repairs=_unstacked(case, tensors, shapes),
        habit="Print the shapes of the list before you stack it.",
    )


def _unstacked(case: Case, tensors: Operand, shapes: list[Shape]) -> tuple[Repair, ...]:
    found: tuple[Repair, ...] = ()
    if len({len(s) for s in shapes}) == 1 and shapes[0] and len({s[1:] for s in shapes}) == 1:
        made = (len(shapes), max(s[0] for s in shapes), *shapes[0][1:])
        padded = f"torch.nn.utils.rnn.pad_sequence({tensors.text}, batch_first=True)"
        found += case.instead(padded, f"shorter ones filled up with 0: {shape_text(made)}")
    for dim in range(len(shapes[0])):
        catted = shape.joined(shapes, dim)
        if catted is not None:
            at = f", dim={dim}" if dim else ""
            found += case.instead(part.call(case, f"{tensors.text}{at}", name="cat"), _end(dim, catted))
    return (found + _turned_one(case, tensors, shapes, None)) or _flat(case, tensors, shapes)


def _end(dim: int, made: Shape) -> str:
    return f"joined along dimension {dim}, {shape_text(made)}"


def _turned_one(case: Case, tensors: Operand, shapes: list[Shape], dim: int | None) -> tuple[Repair, ...]:
    """One of two matrices transposed, where they then fit; without `dim` where they are then equal."""
    for at, size in enumerate(shapes):
        node = _entry_node(case, tensors, at)
        if node is None or len(size) != 2 or len(shapes) != 2:
            continue
        pair = [shape.turned(size), shapes[1 - at]]
        if (len(set(pair)) > 1) if dim is None else (shape.joined(pair, dim) is None):
            continue
        text = part.grouped(case, node)
        new = text.removesuffix(".T") if text.endswith(".T") else f"{text}.T"
        return case.instead(new, f"{_entry(case, tensors, at)} transposed, {shape_text(pair[0])}", of=node)
    return ()


def _catted(case: Case, tensors: Operand, shapes: list[Shape]) -> Explanation | None:
    ranks = {len(s) for s in shapes}
    if 0 in ranks and case.name in _FREE:
        return _numbers(case, tensors, shapes)
    if len(ranks) > 1 and case.says("number of dimensions|match"):
        return _ranks(case, tensors, shapes)
    return _sizes(case, tensors, shapes) if case.says("must match except|match") else None


def _numbers(case: Case, tensors: Operand, shapes: list[Shape]) -> Explanation:
    at = shapes.index(())
    node = _entry_node(case, tensors, at)
    stacked = case.instead(part.call(case, tensors.text, name="stack"), f"one row, {shape_text((len(shapes),))}")
    alone = case.instead(f"{part.grouped(case, node)}[None]", "as a row of one", of=node) if node is not None else ()
    return Explanation(
        rule="cat-number",
        first=f"{_entry(case, tensors, at)} is a single number, of shape (), and cat joins along a dimension.",
        rest=("A tensor of shape () has no dimension; stack makes one.",),
        repairs=stacked if set(shapes) == {()} else alone,
    )


def _ranks(case: Case, tensors: Operand, shapes: list[Shape]) -> Explanation:
    high = max(shapes, key=len)
    low = next(s for s in shapes if len(s) < len(high))
    a, b = shapes.index(high), shapes.index(low)
    one, other = _entry(case, tensors, a), _entry(case, tensors, b)
    return Explanation(
        rule="cat-rank",
        first=f"{one} {shape_text(high)} has {len(high)} dimensions and {other} {shape_text(low)} has {len(low)}; "
        f"{case.name} needs as many in each.",
        rest=("A row to be put under a table is a table of one row: it needs a dimension of size 1 first.",),
        repairs=_raised(case, tensors, shapes, high, b),
        habit="Print the shapes of all that is joined.",
    )


def _raised(case: Case, tensors: Operand, shapes: list[Shape], high: Shape, at: int) -> tuple[Repair, ...]:
    """The lower one with a dimension more, along each dimension where it then fits."""
    low, node = shapes[at], _entry_node(case, tensors, at)
    found: tuple[Repair, ...] = ()
    wanted = _dim(case) % len(high)
    for dim in sorted(range(len(high)), key=lambda d: d != wanted) if len(high) - len(low) == 1 and node else []:
        for place in range(len(high)):
            raised = (*low[:place], 1, *low[place:])
            others = [raised if s == low else s for s in shapes]
            made = shape.joined(others, dim)
            if made is not None and node is not None and len([s for s in shapes if s == low]) == 1:
                found += _raise(
                    case, tensors, node, place, dim, f"{shape_text(raised)}, which gives {shape_text(made)}"
                )
    if not found and len(shapes) * len(low) and node is None:
        found += _flat(case, tensors, shapes)
    return found or _flat(case, tensors, shapes)


def _raise(
    case: Case, tensors: Operand, node: ast.expr, place: int, dim: int, means: str
) -> tuple[Repair, ...]:  # fmt: skip
    text = f"{part.grouped(case, node)}.unsqueeze({place})"
    if dim == _dim(case) or case.name not in _FREE:
        return case.instead(text, means, of=node) if case.name in _FREE or dim == _CATS[case.name] else ()
    outer = part.node_of(case, tensors)
    items = outer.elts if isinstance(outer, (ast.List, ast.Tuple)) else []
    texts = [text if item is node else case.text(item) for item in items]
    return case.instead(part.call(case, f"[{', '.join(texts)}]", f"dim={dim}"), f"along dimension {dim}: {means}")


def _sizes(case: Case, tensors: Operand, shapes: list[Shape]) -> Explanation | None:
    dim = _dim(case)
    rank = len(shapes[0])
    if not -rank <= dim < max(rank, 2) or shape.joined(shapes, dim) is not None:
        return None
    dim = dim % rank if case.name in _FREE else dim
    at, off = next(
        (
            (n, d)
            for n, s in enumerate(shapes)
            for d in range(rank)
            if d != dim and s[d : d + 1] != shapes[0][d : d + 1]
        ),
        (1, 0),
    )
    default = " (the default)" if case.name in _FREE and not _told_dim(case) else ""
    alike = shapes[0][dim : dim + 1] == shapes[at][dim : dim + 1] and len(shapes) == 2
    return Explanation(
        rule="cat-sizes",
        first=f"{_entry(case, tensors, 0)} {shape_text(shapes[0])} and {_entry(case, tensors, at)} "
        f"{shape_text(shapes[at])} differ in dimension {off}: {shapes[0][off]} and {shapes[at][off]}.",
        rest=(
            f"{case.name} joins along dimension {dim}{default}; all other sizes must be equal.",
            *((f"Dimension {dim} would not matter, and is {shapes[0][dim]} in both.",) if alike and dim < rank else ()),
        ),
        repairs=(
            *_other_dims(case, tensors, shapes, dim),
            *_turned_one(case, tensors, shapes, dim),
            *_flat(case, tensors, shapes),
        ),
        habit="Print the shapes: only the size along dim may differ.",
    )


def _told_dim(case: Case) -> bool:
    return part.named(case, "dim", "axis") is not None or len([o for o in case.operands if not o.keyword]) > 1


def _other_dims(case: Case, tensors: Operand, shapes: list[Shape], dim: int) -> tuple[Repair, ...]:
    found: tuple[Repair, ...] = ()
    for other in range(len(shapes[0])):
        made = shape.joined(shapes, other)
        if other != dim and made is not None:
            at = [f"dim={other}"] if other else []
            found += case.instead(part.call(case, tensors.text, *at, name="cat"), _end(other, made))
    return found


def _flat(case: Case, tensors: Operand, shapes: list[Shape]) -> tuple[Repair, ...]:
    total = part.length(tensors.seen)
    made = shape_text((sum(map(shape.counted, shapes)),)) if total == len(shapes) else "one row"
    name = "cat" if case.name not in _FREE else case.name
    return case.instead(
        part.call(case, f"[part.flatten() for part in {tensors.text}]", name=name), f"all numbers in one row, {made}"
    )
