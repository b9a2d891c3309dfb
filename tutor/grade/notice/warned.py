"""torch's own warnings in the words of the code they came from."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

from tutor.grade.drawing import shape_text
from tutor.grade.notice.program import Program, called, given, receiver
from tutor.sandbox.protocol import Outcome, Warned

Shape = tuple[int, ...]
Told = tuple[str, ...]
"""Sentences: the first says what is so, the others why, and what to write."""


class Place:
    """One warning, with the line of code it came from."""

    def __init__(self, program: Program, warned: Warned, match: re.Match[str]) -> None:
        self.program = program
        self.match = match
        self.line = warned.line
        self.at = f"On line {warned.line}" if warned.line else "Here"

    def calls(self, *names: str) -> list[ast.Call]:
        """Calls on that line; of any function where no names are given."""
        found = [c for c in self.program.nodes(ast.Call) if c.lineno <= (self.line or 0) <= (c.end_lineno or c.lineno)]
        return [c for c in found if not names or called(c) in names]

    def attributes(self, name: str) -> list[ast.Attribute]:
        """Where an attribute is asked for on that line."""
        return [n for n in self.program.nodes(ast.Attribute) if n.attr == name and n.lineno == self.line]


def explained_warning(warned: Warned, code: str, outcome: Outcome, setup: str = "") -> str:
    """What a warning of torch's means for this code, what happens, and what to write; empty where it is not known."""
    for pattern, tell in _TELLERS:
        if match := re.search(pattern, warned.message, re.DOTALL):
            try:
                return " ".join(tell(Place(Program(code, outcome, setup), warned, match)))
            except Exception:  # noqa: BLE001 - code of any kind comes here; torch's own words are left.
                return ""
    return ""


def _sizes(place: Place) -> Told:
    target, given_shape = _shape(place.match[1]), _shape(place.match[2])
    left, right, whole = _pair(place, given_shape, target)
    makes = _broadcast(given_shape, target)
    size = f" into {shape_text(makes)}" if makes else ""
    many, few = _count(makes), max(_count(given_shape), _count(target))
    count = f", {many} differences in place of {few}" if many > few else ""
    both = f"{left} {shape_text(given_shape)} and {right} {shape_text(target)}"
    said = f"{place.at} the loss gets {both}, which broadcast{size}{count}."
    why = (
        "Every entry of one meets every entry of the other, and the mean over all pairs is not the loss that is wanted."
    )
    return said, why, f"Give both the same shape: `{_evened(left, right, given_shape, target, whole)}`."


def _shape(text: str) -> Shape:
    return tuple(int(n) for n in re.findall(r"\d+", text))


def _pair(place: Place, first: Shape, second: Shape) -> tuple[str, str, str]:
    """The two arguments of the loss as written, and its call."""
    for call in place.calls():
        one, other = given(call, 0, "input"), given(call, 1, "target")
        if one is None or other is None or isinstance(other, ast.Constant):
            continue
        seen = place.program.shape(one), place.program.shape(other)
        fits = all(s is None or s == wanted for s, wanted in zip(seen, (first, second), strict=True))
        named = re.search("loss|crit|error|objective", place.program.text(call.func), re.IGNORECASE)
        # Shapes may be of another round.
        if named or (fits and None not in seen):
            return place.program.code_of(one), place.program.code_of(other), place.program.text(call)
    return "a prediction", "a target", ""


def _broadcast(a: Shape, b: Shape) -> Shape:
    wide = max(len(a), len(b))
    pairs = zip((1,) * (wide - len(a)) + a, (1,) * (wide - len(b)) + b, strict=True)
    return tuple(max(m, n) for m, n in pairs)


def _count(shape: Shape) -> int:
    total = 1
    for n in shape:
        total *= n
    return total


def _evened(left: str, right: str, a: Shape, b: Shape, call: str) -> str:
    """How one side is written to get the shape of the other."""
    text, wanted, old = (left, b, a) if len(a) > len(b) else (right, a, b)
    plain = text.strip("`") if text.startswith("`") else ("prediction" if text == left else "target")
    squeezable = len(old) == len(wanted) + 1 and old[-1] == 1
    if squeezable:
        return f"{plain}.squeeze(-1)"
    unsqueezable = len(old) + 1 == len(wanted) and wanted[-1] == 1
    return f"{plain}.unsqueeze(-1)" if unsqueezable else f"{plain}.reshape({', '.join(map(str, wanted))})"


