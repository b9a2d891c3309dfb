"""Attention and transformers: the size of the embedding, heads, and what has to be passed."""

from __future__ import annotations

import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.layer import Feed, feed

_TAKES = {
    "MultiheadAttention": (("query", "key", "value"), "asks, is compared and is mixed"),
    "Transformer": (("src", "tgt"), "is read and is written"),
    "TransformerDecoder": (("tgt", "memory"), "is written, and what the encoder gave"),
    "TransformerDecoderLayer": (("tgt", "memory"), "is written, and what the encoder gave"),
}


def explain(case: Case) -> Explanation | None:
    """What does not fit into attention; None where all sizes fit, or it is none."""
    if case.says(r"must be divisible by num_heads"):
        return _heads(case)
    fed = feed(case)
    if fed is None:
        return None
    if fed.layer.type in _TAKES and case.says(r"missing \d+ required positional"):
        return _missing(fed)
    if re.fullmatch(r"MultiheadAttention|Transformer\w*", fed.layer.type):
        return _size(fed) or _mask(case) or _batches(fed)
    return None


def _heads(case: Case) -> Explanation | None:
    size = case.passed("embed_dim", 0) or case.passed("d_model", 0)
    heads = case.passed("num_heads", 1) or case.passed("nhead", 1)
    if not size or not heads or type(size.seen.value) is not int or type(heads.seen.value) is not int:
        return None
    n, h = size.seen.value, heads.seen.value
    fit = [k for k in range(1, n + 1) if n % k == 0]
    near = min(fit, key=lambda k: (abs(k - h), -k))
    up = -(-n // h) * h
    return Explanation(
        rule="attention-heads",
        first=f"{case.word} cannot split {n} features evenly over {h} heads.",
        rest=(f"Each head gets an equal share: {n} must be a multiple of the number of heads. {n} goes with "
              f"{words.listed([str(k) for k in fit[:8]])} heads.",),
        repairs=(
            *case.swapped(heads, str(near), f"{near} heads of {n // near}"),
            *case.swapped(size, str(up), f"{up} features, {up // h} for each head"),
        ),
    )  # fmt: skip


def _missing(fed: Feed) -> Explanation:
    names, what = _TAKES[fed.layer.type]
    given = [o.text for o in fed.case.operands[1:] if not o.keyword]
    called = fed.case.operands[0].text
    all_same = f"{called}({', '.join([*given, *given[-1:] * (len(names) - len(given))])})" if given else ""
    own = "the same tensor for all of them is self-attention" if len(names) == 3 else "the same for both"
    return Explanation(
        rule="attention-missing",
        first=f"{fed.label} takes {words.listed([f'`{n}`' for n in names])}, and got {len(given)} of them.",
        rest=(f"They are what {what}; {own}.",),
        repairs=fed.case.instead(all_same, own) if all_same else (),
    )


def _mask(case: Case) -> Explanation | None:
    """A mask of another length."""
    said = case.says(r"mask.*?should be \((\d+), (\d+)\)")
    masks = [o for o in case.operands if "mask" in (o.keyword or o.text) and o.seen.kind == "tensor"]
    if said is None or not masks:
        return None
    mask, length = masks[0], said[1]
    new = f"{case.nn}.Transformer.generate_square_subsequent_mask({length})"
    return Explanation(
        rule="attention-mask",
        first=f"The mask {words.shaped(mask)} must be ({said[1]}, {said[2]}): a row for each place that asks.",
        rest=("A mask says for each place which others it may look at: (length, length) of the sequence.",),
        repairs=case.swapped(mask, new, "each place sees itself and what came before") if said[1] == said[2] else (),
    )


def _batches(fed: Feed) -> Explanation | None:
    """Two sequences of different batches."""
    if len(fed.layer.inputs) < 2:
        return None
    a, b = fed.layer.inputs[0].shape or (), fed.layer.inputs[1].shape or ()
    at = 0 if fed.layer.facts.get("batch_first") or fed.case.says("batch_first") else 1
    if len(a) != 3 or len(b) != 3 or a[at] == b[at]:
        return None
    return Explanation(
        rule="attention-batch",
        first=f"{shape_text(a)} and {shape_text(b)} hold {a[at]} and {b[at]} examples: dimension {at} is the batch.",
        rest=(
            "Both sequences need the same number of examples; their lengths may differ. With batch_first=True the "
            "batch comes first, otherwise the length does.",
        ),
    )


def _size(fed: Feed) -> Explanation | None:
    outer = fed.case.below[0]
    want = fed.number("embed_dim") or fed.number("d_model")
    shape = fed.shape
    if want is None or not shape or shape[-1] == want:
        return None
    got = shape[-1]
    what = fed.what if fed.operand else f"What arrives, {shape_text(shape)},"
    name = "embed_dim" if fed.layer.type == "MultiheadAttention" else "d_model"
    return Explanation(
        rule="attention-size",
        first=f"{what} ends with {got}, and {_place(fed)} takes {want}.",
        rest=(f"The last size, {got}, must be {name}, {want}: as many features as the layer was made for.",),
        repairs=_resized(fed, outer.type, name, got),
        habit="The last size of what comes in is the size of the embedding.",
    )


def _place(fed: Feed) -> str:
    called = next((o.text for o in fed.case.operands if o.seen.kind == "module"), "")
    return f"`{words.short(called)}`" if called and fed.maker is None else fed.label


def _resized(fed: Feed, outer: str, name: str, got: int) -> tuple[Repair, ...]:
    found = fed.remade(name, str(got), f"made for {got}")
    if not found:
        for kind in ("TransformerEncoderLayer", "TransformerDecoderLayer", "Transformer"):
            for call in fed.case.calls(kind):
                given = next(
                    (k.value for k in call.keywords if k.arg == "d_model"), call.args[0] if call.args else None
                )
                if given is not None:
                    return fed.case.instead(str(got), f"made for {got}", of=given)
    return found
