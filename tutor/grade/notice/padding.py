"""Padding that counts as if it were data."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tutor.grade.drawing import shape_text
from tutor.grade.notice.notice import Notice
from tutor.grade.notice.program import Program, called, keyword, library, number, receiver
from tutor.grade.notice.score import losses

_MEANS = ("mean", "std", "var", "median")
_LOSSES = (
    "cross_entropy", "CrossEntropyLoss", "nll_loss", "NLLLoss", "mse_loss", "MSELoss", "l1_loss", "L1Loss",
    "smooth_l1_loss", "binary_cross_entropy_with_logits", "BCEWithLogitsLoss",
)  # fmt: skip
_CAREFUL = re.compile(
    r"mask|ignore_index|nanmean|pack_padded|pack_sequence|!=\s*(0|pad)|lengths?\b\s*\[|nan\b", re.IGNORECASE
)


def padded(program: Program) -> Iterator[Notice]:
    """A mean or a loss over what pad_sequence made, in a program that never looks at lengths."""
    pads = program.calls("pad_sequence")
    if not pads or _CAREFUL.search(program.code) or _ignored(pads):
        return
    names = _holders(program, pads)
    for call in program.calls(*_MEANS):
        base, others = receiver(call)
        if base is None or library(call) in ("np", "numpy") or not _from(program, base, names, pads):
            continue
        if _along(program, call, base, others, pads):
            yield _mean(program, call, base)
    for call, name, scores, target in losses(program, *_LOSSES):
        if keyword(call, "reduction") is None and target is not None and _from(program, target, names, pads):
            yield _loss(program, call, target, name)
        elif "mse" in name.lower() and _from(program, scores, names, pads):
            yield _loss(program, call, scores, name)


def _ignored(pads: list[ast.Call]) -> bool:
    """Whether the padding has a value that losses skip by themselves."""
    values = [keyword(call, "padding_value") for call in pads]
    return all(value is not None and number(value) == -100 for value in values)


def _holders(program: Program, pads: list[ast.Call]) -> set[str]:
    """The names of what was padded, and of what was computed from it element by element."""
    names: set[str] = set()
    for node in program.nodes(ast.Assign):
        from_pad = any(part in pads for part in ast.walk(node.value))
        from_name = any(isinstance(n, ast.Name) and n.id in names for n in ast.walk(node.value))
        shape = program.line(node)
        if from_pad or (from_name and shape is not None and len(shape.shape or ()) > 1):
            names |= {t.id for target in node.targets for t in ast.walk(target) if isinstance(t, ast.Name)}
    return names


def _from(program: Program, node: ast.expr, names: set[str], pads: list[ast.Call]) -> bool:
    return any(part in pads or (isinstance(part, ast.Name) and part.id in names) for part in ast.walk(node))


def _along(program: Program, call: ast.Call, base: ast.expr, others: list[ast.expr], pads: list[ast.Call]) -> bool:
    """Whether a mean runs over the padded dimension."""
    dim = number(keyword(call, "dim", "axis") or (others[0] if others else None))
    shape = program.shape(base)
    if dim is None:
        return not call.keywords and not others
    first = keyword(pads[0], "batch_first")
    padded_dim = 1 if isinstance(first, ast.Constant) and first.value is True else 0
    return shape is None or dim % len(shape) == padded_dim


def _mean(program: Program, call: ast.Call, base: ast.expr) -> Notice:
    shape = program.shape(base)
    text = program.text(base)
    return Notice(
        rule="padding-counted",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {program.code_of(call)} counts the padding of `{text}`"
            f"{' ' + shape_text(shape) if shape else ''} as data."
        ),
        rest=(
            "pad_sequence fills short sequences with zeros up to the longest; a mean over them divides by the longest "
            "length, so short sequences come out too small.",
            "Divide the sum by the true lengths.",
        ),
        instead=f"lengths = torch.tensor([len(s) for s in sequences])\n{text}.sum(dim=1) / lengths",
    )


def _loss(program: Program, call: ast.Call, target: ast.expr, name: str) -> Notice:
    shape = program.shape(target)
    classes = ("cross" in name.lower() and "binary" not in name) or "nll" in name.lower()
    remedy = (
        "Pad the targets with -100, which this loss leaves out, or name the padding with ignore_index."
        if classes
        else "Weight the single losses with a mask of what is real."
    )
    return Notice(
        rule="padding-counted",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {name} counts the padding in {program.code_of(target)}"
            f"{' ' + shape_text(shape) if shape else ''} as if it were data."
        ),
        rest=("pad_sequence fills short sequences up to the longest, and the loss is a mean over all of it.", remedy),
        instead="pad_sequence(sequences, batch_first=True, padding_value=-100)" if classes else "",
    )


def unused(program: Program) -> Iterator[Notice]:
    """Lengths that are written down and never used, beside a mean over positions."""
    for node in program.nodes(ast.Assign):
        target = node.targets[0]
        if not isinstance(target, ast.Name) or not re.search(r"len(gth)?s$|sizes$", target.id):
            continue
        if program.loads(target.id) or called(node.value) == "pad_sequence" or program.calls("pad_sequence"):
            continue
        for call in program.calls("mean"):
            base, others = receiver(call)
            shape = program.shape(base) if base is not None else None
            dim = number(keyword(call, "dim") or (others[0] if others else None))
            if base is not None and dim == 1 and shape and call.lineno > node.lineno:
                yield _unused(program, call, base, target.id, shape)


def embedded(program: Program) -> Iterator[Notice]:
    """A mean over the words of an embedding with padding_idx, whose padding counts as words of zeros."""
    if _CAREFUL.search(program.code):
        return
    for call in program.calls("mean"):
        base, others = receiver(call)
        inner = program.origin(base) if base is not None else None
        table = program.origin(inner.func) if isinstance(inner, ast.Call) else None
        if not isinstance(table, ast.Call) or called(table) != "Embedding" or keyword(table, "padding_idx") is None:
            continue
        dim, shape = number(keyword(call, "dim") or (others[0] if others else None)), program.shape(base or call)
        if base is not None and shape is not None and len(shape) == 3 and dim in (1, -2):
            yield _embedded(program, call, base, shape)


def _embedded(program: Program, call: ast.Call, base: ast.expr, shape: tuple[int, ...]) -> Notice:
    text = program.text(base)
    return Notice(
        rule="padding-counted",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {program.code_of(call)} divides by all {shape[1]} places of `{text}` "
            f"{shape_text(shape)}, the padding included."
        ),
        rest=("padding_idx makes the padding a vector of zeros; in a mean it still counts as a word.",),
        instead=f"is_word = (ids != 0)[..., None]\n({text} * is_word).sum(dim=1) / is_word.sum(dim=1)",
        sure=False,
    )


def _unused(program: Program, call: ast.Call, base: ast.expr, lengths: str, shape: tuple[int, ...]) -> Notice:
    text = program.text(base)
    return Notice(
        rule="padding-counted",
        line=call.lineno,
        first=(
            f"On line {call.lineno} {program.code_of(call)} divides by all {shape[1]} positions of `{text}` "
            f"{shape_text(shape)}; `{lengths}` is never used."
        ),
        rest=("If rows are padded, their padding is counted, and short rows come out too small.",),
        instead=f"{text}.sum(dim=1) / {lengths}",
        sure=False,
    )