def _grad(place: Place) -> Told:
    found = place.attributes("grad")
    name = place.program.text(found[0].value) if found else ""
    what = f"`{name}.grad` is None: `{name}` is" if name else ".grad is None: the tensor is"
    origin = place.program.origin(found[0].value) if found else None
    made = (
        f", made by `{place.program.text(origin)}`" if origin is not None and not isinstance(origin, ast.Name) else ""
    )
    kept = f"`{name}.retain_grad()` before backward" if name else "retain_grad() before backward"
    return (
        f"{place.at} {what} the result of an operation{made}, not a leaf.",
        "backward leaves gradients only in leaves: tensors that were made with requires_grad=True, and parameters.",
        f"Ask the leaf it was made from, or call {kept} to keep this one.",
    )


def _scheduler(place: Place) -> Told:
    owners = [place.program.text(c.func.value) for c in place.calls("step") if isinstance(c.func, ast.Attribute)]
    name = owners[0] if owners else "scheduler"
    return (
        f"{place.at} `{name}.step()` comes before the first step of its optimizer.",
        "The schedule then goes on by one before anything was learned, and its first learning rate is never used.",
        f"In each round first the optimizer's step(), then `{name}.step()`.",
    )


def _range(place: Place) -> Told:
    calls = place.calls("range")
    text = place.program.text(calls[0]) if calls else "torch.range"
    args = [place.program.text(a) for a in calls[0].args] if calls else []
    new = f"torch.arange({', '.join(_one_more(args))})" if args else "torch.arange"
    return (
        f"{place.at} `{text}` is an old function that includes its end and gives floats; it is going to be removed.",
        f"`{new}` gives the same numbers: arange stops before its end, like Python's range.",
    )


def _one_more(args: list[str]) -> list[str]:
    """The arguments of range as those of arange."""
    if len(args) == 1:
        return ["0", f"{args[0]} + 1"]
    end = str(int(args[1]) + 1) if args[1].isdigit() else f"{args[1]} + 1"
    return [args[0], end, *args[2:]]


def _turned(place: Place) -> Told:
    found = place.attributes("T")
    base = found[0].value if found else None
    shape = place.program.shape(base) if base is not None else None
    name = place.program.text(base) if base is not None else "x"
    has = f"`{name}` {shape_text(shape)} has {len(shape)}" if shape is not None else f"`{name}` has not two"
    turned = shape_text(shape[::-1]) if shape else "the shape turned round"
    last = (
        f"`{name}.mT` swaps the last two dimensions" if shape is None or len(shape) > 2 else f"`{name}` alone is enough"
    )
    return (
        f"{place.at} `{name}.T` is meant for two dimensions, and {has}: all of them are reversed, {turned}.",
        f"{last}{', which is the transpose of every matrix in the batch' if shape is None or len(shape) > 2 else ''}.",
    )


def _copied(place: Place) -> Told:
    calls = place.calls("tensor", "as_tensor", "new_tensor")
    base = given(calls[0], 0, "data") if calls else None
    name = place.program.text(base) if base is not None else "x"
    shape = place.program.shape(base) if base is not None else None
    what = f"`{name}` {shape_text(shape)}" if shape is not None else f"`{name}`"
    return (
        f"{place.at} {what} is a tensor already; torch.tensor copies its numbers and forgets how it was made.",
        f"`{name}.detach().clone()` says so; `{name}.clone()` keeps the way back for gradients.",
    )


def _softmax(place: Place) -> Told:
    calls = place.calls(place.match[1], "Softmax", "LogSoftmax", "Softmin") or place.calls()
    call = next((c for c in calls if "oft" in called(c)), None)
    base = receiver(call)[0] if call is not None and called(call)[0].islower() else None
    shape = place.program.shape(base) if base is not None else None
    rank = len(shape) if shape is not None else 2
    dim = 0 if rank in (0, 1, 3) else 1
    name = (
        f"`{place.program.text(base)}` {shape_text(shape)}" if base is not None and shape is not None else "the scores"
    )
    return (
        f"{place.at} {place.match[1]} is not told along which dimension of {name} the numbers are to add up to 1.",
        f"torch guesses by the number of dimensions: 0 for one or three, else 1{f'; here {dim}' if shape else ''}.",
        "Name it: dim=-1 for one distribution in each row.",
    )


def _mesh(place: Place) -> Told:
    return (
        f"{place.at} torch.meshgrid is not told in which order its grids are.",
        'indexing="ij" is what it does now, rows first; indexing="xy" is what NumPy does. Pass the one that is meant.',
    )


def _arrays(place: Place) -> Told:
    return (
        f"{place.at} a list of NumPy arrays is turned into a tensor number by number, which is slow.",
        "`torch.from_numpy(np.stack(arrays))` copies them at once.",
    )


def _scalar(place: Place) -> Told:
    calls = [c for c in place.calls("float", "int") if c.args]
    name = place.program.text(calls[0].args[0]) if calls else "the tensor"
    return (
        f"{place.at} `{name}` requires gradients and is turned into a plain number, which has no way back.",
        f"Where only the number is wanted, `{name}.item()` says so.",
    )


