"""Convolution and pooling: channels, their place, missing dimensions, kernels that are too large."""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass

from tutor.grade.drawing import shape_text
from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.layer import Feed, feed, source

_KIND = re.compile(r"(lazy)?(conv|conv_?transpose|(?:adaptive_?)?(?:max|avg|lp)_?pool)([123])d", re.I)
_SPACE = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Window:
    """A convolution or a pooling, as a layer or as a function."""

    case: Case
    label: str
    what: str
    shape: Shape
    spatial: int
    channels: int | None
    kernel: Shape
    padding: Shape
    stretch: Shape
    fed: Feed | None = None

    @property
    def layout(self) -> str:
        """The order of dimensions that is asked for."""
        return f"(batch, channels, {', '.join(_SPACE[self.spatial])})"

    @property
    def at(self) -> int:
        """Which dimension is taken for the channels."""
        return len(self.shape) - self.spatial - 1

    def refed(self, tail: str, means: str) -> tuple[Repair, ...]:
        """The repair that reshapes what comes in."""
        if self.fed is not None:
            return self.fed.refed(lambda x: x + tail, means)
        given = self.case.passed("input", 0)
        return self.case.swapped(given, words.grouped(given) + tail, means) if given else ()


def explain(case: Case) -> Explanation | None:
    """What does not fit into a convolution or a pooling; None where all sizes fit, or it is neither."""
    window = _layer(case) or _function(case)
    if window is None:
        return None
    if not window.spatial + 1 <= len(window.shape) <= window.spatial + 2:
        return _rank(window)
    if window.channels is not None and window.shape[window.at] != window.channels:
        return _channels(window)
    return _kernel(window)


def _layer(case: Case) -> Window | None:
    fed = feed(case)
    found = _KIND.fullmatch(fed.layer.type) if fed else None
    if fed is None or found is None or fed.got.kind != "tensor":
        return None
    spatial = int(found[3])
    shape, facts = fed.shape, fed.layer.facts
    channels = fed.number("in_channels")
    return Window(
        case=case, label=fed.label, what=fed.what, shape=shape, spatial=spatial, channels=channels,
        kernel=_each(facts.get("kernel_size"), spatial, 1), padding=_each(facts.get("padding"), spatial, 0),
        stretch=_each(facts.get("dilation"), spatial, 1), fed=fed,
    )  # fmt: skip


def _function(case: Case) -> Window | None:
    found = _KIND.fullmatch(case.name) if case.kind == "call" and not case.below else None
    x = case.passed("input", 0)
    if found is None or x is None or x.seen.shape is None:
        return None
    spatial, weight, kernel = int(found[3]), None, (1,) * int(found[3])
    second = case.passed("weight", 1) or case.passed("kernel_size", 1)
    channels = None
    if second is not None and second.seen.kind == "tensor":
        weight = second.seen.shape or ()
        groups = case.passed("groups", 6)
        if len(weight) != spatial + 2:
            return None
        channels = weight[0] if "transpose" in case.name else weight[1] * _value(groups, 1)
        kernel = weight[2:] if "transpose" not in case.name else kernel
    elif second is not None and "adaptive" not in case.name:
        kernel = _each(second.seen.value, spatial, 1)
    padding = case.passed("padding", 4 if weight else 3)
    return Window(
        case=case, label=f"{case.word}()", what=words.shaped(x), shape=x.seen.shape, spatial=spatial, channels=channels,
        kernel=kernel, padding=_each(padding.seen.value if padding else 0, spatial, 0), stretch=(1,) * spatial,
    )  # fmt: skip


def _value(operand: object, other: int) -> int:
    value = getattr(getattr(operand, "seen", None), "value", None)
    return value if type(value) is int else other


def _each(fact: object, spatial: int, other: int) -> Shape:
    """A fact for every spatial dimension."""
    if type(fact) is int:
        return (fact,) * spatial
    plain = isinstance(fact, tuple) and len(fact) == spatial and all(type(n) is int for n in fact)
    return fact if plain and isinstance(fact, tuple) else (other,) * spatial


def _rank(window: Window) -> Explanation:
    shape, spatial = window.shape, window.spatial
    short = len(shape) < spatial + 1
    have = f"{len(shape)} dimension{'s' * (len(shape) != 1)}"
    return Explanation(
        rule="conv-rank",
        first=f"{window.what} has {have}, and {window.label} takes {window.layout}.",
        rest=(
            f"That is {spatial + 2} dimensions, or {spatial + 1} for a single example without the batch. "
            + ("Here channels and batch are missing." if short else "Here there are too many."),
        ),
        repairs=_ranked(window)
        if short
        else window.refed(f".flatten(0, {len(shape) - spatial - 2})", "the leading dimensions as one batch"),
        habit="Print the shape of a batch before the first layer.",
    )


