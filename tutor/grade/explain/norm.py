"""Normalisation: how many features, over which dimensions, of how many examples."""

from __future__ import annotations

import ast
import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.flow import loop_of
from tutor.grade.explain.layer import Feed, feed

_RANKS = {"1": (2, 3), "2": (4,), "3": (5,)}
_LAYOUT = {
    "1": "(batch, features) or (batch, channels, length)", "2": "(batch, channels, height, width)",
    "3": "(batch, channels, depth, height, width)",
}  # fmt: skip


def explain(case: Case) -> Explanation | None:
    """What does not fit into a layer that normalises; None where all sizes fit, or it is none."""
    fed = feed(case)
    if fed is None or fed.got.kind != "tensor":
        return _functional(case)
    if fed.layer.type in ("LayerNorm", "RMSNorm"):
        return _trailing(fed)
    if fed.layer.type == "GroupNorm":
        return _groups(fed)
    found = re.fullmatch(r"(Batch|Instance)Norm([123])d|SyncBatchNorm", fed.layer.type)
    return _batch(fed, found[2] or "2") if found else None


def _batch(fed: Feed, spatial: str) -> Explanation | None:
    ranks = _RANKS[spatial]
    if fed.layer.type.startswith("Instance"):
        ranks = (int(spatial) + 1, int(spatial) + 2)
    want, at = fed.number("num_features"), 1 if len(fed.shape) > ranks[0] or fed.layer.type[0] == "B" else 0
    if len(fed.shape) not in ranks:
        return _rank(fed, spatial)
    if want is not None and fed.shape[at] != want:
        return _features(fed, want, at)
    if fed.case.says("more than 1 (value per channel|spatial element)"):
        return _alone(fed)
    return None


def _rank(fed: Feed, spatial: str) -> Explanation:
    shape = fed.shape
    other = next((n for n, ranks in _RANKS.items() if len(shape) in ranks and n != spatial), "")
    want = fed.number("num_features")
    name = f"{fed.case.nn}.BatchNorm{other}d" if other else ""
    lone = len(shape) == _RANKS[spatial][0] - 1 and shape[:1] == (want,)
    flat = ", which is for a table" if other == "1" else ""
    return Explanation(
        rule="norm-rank",
        first=f"{fed.what} has {words.count(len(shape), 'dimension')}, and {fed.label} takes {_LAYOUT[spatial]}.",
        rest=(
            f"The {spatial}d counts the spatial dimensions; batch and channels come on top of them"
            + (f". For {shape_text(shape)} there is BatchNorm{other}d{flat}." if other and not lone else "."),
        ),
        repairs=(
            *(fed.refed(lambda x: f"{x}.unsqueeze(0)", "a batch of one") if lone else ()),
            *(fed.case.instead(name, of=fed.maker.func) if name and fed.maker else ()),
        ),
    )


def _features(fed: Feed, want: int, at: int) -> Explanation:
    shape, got = fed.shape, fed.shape[at]
    order = [0, len(shape) - 1, *range(1, len(shape) - 1)]
    turned = f"permute({', '.join(map(str, order))})" if len(shape) > 3 else "transpose(1, 2)"
    return Explanation(
        rule="norm-features",
        first=f"{fed.what} has {words.count(got, 'feature')} in dimension {at}, and {fed.label} was made for {want}.",
        rest=(
            f"It keeps one mean and one spread for each feature: {got} in the data, {want} in the layer.",
            *((f"torch's \"{got} elements not {want}\" is easily read the wrong way round: {got} is the data.",)
              if fed.case.says("should contain") else ()),
        ),
        repairs=fed.refed(lambda x: f"{x}.{turned}", f"the {want} brought to dimension 1")
        if len(shape) > 2 and shape[-1] == want and fed.operand
        else fed.remade("num_features", str(got), f"a layer for {words.count(got, 'feature')}"),
        habit=f"num_features is the size of dimension {at} of what comes in.",
    )  # fmt: skip


def _alone(fed: Feed) -> Explanation:
    spatial = fed.layer.type.startswith("Instance")
    return Explanation(
        rule="norm-alone",
        first=f"{fed.what} gives {fed.label} one value per channel; one value has no spread.",
        rest=(
            "In training it normalises by the mean and the spread of the batch, which takes more than one value for "
            "each channel. In eval() it uses what it has kept from training, and one example is enough.",
            *(() if spatial else ("The last batch of an epoch may be of size 1: drop_last=True leaves it out.",)),
        ),
        repairs=(*_dropped(fed.case), *(() if spatial else _evaluated(fed))),
        habit="model.eval() before predictions, model.train() before training.",
    )


