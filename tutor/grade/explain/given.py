"""What a layer is given that it cannot compute with: no tensor, or one of another dtype."""

from __future__ import annotations

import ast

from tutor.grade.explain import absent, origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.layer import Feed, feed
from tutor.grade.explain.part import is_torch
from tutor.grade.explain.scope import unused

_WHOLE = ("int64", "int32", "int16", "int8", "uint8", "bool")
_TO = {"float32": ".float()", "float64": ".double()", "float16": ".half()", "bfloat16": ".bfloat16()"}
_HOLDERS = ("Sequential", "ModuleList", "ModuleDict")
_INDEXED = ("Embedding", "EmbeddingBag")
_PAIRS = ("LSTM", "GRU", "RNN", "MultiheadAttention")
OUTPUT = "class Output(nn.Module):\n    def forward(self, pair):\n        return pair[0]"


def explain(case: Case) -> Explanation | None:
    """What a layer got in place of a tensor of its own dtype; None where it got that, or is no layer of torch."""
    fed = feed(case)
    if fed is None and case.type == "TypeError" and is_torch(case):
        return _function(case)
    if fed is None or fed.layer.type in _INDEXED or origin.class_named(case, fed.layer.type):
        return None
    if fed.got.kind != "tensor":
        return _no_tensor(fed)
    return _dtype(fed)


def _function(case: Case) -> Explanation | None:
    """A module in place of a tensor, in a function of torch."""
    operand = next((o for o in case.operands if o.seen.kind == "module"), None)
    node = case.node_of(operand) if operand is not None else None
    if operand is None or node is None or isinstance(node, ast.Call):
        return None
    data = unused(case, node)
    return Explanation(
        rule="layer-module",
        first=f"{case.word}() takes a tensor, and {words.code(operand)} is a module, a {operand.seen.type}.",
        rest=("It is the layer itself, not its result; called with a tensor, it gives one.",),
        repairs=case.swapped(operand, f"{operand.text}({data})", f"called with `{data}`, not used yet") if data else (),
    )


def _no_tensor(fed: Feed) -> Explanation | None:
    if fed.layer.type in _HOLDERS or not (fed.case.type == "TypeError" or _asked(fed)):
        return None
    kind = fed.got.kind
    if kind == "tuple":
        return _pair(fed)
    if kind == "module":
        return _module(fed)
    name = {"none": "None", "list": "a list", "number": "a number", "text": "a text"}.get(kind, f"a {fed.got.type}")
    what = words.code(fed.operand) if fed.operand else "what comes to it"
    return Explanation(
        rule="layer-no-tensor",
        first=f"{fed.label} takes a tensor, and {what} is {name}.",
        rest=(_why(fed), *_nothing(fed)[0]),
        repairs=(*_made_tensor(fed), *_nothing(fed)[1]),
    )


def _asked(fed: Feed) -> bool:
    """Whether something of a tensor was asked of what is none."""
    return fed.case.type == "AttributeError" and fed.case.says(f"'{fed.got.type}'") is not None


def _why(fed: Feed) -> str:
    if fed.got.kind == "none":
        return "None is what a function gives that does not return anything."
    return "Layers compute with tensors alone; data is made into one first, with the dtype of the layer."


def _nothing(fed: Feed) -> tuple[tuple[str, ...], tuple[Repair, ...]]:
    """The forward that does not return anything, where None came from some module of the code's own."""
    if fed.got.kind != "none":
        return (), ()
    for own in (n for n in ast.walk(fed.case.tree) if isinstance(n, ast.ClassDef)):
        forward = origin.function_named(own, "forward")
        if forward is not None and absent.gives_nothing(forward):
            why = f"`forward` of `{own.name}` (line {forward.lineno}) has no return."
            return (why,), absent.returned(fed.case, forward)
    return (), ()


def _made_tensor(fed: Feed) -> tuple[Repair, ...]:
    torch = "torch.tensor({}, dtype=torch.float32)"
    if fed.got.type == "ndarray":
        return fed.refed(lambda x: f"torch.from_numpy({_bare(x)}).float()", "the array as a tensor of float32")
    if fed.got.kind in ("list", "number"):
        items = fed.got.items or ()
        if items and all(item.kind == "tensor" for item in items):
            return fed.refed(lambda x: f"torch.stack({_bare(x)})", "the tensors of the list in one")
        text = "[{}]" if fed.got.kind == "number" else "{}"
        return fed.refed(lambda x: torch.format(text.format(_bare(x))), "the numbers as a tensor of float32")
    return ()


def _bare(text: str) -> str:
    return text


def _pair(fed: Feed) -> Explanation:
    case = fed.case
    before = _pair_maker(fed)
    kind = origin.last_name(before.func) if before is not None else ""
    made = f"`{words.short(case.text(before))}`" if before is not None else "what stands before it"
    gives = "(output, weights)" if kind == "MultiheadAttention" else "(output, state)"
    what = f"{words.code(fed.operand)}, a tuple" if fed.operand else "a tuple"
    return Explanation(
        rule="layer-tuple",
        first=f"{fed.label} gets {what} of {len(fed.got.items or ())}, no tensor; it comes from {made}.",
        rest=(
            f"{kind or 'Such a layer'} gives a pair, {gives}; the next layer wants the first of it alone.",
            *(("A Sequential hands on all that a layer gives.",) if len(case.below) > 1 else ()),
        ),
        repairs=(*_first_of(fed), *_output_layer(fed)),
    )


