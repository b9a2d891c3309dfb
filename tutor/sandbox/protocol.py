"""What the two sides of the sandbox say to each other. Standard library only: both processes import it.

A frame is `magic | u32 length of JSON | u32 length of tensors | JSON | safetensors`, little-endian. Never pickle.
No field means "passed": an outcome is a claim by the learner's process, and the judge compares data.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field, fields
from typing import Any, Literal

MAGIC = b"TUT1"
HEADER = struct.Struct("<4sII")

JSON_MOST = 1 << 20
TENSORS_MOST = 16 << 20
CODE_MOST = 64 << 10
VALUES_MOST = 1024
"""Tensors of up to this many elements carry their values in JSON as well."""
EVENTS_MOST = 2000
"""Events of training that are kept; what comes later is not told."""

Fact = int | float | bool | str | tuple[int, ...]
Status = Literal["ok", "error", "timeout", "memory", "output", "killed", "refused"]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one run may use."""

    seconds: float = 10.0
    """Wall time from the start of the child's work."""
    memory_mb: int = 1024
    """Address space above what the waiting child holds already, in MiB; on a GPU, resident memory of its own."""
    gpu_memory_mb: int = 4096
    """What it may hold on a GPU, in MiB."""
    tasks: int = 64
    """Threads at once, counted from outside where the kernel does not."""
    output_shown: int = 64 << 10
    """Bytes of stdout and stderr together that are kept."""
    output_total: int = 4 << 20
    """Bytes of output after which the run is ended."""