def _spread(place: Place) -> Told:
    return (
        f"{place.at} {place.match[1]} is asked of a single number, and divides by n - 1 = 0: the result is nan.",
        "With one number there is no spread; correction=0 divides by n and gives 0.",
    )


def _dropout(place: Place) -> Told:
    return (
        f"{place.at} dropout={place.match[1]} has no effect: it acts between stacked layers, and there is one.",
        "num_layers=2 gives it a place; else put nn.Dropout behind the module.",
    )


def _divergence(place: Place) -> Told:
    return (
        f"{place.at} kl_div with reduction='mean' divides by the number of all entries, not of the examples.",
        "reduction='batchmean' is the divergence as it is defined.",
    )


def _reduce(place: Place) -> Told:
    return (
        f"{place.at} size_average and reduce are the old way to say how a loss is put together.",
        "Write reduction='mean', 'sum' or 'none'.",
    )


def _old_rate(place: Place) -> Told:
    return f"{place.at} get_lr() is for the inside of a scheduler.", "The rate in use is `get_last_lr()`."


def _bytes(place: Place) -> Told:
    return (
        f"{place.at} a mask of dtype uint8 picks entries; that will be removed, and its 0 and 1 be positions then.",
        "Make it a mask: `.bool()`.",
    )


def _resized(place: Place) -> Told:
    return (
        f"{place.at} the tensor given as out has shape {shape_text(_shape(place.match[1]))}, and the result "
        f"{shape_text(_shape(place.match[2]))}: it was resized.",
        "Without out= the call makes a tensor of the right shape by itself.",
    )


def _imaginary(place: Place) -> Told:
    return (
        f"{place.at} complex numbers are turned into real ones, and their imaginary parts are lost.",
        "`.real` takes the one part on purpose, `.abs()` the magnitude.",
    )


def _empty(place: Place) -> Told:
    return (
        f"{place.at} a layer is made with a size of 0: it has no weights, and its output does not depend on its input.",
    )


def _renamed(place: Place) -> Told:
    return (f"{place.at} {place.match[1]} is an old name for the same; write `{place.match[2]}`.",)


def _locked(place: Place) -> Told:
    return (
        f"{place.at} the NumPy array may not be written to, but the tensor that shares its memory could be.",
        "`torch.tensor(array)` makes a copy that may be changed.",
    )


def _graph(place: Place) -> Told:
    return (
        f"{place.at} create_graph=True makes parameters and their gradients keep each other in memory.",
        "torch.autograd.grad gives gradients of gradients without that.",
    )


def _plane(place: Place) -> Told:
    return (
        f"{place.at} {place.match[1]} drops whole channels, and {place.match[2]} dimensions have none.",
        "For a table of numbers it is dropout.",
    )


_TELLERS: tuple[tuple[str, Callable[[Place], Told]], ...] = (
    (r"Using a target size \((.*?)\) that is different to the input size \((.*?)\)\.", _sizes),
    (r"\.grad attribute of a Tensor that is not a leaf", _grad),
    (r"lr_scheduler\.step\(\)` before `optimizer\.step", _scheduler),
    (r"torch\.range is deprecated", _range),
    (r"`?x?\.T`? on tensors of dimension other than 2", _turned),
    (r"copy construct from a tensor", _copied),
    (r"Implicit dimension choice for (\w+)", _softmax),
    (r"meshgrid.*indexing argument", _mesh),
    (r"list of numpy\.ndarrays", _arrays),
    (r"requires_grad=True to a scalar", _scalar),
    (r"(std|var)\w*\(\): degrees of freedom is <= 0", _spread),
    (r"non-zero dropout expects num_layers greater than 1, but got dropout=([\d.]+)", _dropout),
    (r"'batchmean' divides only by the batch size", _divergence),
    (r"size_average and reduce args", _reduce),
    (r"please use `get_last_lr\(\)`", _old_rate),
    (r"indexing with dtype torch\.uint8", _bytes),
    (r"resized since it had shape (\[.*?\]), which does not match the required output shape (\[.*?\])", _resized),
    (r"discards the imaginary part", _imaginary),
    (r"zero-element tensors is a no-op", _empty),
    (
        r"`([\w.]+)(?:\(args\.\.\.\))?` is (?:now )?deprecated\.? (?:in favor of|Please use|Use) `([\w.]+)",
        _renamed,
    ),
    (r"NumPy array is not writable", _locked),
    (r"backward\(\) with create_graph=True", _graph),
    (r"(dropout[23]d): Received a (\d)-D input", _plane),
)  # fmt: skip
