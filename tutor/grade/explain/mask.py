"""Masks laid on dimensions of another size."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import index, part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Observation, Operand


def explain(case: Case) -> Explanation | None:
    """A mask of another size than what it is laid on; None where no mask is, or it fits."""
    node = case.node
    if case.kind not in ("subscript", "assign") or not isinstance(node, ast.Subscript):
        return None
    x = case.operands[0]
    size = x.seen.shape or ()
    if x.seen.kind != "tensor" or not size or index.many(case, node, x):
        return None
    for at in index.indices(case, node, x):
        mask = _mask_shape(at.operand.seen)
        if mask is not None and size[at.dim : at.dim + len(mask)] != mask:
            return _laid(case, node, x, at, mask)
    return None


def _mask_shape(seen: Observation) -> Shape | None:
    if seen.kind == "tensor" and seen.dtype == "bool" and seen.shape:
        return seen.shape
    if seen.kind == "list" and seen.items and all(i.kind == "bool" for i in seen.items):
        return (part.length(seen),)
    return None


def _laid(case: Case, node: ast.Subscript, x: Operand, at: index.At, mask: Shape) -> Explanation:
    where = f"dimension {at.dim}" if len(mask) == 1 else f"dimensions {at.dim} to {at.dim + len(mask) - 1}"
    return Explanation(
        rule="index-mask",
        first=f"The mask {words.code(at.operand)} {shape_text(mask)} does not fit {where} of {words.shaped(x)}.",
        rest=("A mask has one True or False for each place of the dimensions it lies on.",),
        repairs=_moved(case, node, x, at, mask),
        habit="Print the shapes of the mask and of what it masks.",
    )


def _elsewhere(case: Case, node: ast.Subscript, at: index.At, size: Shape, mask: Shape) -> tuple[Repair, ...]:
    """A mask of several dimensions on the last ones, stretched over one that it lacks, or on a part."""
    text, owner, rank = part.grouped(case, at.node), case.text(node.value), len(mask)
    if size[-rank:] == mask:
        return index.again(case, node, ["...", case.text(at.node)], f"on the last {rank} dimensions")
    lacked = next((d for d in range(len(size)) if size[:d] + size[d + 1 :] == mask), None)
    if lacked is not None:
        wide = f"{text}.unsqueeze({lacked}).expand_as({owner})"
        return case.instead(wide, f"the same for all {size[lacked]} places of dimension {lacked}", of=at.node)
    under = size[:rank]
    if len(under) == rank and all(m <= n for m, n in zip(mask, under, strict=True)):
        cut = ", ".join(":" if m == n else f":{m}" for m, n in zip(mask, under, strict=True))
        return case.instead(f"{owner}[{cut}][{case.text(at.node)}]", f"on the first {shape_text(mask)} alone")
    if len(under) == rank and all(m >= n for m, n in zip(mask, under, strict=True)):
        cut = ", ".join(":" if m == n else f":{n}" for m, n in zip(mask, under, strict=True))
        return case.instead(f"{text}[{cut}]", f"only the first {shape_text(under)} of the mask", of=at.node)
    return ()


def _moved(case: Case, node: ast.Subscript, x: Operand, at: index.At, mask: Shape) -> tuple[Repair, ...]:
    size, text = x.seen.shape or (), part.grouped(case, at.node)
    found: tuple[Repair, ...] = ()
    alone = all(case.text(n) == ":" for n in part.places(node) if n is not at.node)
    for dim in range(len(size)) if len(mask) == 1 and alone else []:
        if size[dim] == mask[0]:
            what = {0: "rows are chosen", 1: "columns are chosen"}.get(dim, f"along dimension {dim}")
            found += index.again(case, node, [":"] * dim + [case.text(at.node)], f"on dimension {dim}: {what}")
    if len(mask) == 2 and mask[::-1] == size[:2]:
        found += case.instead(f"{text}.T", f"the mask transposed, {shape_text(mask[::-1])}", of=at.node)
    ones = tuple(n for n in mask if n != 1)
    if not found and ones == size[at.dim : at.dim + len(ones)] and ones != mask and ones:
        found += case.instead(f"{text}.reshape({', '.join(map(str, ones))})", "the mask without its 1", of=at.node)
    found = found or (_elsewhere(case, node, at, size, mask) if alone and len(mask) > 1 else ())
    under = size[at.dim]
    if not found and len(mask) == 1 and mask[0] > under:
        found += case.instead(f"{text}[:{under}]", f"only the first {under} of the mask", of=at.node)
    if not found and len(mask) == 1 and alone:
        start = f"{case.text(node.value)}[{':, ' * at.dim}:{mask[0]}]"
        found += case.instead(f"{start}[{':, ' * at.dim}{case.text(at.node)}]", f"on the first {mask[0]} alone")
    return found