def _pair_maker(fed: Feed) -> ast.Call | None:
    """The call that made the layer which gave the pair."""
    case = fed.case
    if len(case.below) > 1 and fed.maker is not None:
        holder = next((n for n in case.around(fed.maker) if isinstance(n, (ast.Call, ast.List))), None)
        items = origin.entries(holder) if holder is not None else []
        at = items.index(fed.maker) if fed.maker in items else 0
        return items[at - 1] if at and isinstance(items[at - 1], ast.Call) else None  # type: ignore[return-value]
    node = case.node_of(fed.operand) if fed.operand else None
    for call in _calls_behind(case, node) if node is not None else []:
        for maker in origin.followed(case, call.func):
            if isinstance(maker, ast.Call) and origin.last_name(maker.func) in _PAIRS:
                return maker
    return None


def _calls_behind(case: Case, node: ast.expr) -> list[ast.Call]:
    values = [node] if isinstance(node, ast.Call) else []
    if isinstance(node, ast.Name):
        values = [v for v in origin.bound(case, node.id) if isinstance(v, ast.Call)]
    return [v for v in values if isinstance(v, ast.Call)]


def _first_of(fed: Feed) -> tuple[Repair, ...]:
    return fed.refed(lambda x: f"{x}[0]", "the output of the pair") if len(fed.case.below) == 1 else ()


def _output_layer(fed: Feed) -> tuple[Repair, ...]:
    """A small module that takes the output out of the pair, in front of the layer."""
    case = fed.case
    if fed.maker is None or len(case.below) < 2 or case.below[-2].type != "Sequential":
        return ()
    top = [n for n in case.around(fed.maker) if isinstance(n, ast.stmt)]
    if not top or case.place(top[-1]) is None:
        return ()
    code = OUTPUT.replace("nn.", f"{case.nn}.")
    edits = [case.ahead(top[-1], f"{code}\n\n"), case.ahead(fed.maker, "Output(), ")]
    shown = f"{code}\n... Output(), {words.short(case.text(fed.maker))} ..."
    return (Repair(shown, "a small layer of your own that takes the output out of the pair", tuple(edits)),)


def _module(fed: Feed) -> Explanation:
    case, operand = fed.case, fed.operand
    what = words.code(operand) if operand else f"a {fed.got.type}"
    inner = case.node_of(operand) if operand else None
    text = case.text(inner) if inner is not None else ""
    passed = case.operands[0].text if case.operands else ""
    data = [case.text(a) for a in inner.args] if isinstance(inner, ast.Call) else []
    called = f"{case.text(inner.func)}()({', '.join(data)})" if isinstance(inner, ast.Call) and data else ""
    free = "" if data or inner is None or len(case.below) > 1 else unused(case, inner)
    return Explanation(
        rule="layer-module",
        first=f"{fed.label} takes a tensor, and {what} is a module: the layer itself, not its result.",
        rest=("A module is made first, `nn.Tanh()`, and then called with a tensor, `nn.Tanh()(x)`.",),
        repairs=(
            *(case.swapped(operand, called, "the layer made, then called with the data") if called else ()),
            *(case.swapped(operand, f"{text}({free})", f"called with `{free}`, used nowhere yet") if free else ()),
            *case.instead(f"{case.nn}.Sequential({text}, {passed})", "one layer after the other, still to be called"),
        ),
    )


def _dtype(fed: Feed) -> Explanation | None:
    want = str(fed.layer.facts.get("dtype", "float32"))
    got = fed.got.dtype or ""
    if got == want or not fed.case.says(r"dtype|scalar type|input type|the type|not implemented for|Float|Long|Double"):
        return None
    return Explanation(
        rule="layer-dtype",
        first=f"{_typed(fed)} is {got}, and {fed.label} computes in {want}.",
        rest=(
            _needs(fed, want),
            *_from(fed, got),
            *_translated(fed, got, want),
        ),
        repairs=_converted(fed, got, want),
        habit="Turn data into float32 once, where it is made." if want == "float32" else "",
    )


def _needs(fed: Feed, want: str) -> str:
    if "bias" not in fed.layer.facts and not origin.sizes_of(fed.layer.type):
        return "It computes with fractions, so what it gets must be of a floating dtype. The shape is not the trouble."
    return (
        f"A layer's weight and bias are {want}, and what it gets must be of the same dtype; nothing is converted. "
        "The shape is not the trouble."
    )


def _typed(fed: Feed) -> str:
    return words.code(fed.operand) if fed.operand else "What comes to it"


def _from(fed: Feed, got: str) -> tuple[str, ...]:
    operand = fed.operand
    made = f" It was {words.made_at(operand)}." if operand and words.made_at(operand) else ""
    code = f"{operand.text} {operand.source}" if operand else ""
    if got == "float64" and ("np." in code or "numpy" in code):
        return (f"NumPy's floats are float64, and torch keeps that.{made}",)
    if got in _WHOLE and operand and "dtype" not in code:
        return (f"Numbers written without a decimal point make whole numbers.{made}",)
    return (made.strip(),) if made else ()


def _translated(fed: Feed, got: str, want: str) -> tuple[str, ...]:
    names = {v: k for k, v in words.TORCH_WORDS.items() if k[0].isupper()}
    used = [(names.get(d, ""), d) for d in (got, want)]
    said = [f"{word} means {dtype}" for word, dtype in used if word and fed.case.says(rf"\b{word}")]
    mat = " mat2 is the layer's weight." if fed.case.says("mat2") else ""
    return (f"In torch's words {words.listed(said)}.{mat}",) if said else ()


def _converted(fed: Feed, got: str, want: str) -> tuple[Repair, ...]:
    to = _TO.get(want, f".to(torch.{want})")
    found = fed.refed(lambda x: f"{x}{to}", f"the same numbers as {want}")
    if got == "float64" and len(fed.case.below) == 1 and fed.case.operands:
        called = fed.case.operands[0]
        if called.seen.kind == "module":
            found += fed.case.swapped(
                called, f"{words.grouped(called)}.double()", "the layer in float64: twice the memory"
            )
    return found