@dataclass(frozen=True, kw_only=True)
class Calls:
    """Calls of a function on inputs drawn in the child after the code ran, the same for the same seed."""

    function: str
    """Its name; or the name of a class of module, of which one is made for each call."""
    inputs: tuple[str, ...]
    """Expressions, taken in turn; each draws the argument, or a tuple of arguments, of one call."""
    count: int
    make: str = ""
    """How a module is made, such as `Net(4, 2)`; its parameters are then set to numbers that depend on the case."""
    backward: bool = False
    """Whether the gradients of each result's sum are computed as well."""
    small: bool = False
    """Whether the inputs are to be as small and as round as they can be, smallest first: for finding an example."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """Code to run in a fresh child, and what to observe afterwards."""

    code: str
    setup: str = ""
    """Runs first, in the same namespace; `torch` is imported before it. An error here is the lesson's fault."""
    observe: tuple[str, ...] = ()
    """Expressions evaluated after the code; each on its own, an error in one leaves the others."""
    calls: Calls | None = None
    trace: bool = False
    """Also report what each top-level line made."""
    training: bool = False
    """Also report the events of training loops, those in what is observed included."""
    seed: int = 0
    """Of the random numbers of setup and code."""
    draw: int = 0
    """Of the random numbers of what is observed and called: told to the child only when the code has ended."""
    filename: str = "answer.py"
    device: str = "cpu"
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, kw_only=True)
class Operand:
    """Something in the code that has a value: what it is called there, what it is, where it came from."""

    text: str
    """As written: `x.T`, `w`, `net[0](x)`."""
    seen: Observation
    facts: dict[str, Fact] = field(default_factory=dict)
    """What a layer was made with (`in_features`), or how a tensor was made (`grad_fn`: `MulBackward0`)."""
    keyword: str = ""
    """The name it was passed by."""
    line: int | None = None
    """Where the name was last bound; None for what is no name."""
    source: str = ""
    """The statement that bound it, as written."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A module that was at work when something failed."""

    path: str
    """Where it is in the one before it: `1` in a Sequential, `fc` in a module; empty for the outermost."""
    type: str
    facts: dict[str, Fact] = field(default_factory=dict)
    """What it was made with: `in_features`, `num_embeddings`, `kernel_size`."""
    inputs: tuple[Observation, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The place in the learner's code where an error came from, with everything in sight."""

    line: int
    statement: str
    """The whole statement, as written."""
    expression: str
    """The innermost expression of it that failed, as written; the statement where that cannot be told."""
    place: tuple[int, int, int, int]
    """First line and column, last line and column of the expression; columns from 0, in characters."""
    kind: Literal["operator", "call", "subscript", "attribute", "assign", "truth", "other"] = "other"
    word: str = ""
    """The operator (`@`, `+=`), the name of what is called (`view`, `F.cross_entropy`), the attribute."""
    operands: tuple[Operand, ...] = ()
    """In order; of a method first what it is called on."""
    names: tuple[Operand, ...] = ()
    """Other names of the statement."""
    layers: tuple[Layer, ...] = ()
    """Modules at work, the outermost first."""
    above: int = 0
    """How many of them were calling the code that failed; those after are below it."""
    known: tuple[str, ...] = ()
    """Of an attribute that is not there: names alike that are; of an argument that does not fit: the parameters."""
    function: str = ""
    """The function of the learner's that was running."""
    recorded: bool = True
    """Whether gradients were being recorded."""


@dataclass(frozen=True, kw_only=True)
class Failure:
    """An exception, as data."""

    type: str
    message: str
    line: int | None = None
    """Line in the code whose fault it is, 1-based; None when it did not come from a line."""
    where: Literal["setup", "code", "observe", "call"] = "code"
    scene: Scene | None = None
    """Where it came from and what was there; only for code that was traced."""


@dataclass(frozen=True, kw_only=True)
class Observation:
    """A value, described as data."""

    kind: Literal[
        "tensor", "number", "bool", "text", "none", "list", "tuple", "dict", "size", "dtype", "device",
        "function", "module", "object", "missing",
    ]  # fmt: skip
    type: str = ""
    """The Python type's name."""
    text: str = ""
    """Its repr, capped and legible; for people, never for judging."""
    shape: tuple[int, ...] | None = None
    """Of a tensor, or the entries of a torch.Size."""
    dtype: str | None = None
    """`float32`, without `torch.`; also for kind "dtype"."""
    device: str | None = None
    requires_grad: bool | None = None
    is_leaf: bool | None = None
    stride: tuple[int, ...] | None = None
    contiguous: bool | None = None
    grad: Observation | None = None
    """Of a leaf, or of a tensor that retains it; None where there is none."""
    storage: int | None = None
    """The same number for tensors of one outcome that share memory."""
    values: Any = None
    """Nested lists for small tensors; nan and the infinities as the strings "nan", "inf", "-inf"."""
    tensor: str | None = None
    """The key of its bytes in the safetensors part."""
    value: Any = None
    """Of a number (int beyond 2**53 and non-finite floats as text), bool or text."""
    items: tuple[Observation, ...] | None = None
    """Of a list, a tuple, or a dict's values."""
    keys: tuple[str, ...] | None = None
    """A dict's keys, by repr; the names in a module's state_dict, whose entries are the items."""
    parameters: tuple[str, ...] | None = None
    """Which of a module's keys are registered parameters."""
    training: bool | None = None
    """Whether a module is in training mode."""
    layers: tuple[str, ...] | None = None
    """What a module is made of, where all of it is torch's own."""
    digest: int | None = None
    """Stands for the whole of a text or a list too long to be described whole."""
    failure: Failure | None = None
    """Why kind is "missing": the expression failed, or the name does not exist."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """What a line made in one of several rounds, numbered from 1."""

    number: int
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Part:
    """What a part of a line made, the first time it ran."""

    text: str
    """As written."""
    shape: tuple[int, ...] | None = None
    dtype: str | None = None


@dataclass(frozen=True, kw_only=True)
class Line:
    """What one line made, wherever it stands; of a loop, or a function called often, the last time."""

    line: int
    name: str
    shape: tuple[int, ...] | None = None
    dtype: str | None = None
    text: str = ""
    device: str | None = None
    requires_grad: bool | None = None
    count: int = 1
    """How often it ran."""
    passes: tuple[Pass, ...] = ()
    """The first, the second and the last time, where it ran more than once."""
    parts: tuple[Part, ...] = ()
    """Its sub-expressions that made tensors, from the inside out."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing a training loop did, in order."""

    kind: Literal["zero_grad", "forward", "loss", "backward", "step"]
    line: int | None = None
    """The innermost line of the code that led there."""
    name: str = ""
    """The class or function: `SGD`, `Linear`, `cross_entropy`."""
    grad_enabled: bool = True
    """Whether gradients were being recorded."""
    attached: bool = True
    """Of a loss or a backward: whether what went in was connected to what is trained."""
    probabilities: bool = False
    """Of a loss that wants raw scores: whether it was given the output of a softmax or a sigmoid."""
    fresh: bool = True
    """Of a loss: whether all in it was computed since its parameters were last moved; of a backward: whether every
    gradient it adds to was None or zero; of a step: whether any gradient is new since the last step and still there."""
    missing: bool = False
    """Of a step: whether no parameter had a gradient."""
    value: float | None = None
    """Of a loss: its value, where it is one number."""


@dataclass(frozen=True, kw_only=True)
class Warned:
    """A warning the code caused."""

    line: int | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of the function: what went in, what came out."""

    inputs: tuple[Observation, ...]
    result: Observation | None = None
    failure: Failure | None = None
    changed: bool = False
    """Whether the call changed its inputs."""
    after: tuple[Observation, ...] = ()
    """The inputs as the call left them, where it changed them."""
    made: Observation | None = None
    """The module that was called, as it is after the call."""
    rng: int = 0
    """Stands for the state of torch's random numbers after the call."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came back from one run. Everything in it is the child's claim but status, seconds and the output."""

    status: Status
    seconds: float = 0.0
    stdout: str = ""
    stderr: str = ""
    truncated: bool = False
    """Whether output was dropped."""
    error: Failure | None = None
    note: str = ""
    """For any status but ok and error: one sentence that names the limit."""
    warnings: tuple[Warned, ...] = ()
    lines: tuple[Line, ...] = ()
    asides: tuple[Line, ...] = ()
    """Not told as lines: names that were there before (line 0), arguments of functions (the line of their `def`), and
    lines that gave nothing but had parts, such as `print(a - b)`."""
    observed: dict[str, Observation] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    events: tuple[Event, ...] = ()
    rng: int = 0
    """Stands for the state of torch's random numbers after the code."""
    tensors: bytes = b""
    """safetensors; opened only by the judge."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """The first difference the judge found between what was expected and what came."""

    name: str
    """The observed expression, or the function."""
    field: Literal[
        "missing", "failed", "kind", "shape", "rank", "dtype", "device", "requires_grad", "is_leaf", "grad", "stride",
        "contiguous", "layers", "values", "length", "keys", "shares", "inputs", "rng", "parameters", "names", "mode",
    ]  # fmt: skip
    expected: str
    actual: str
    cells: tuple[tuple[int, ...], ...] = ()
    """Index of each differing element, at most 64."""
    differing: int = 0
    case: int | None = None
    """Which call, for functions."""
    item: str = ""
    """Where inside a list, tuple or dict: `[1]`."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How two outcomes are to be compared."""

    check: tuple[str, ...] = ("shape", "dtype", "values")
    beside: tuple[str, ...] = ()
    """Names that are observed only to see who shares memory with them."""
    tolerance: float | None = None
    nan_equal: bool = False


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What code may and must use, by its syntax tree.

    A word is the name of a group (`loops`, `arithmetic`), an operator (`@`), a keyword (`for`), a name however it is
    reached (`softmax`), a dotted name (`torch.softmax`), or an attribute (`.item`).
    """

    only: tuple[str, ...] = ()
    """All operators, calls, attributes and kinds of statement that may be used; empty for no such list."""
    never: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    """What must be used at least once."""
    statements: int | None = None
    """The most statements."""
    one_return: bool = False
    """Whether each function is a single `return`."""
    line: int | None = None
    """The longest line, in characters."""


@dataclass(frozen=True, kw_only=True)
class Breach:
    """One place where code breaks a rule."""

    rule: Literal["only", "never", "uses", "statements", "one_return", "line", "hidden"]
    """`hidden` is a way around a rule, such as getattr or eval."""
    word: str
    """The word of the rule that was broken, or what is not on the list."""
    line: int | None = None
    column: int | None = None
    """1-based, in characters."""
    text: str = ""


def encode(message: dict[str, Any], tensors: bytes = b"") -> bytes:
    """One frame."""
    body = json.dumps(message, separators=(",", ":"), allow_nan=False).encode()
    return HEADER.pack(MAGIC, len(body), len(tensors)) + body + tensors


def plain(value: Any) -> Any:
    """A dataclass of this module as JSON-ready data, without the fields that are at their defaults."""
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: plain(v) for f in fields(value) if (v := getattr(value, f.name)) != f.default and v != {}}
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, (list, tuple)) else value