def _ranked(window: Window) -> tuple[Repair, ...]:
    shape, spatial, channels = window.shape, window.spatial, window.channels
    side = math.isqrt(shape[-1] // (channels or 1))
    if len(shape) == 2 and spatial == 2 and side > 3 and (channels or 1) * side * side == shape[1] != shape[0]:
        made = f"{channels or 1}, {side}, {side}"
        return window.refed(f".reshape(-1, {made})", f"each row as a picture of {side} by {side}")
    if len(shape) == spatial and channels in (None, 1):
        nones = ", ".join(["None", "None"])
        return (
            *window.refed(f"[{nones}]", f"a batch of one with one channel, {shape_text((1, 1, *shape))}"),
            *window.refed(".unsqueeze(0)", f"one channel, no batch, {shape_text((1, *shape))}"),
        )
    return ()


def _channels(window: Window) -> Explanation:
    shape, want, at = window.shape, window.channels or 0, window.at
    got = shape[at]
    last = shape[-1] == want
    return Explanation(
        rule="conv-channels",
        first=f"{window.what} has {words.count(got, 'channel')} to {window.label}, which takes {want}.",
        rest=(
            f"The order is {window.layout}: dimension {at} is the channels, here of size {got}.",
            *((f"The {want} of the last dimension looks like them; permute() brings it to the front, reshape() would "
               "mix the numbers.",) if last else ()),
            *(("With one dimension less torch takes it for a single example without a batch.",) if at == 0 else ()),
            *_weight(window),
        ),
        repairs=_moved(window, want) or _renumbered(window, got, want),
        habit="Print the shape before a convolution: channels come before height and width.",
    )  # fmt: skip


def _weight(window: Window) -> tuple[str, ...]:
    if not window.case.says(r"weight of size"):
        return ()
    order = "in_channels, out_channels" if window.case.says("transposed") else "out_channels, in_channels"
    return (f"The weight that torch lists is ({order}, kernel).",)


def _moved(window: Window, want: int) -> tuple[Repair, ...]:
    shape, at = window.shape, window.at
    if shape[-1] == want:
        order = [*range(at), len(shape) - 1, *range(at, len(shape) - 1)]
        made = shape_text(tuple(shape[n] for n in order))
        return window.refed(f".permute({', '.join(map(str, order))})", f"the channels moved forward, {made}")
    if shape[at] == 1 and want == 3 and at == 1:
        return window.refed(f".expand(-1, 3{', -1' * window.spatial})", "the one channel as all three colours")
    if want == 1 and at == 0:
        made = shape_text((shape[0], 1, *shape[1:]))
        return window.refed(".unsqueeze(1)", f"{shape[0]} examples with one channel each, {made}")
    return ()


def _renumbered(window: Window, got: int, want: int) -> tuple[Repair, ...]:
    fed = window.fed
    if fed is None:
        return ()
    before = source(fed)
    output = before.output if before else None
    back = fed.argument("in_channels")
    return (
        *fed.remade("in_channels", str(got), f"a layer for {words.count(got, 'channel')}"),
        *(window.case.instead(window.case.text(back), f"{want} channels from the layer before", of=output)
          if output is not None and back is not None else ()),
    )  # fmt: skip


def _kernel(window: Window) -> Explanation | None:
    space = window.shape[-window.spatial :]
    reach = tuple(d * (k - 1) + 1 for d, k in zip(window.stretch, window.kernel, strict=True))
    room = tuple(n + 2 * p for n, p in zip(space, window.padding, strict=True))
    if all(r <= n for r, n in zip(reach, room, strict=True)) or "ranspose" in window.label:
        return None
    padded = f", {_by(room)} with its padding" if any(window.padding) else ""
    return Explanation(
        rule="conv-kernel",
        first=f"{window.what} is {_by(space)}{padded}, smaller than the kernel of {window.label}, {_by(reach)}.",
        rest=(
            "A kernel has to fit into its input, padding counted.",
            "Each pooling, and each convolution without padding, shrinks the picture; too many are the usual cause.",
        ),
        repairs=_fitted(window, space, reach),
        habit="Print the shape after each layer: the last sizes must stay above the kernel.",
    )


def _by(sizes: Shape) -> str:
    return " x ".join(map(str, sizes)) if len(sizes) > 1 else f"{sizes[0]} long"


def _fitted(window: Window, space: Shape, reach: Shape) -> tuple[Repair, ...]:
    smallest = min(space)
    fed, case = window.fed, window.case
    pads = "conv" in window.label.lower() or (fed is not None and fed.layer.type.startswith("Conv"))
    need = max(math.ceil((r - n) / 2) for r, n in zip(reach, space, strict=True))
    pad = max(max(reach) // 2, need)
    call = fed.maker if fed else case.node
    given = fed.argument("padding") if fed else None
    found: tuple[Repair, ...] = ()
    if pads and given is None and isinstance(call, ast.Call):
        end = (call.keywords or call.args)[-1]
        found += case.with_edits([case.behind(end, f", padding={pad}")], f"zeros around it, {pad} on each side")
    if fed is not None and not pads and smallest == 1 and fed.maker is not None:
        return case.instead(f"{case.nn}.Identity()", "without this pooling", of=fed.maker)
    if fed is not None and smallest > 0:
        found += fed.remade("kernel_size", str(smallest), f"a kernel that fits, {smallest} wide")
    elif smallest > 0 and (kernel := case.passed("kernel_size", 1)) and kernel.seen.kind == "number":
        found += case.swapped(kernel, str(smallest), f"a window that fits, {smallest} wide")
    return found
