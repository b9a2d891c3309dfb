"""Linear layers: the last size of what comes in, layers that do not chain, what was not flattened."""

from __future__ import annotations

import math

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.layer import Feed, Source, feed, source

HABIT = "Print the shape of what goes into the layer: its last size must be in_features."


def explain(case: Case) -> Explanation | None:
    """What does not fit into a linear layer; None where the sizes fit, or it is none."""
    fed = feed(case)
    if fed is None:
        return _functional(case) or _bilinear(case)
    if fed.layer.type == "Bilinear":
        return _bilinear(case)
    want = fed.number("in_features")
    if fed.layer.type != "Linear" or want is None or fed.got.kind != "tensor":
        return None
    if not fed.shape:
        return _single(fed)
    if fed.shape[-1] == want:
        return None
    if len(fed.shape) > 1 and want in (math.prod(fed.shape[1:]), math.prod(fed.shape)):
        return _unflattened(fed, want)
    if len(fed.shape) == 1 and want == 1:
        return _column(fed)
    return _joined(fed, want) or _features(fed, want)


def _joined(fed: Feed, want: int) -> Explanation | None:
    """A Flatten that took the batch along."""
    case = fed.case
    made = next((c for c in case.calls("Flatten") if c.args and origin.whole(c.args[0]) == 0), None)
    if made is None or len(fed.shape) != 1 or fed.shape[0] % want:
        return None
    batch = fed.shape[0] // want
    return Explanation(
        rule="linear-flatten",
        first=f"{fed.label} gets {_got(fed)}: `{case.text(made)}` has flattened the batch as well.",
        rest=(
            f"{fed.shape[0]} is {batch} examples of {want} features, and in_features is {want}. Flatten starts at "
            "dimension 1 unless told otherwise, so that dimension 0, the batch, stays.",
            *_misleading(fed),
        ),
        repairs=case.instead(f"{case.text(made.func)}()", f"the batch kept: ({batch}, {want})", of=made),
    )


def _single(fed: Feed) -> Explanation:
    return Explanation(
        rule="linear-number",
        first=f"{fed.what} is a single number, of shape (), and {fed.label} reads the last dimension.",
        rest=("It needs at least one dimension, the features.",),
        repairs=(*fed.refed(lambda x: f"{x}.reshape(1)"),),
    )


def _unflattened(fed: Feed, want: int) -> Explanation:
    shape, batched = fed.shape, math.prod(fed.shape[1:]) == want
    sizes = shape[1:] if batched else shape
    made = (shape[0], want) if batched else (want,)
    flat = "flatten(1)" if batched else "flatten()"
    return Explanation(
        rule="linear-flatten",
        first=f"{fed.label} gets {_got(fed)}; it is not flattened.",
        rest=(
            f"A linear layer reads the last dimension only: {shape[-1]} here, and in_features is {want}. "
            f"{want} is right for what is flattened: {' * '.join(map(str, sizes))}.",
            *_misleading(fed),
        ),
        repairs=(
            *(fed.preceded(f"{fed.case.nn}.Flatten()", f"flattened to {shape_text(made)}") if batched else ()),
            *fed.refed(lambda x: f"{x}.{flat}", f"flattened to {shape_text(made)}"),
        ),
        habit="Between convolutions and linear layers there is a flatten.",
    )


def _got(fed: Feed) -> str:
    return words.shaped(fed.operand) if fed.operand else shape_text(fed.shape)


def _column(fed: Feed) -> Explanation:
    n = fed.shape[0]
    return Explanation(
        rule="linear-column",
        first=f"{fed.what} is one example with {n} features to {fed.label}, which takes 1.",
        rest=(
            f"The last dimension is the features: {n} here, and in_features is 1. {n} examples with one feature each "
            f"are a column, ({n}, 1).",
            *_misleading(fed),
        ),
        repairs=fed.refed(lambda x: f"{x}.unsqueeze(1)", f"{n} examples of one feature, ({n}, 1)"),
        habit=HABIT,
    )


def _features(fed: Feed, want: int) -> Explanation:
    got, before = fed.shape[-1], source(fed)
    return Explanation(
        rule="linear-features",
        first=_first(fed, want),
        rest=(
            f"The last size of what comes in, {got}, must be the layer's in_features, {want}.",
            *_chain(fed, before, got, want),
            *_misleading(fed),
        ),
        repairs=(*_turned(fed, want), *_numbers(fed, before, got, want)),
        habit=HABIT,
    )


def _first(fed: Feed, want: int) -> str:
    got = fed.shape[-1]
    if fed.operand is None:
        return f"{fed.label} gets {shape_text(fed.shape)}: {words.count(got, 'feature')}, and it takes {want}."
    return f"{fed.what} has {words.count(got, 'feature')}, and {fed.label} takes {want}."