def _dropped(case: Case) -> tuple[Repair, ...]:
    loaders = [
        c for c in case.calls("DataLoader") if origin.argument(c, "drop_last") is None and (c.args or c.keywords)
    ]
    if not loaders:
        return ()
    end = [*loaders[0].args, *(k.value for k in loaders[0].keywords)][-1]
    return case.with_edits([case.behind(end, ", drop_last=True")], "no batch smaller than the others")


def _evaluated(fed: Feed) -> tuple[Repair, ...]:
    case = fed.case
    called = next((o for o in case.operands if o.seen.kind == "module"), None)
    loop = loop_of(case, case.statement) if case.statement is not None else None
    if loop is not None and ".backward(" in case.text(loop):
        return ()
    if case.scene.above:
        return _outer(case)
    if called is None:
        return ()
    if called.text.replace(".", "").isidentifier():
        return case.before(case.scene.line, f"{called.text}.eval()", "the kept mean and spread; for predictions")
    return case.swapped(called, f"{called.text}.eval()", "the kept mean and spread; for predictions")


def _outer(case: Case) -> tuple[Repair, ...]:
    """eval() in front of where the outermost module is called by a name of its own."""
    kind = case.scene.layers[0].type
    names = {n.targets[0].id for n in ast.walk(case.tree) if _makes(n, kind)}  # type: ignore[attr-defined]
    for node in ast.walk(case.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            return case.before(node.lineno, f"{node.func.id}.eval()", "the kept mean and spread; for predictions")
    return ()


def _makes(node: ast.AST, kind: str) -> bool:
    plain = isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
    return plain and isinstance(node.value, ast.Call) and origin.last_name(node.value.func) == kind  # type: ignore[attr-defined]


def _trailing(fed: Feed) -> Explanation | None:
    sizes = fed.layer.facts.get("normalized_shape")
    if not isinstance(sizes, tuple) or fed.shape[-len(sizes) :] == sizes:
        return None
    return _last_sizes(fed.case, fed.what, fed.label, fed.shape, sizes, _trailing_repairs(fed, sizes))


def _last_sizes(
    case: Case, what: str, label: str, shape: tuple[int, ...], sizes: tuple[int, ...], repairs: tuple[Repair, ...]
) -> Explanation:
    got = shape_text(shape[-len(sizes) :]) if len(sizes) > 1 else str(shape[-1] if shape else "nothing")
    want = shape_text(sizes) if len(sizes) > 1 else str(sizes[0])
    last = "last dimension" if len(sizes) == 1 else f"last {len(sizes)} dimensions"
    return Explanation(
        rule="norm-last",
        first=f"{what} ends with {got}, and {label} normalises over {want}.",
        rest=(f"It works on the {last} only, which must be {want}; the dimensions in front may have any size.",),
        repairs=repairs,
        habit="normalized_shape is what the shape ends with.",
    )


def _trailing_repairs(fed: Feed, sizes: tuple[int, ...]) -> tuple[Repair, ...]:
    shape = fed.shape
    ends = shape[-len(sizes) :]
    found = fed.remade("normalized_shape", str(ends[0]) if len(sizes) == 1 and ends else str(ends), "for the last size")
    if len(sizes) == 1 and len(shape) == 3 and shape[1] == sizes[0] and len(fed.case.below) == 1 and fed.operand:
        turned = f"{words.grouped(fed.operand)}.transpose(1, 2)"
        called = fed.case.operands[0].text
        found += fed.case.instead(f"{called}({turned}).transpose(1, 2)", f"over the {sizes[0]} of dimension 1")
    return found


def _groups(fed: Feed) -> Explanation | None:
    want = fed.number("num_channels")
    if want is None or len(fed.shape) < 2 or fed.shape[1] == want:
        return None
    got = fed.shape[1]
    return Explanation(
        rule="norm-features",
        first=f"{fed.what} has {got} channels in dimension 1, and {fed.label} was made for {want}.",
        rest=(f"GroupNorm takes (batch, channels, ...): dimension 1 must be num_channels, {want}.",),
        repairs=fed.remade("num_channels", str(got), f"a layer for {got} channels"),
    )


def _functional(case: Case) -> Explanation | None:
    x, sizes = case.passed("input", 0), case.passed("normalized_shape", 1)
    if case.name not in ("layer_norm", "rms_norm") or not x or not sizes or x.seen.shape is None:
        return None
    want = tuple(i.value for i in sizes.seen.items or () if type(i.value) is int) or sizes.seen.shape or ()
    if not want or x.seen.shape[-len(want) :] == want:
        return None
    ends = x.seen.shape[-len(want) :]
    new = f"{x.text}.shape[-{len(want)}:]"
    repairs = case.swapped(sizes, new, f"over what it ends with, {shape_text(ends)}")
    return _last_sizes(case, words.shaped(x), f"{case.word}()", x.seen.shape, want, repairs)