def _chain(fed: Feed, before: Source | None, got: int, want: int) -> tuple[str, ...]:
    if before is None or before.output is None:
        return ()
    case = fed.case
    name = f"`{before.name}` = " if before.name and before.name != case.text(before.maker) else ""
    return (f"Before it stands {name}`{words.short(case.text(before.maker))}`, whose output goes into this one.",)


def _misleading(fed: Feed) -> tuple[str, ...]:
    """A word on torch's mat1, which is not of the shape that came."""
    if not fed.case.says("mat1 and mat2 shapes"):
        return ()
    shape = fed.shape
    weight = "its second shape is the weight, transposed"
    if len(shape) == 1:
        return (
            f"torch's 1x{shape[0]} is {shape_text(shape)} with a 1 put in front for the message: no batch is missing; "
            f"{weight}.",
        )
    if len(shape) > 2:
        rows = math.prod(shape[:-1])
        sizes = " * ".join(map(str, shape[:-1]))
        return (f"torch's {rows}x{shape[-1]} is {shape_text(shape)} with {rows} = {sizes} rows; {weight}.",)
    return (f"torch's mat1 is what came in; {weight}.",)


def _turned(fed: Feed, want: int) -> tuple[Repair, ...]:
    """Another dimension of what comes has the size that is asked for."""
    shape = fed.shape
    if len(shape) == 2 and shape[0] == want:
        return fed.refed(lambda x: f"{x}.T", f"transposed, {shape_text(shape[::-1])}")
    if len(shape) > 2 and shape[-2] == want:
        made = (*shape[:-2], shape[-1], shape[-2])
        return fed.refed(lambda x: f"{x}.transpose(-2, -1)", f"the last two dimensions swapped, {shape_text(made)}")
    if len(shape) > 2 and shape.count(want) == 1:
        dim = shape.index(want)
        return fed.refed(lambda x: f"{x}.movedim({dim}, -1)", f"dimension {dim} moved to the end")
    return ()


def _numbers(fed: Feed, before: Source | None, got: int, want: int) -> tuple[Repair, ...]:
    """The layer made for what comes, or what comes before it made for the layer."""
    output = before.output if before else None
    text = fed.case.text(output) if output is not None else ""
    new = text if text.isidentifier() else str(got)
    given = fed.argument("in_features")
    back = fed.case.text(given) if given is not None else str(want)
    return (
        *fed.remade("in_features", new, f"a layer for {words.count(got, 'feature')}"),
        *(
            fed.case.instead(back, f"{words.count(want, 'feature')} from the layer before", of=output)
            if output is not None
            else ()
        ),
    )


def _functional(case: Case) -> Explanation | None:
    if case.kind != "call" or case.name != "linear":
        return None
    x, w = case.passed("input", 0), case.passed("weight", 1)
    if not x or not w or not x.seen.shape or len(w.seen.shape or ()) != 2 or words.size(x, -1) == words.size(w, -1):
        return None
    got, want = words.size(x, -1), words.size(w, -1)
    other = case.swapped(w, f"{words.grouped(w)}.T") if words.size(w, 0) == got else ()
    return Explanation(
        rule="linear-features",
        first=f"{words.shaped(x)} has {got} features, and the weight {words.shaped(w)} takes {want}.",
        rest=(
            f"A weight is (out_features, in_features): the last size of {words.code(x)}, {got}, must be the last of "
            f"{words.code(w)}, {want}. linear() transposes the weight itself.",
        ),
        repairs=other,
        habit="Read the shape of the weight as (out, in).",
    )


def _bilinear(case: Case) -> Explanation | None:
    fed = feed(case)
    if fed is None or fed.layer.type != "Bilinear":
        return None
    for n, seen in enumerate(fed.layer.inputs[:2], 1):
        name = f"in{n}_features"
        want, shape = fed.number(name), seen.shape or ()
        if shape and want is not None and shape[-1] != want:
            given = case.operands[n] if len(case.operands) > n and case.operands[n].seen.shape == shape else None
            return Explanation(
                rule="bilinear-features",
                first=f"{words.shaped(given) if given else shape_text(shape)} has {shape[-1]} features, and "
                f"{fed.label} takes {want} for its input {n}.",
                rest=(f"The last size of input {n} must be {name}.",),
                repairs=_exchanged(fed) or fed.remade(name, str(shape[-1]), f"a layer for {shape[-1]} features"),
            )
    return None


def _exchanged(fed: Feed) -> tuple[Repair, ...]:
    """The two inputs of a bilinear layer the other way round, where they fit so."""
    case, sizes = fed.case, [s.shape[-1] for s in fed.layer.inputs[:2] if s.shape]
    if sizes[::-1] != [fed.number("in1_features"), fed.number("in2_features")] or len(case.operands) != 3:
        return ()
    layer, a, b = case.operands
    return case.instead(f"{layer.text}({b.text}, {a.text})", "the other way round")
