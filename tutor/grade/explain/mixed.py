"""Classes and functions taken for each other: nn.Tanh for nn.Tanh(), F.relu for nn.ReLU(), nn.MSELoss(a, b)."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, scope, sequence, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.optim import OPTIMIZERS
from tutor.sandbox.protocol import Operand

FUNCTIONS = {
    "ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softmax": "softmax", "LogSoftmax": "log_softmax",
    "GELU": "gelu", "ELU": "elu", "SELU": "selu", "SiLU": "silu", "LeakyReLU": "leaky_relu", "Softplus": "softplus",
    "Mish": "mish", "Hardtanh": "hardtanh", "ReLU6": "relu6", "Dropout": "dropout", "Flatten": "flatten",
    "Linear": "linear", "Embedding": "embedding", "LayerNorm": "layer_norm", "Conv1d": "conv1d", "Conv2d": "conv2d",
    "MaxPool2d": "max_pool2d", "AvgPool2d": "avg_pool2d", "MSELoss": "mse_loss", "L1Loss": "l1_loss",
    "SmoothL1Loss": "smooth_l1_loss", "HuberLoss": "huber_loss", "CrossEntropyLoss": "cross_entropy",
    "NLLLoss": "nll_loss", "BCELoss": "binary_cross_entropy", "KLDivLoss": "kl_div", "Identity": "",
    "BCEWithLogitsLoss": "binary_cross_entropy_with_logits", "CosineSimilarity": "cosine_similarity",
}  # fmt: skip
"""What is a class in torch.nn and a function in torch.nn.functional."""
CLASSES = {function: kind for kind, function in FUNCTIONS.items() if function}
_DIM = {"Softmax": "dim=1", "LogSoftmax": "dim=1"}
_HOLDERS = ("Sequential", "ModuleList", "ModuleDict", "add_module", "append", "extend")
_SIZED = ("Linear", "Embedding", "LayerNorm", "Conv1d", "Conv2d", "MaxPool2d", "AvgPool2d")
"""Classes that cannot be made without a size."""
_ONLY_TORCH = ("tanh", "sigmoid", "flatten")


def explain(case: Case) -> Explanation | None:
    """What was taken for what; None where nothing was."""
    for rule in (_entries, _settings, _used, _spelt, _bare):
        if (found := rule(case)) is not None:
            return found
    return None


def _entries(case: Case) -> Explanation | None:
    """Something in a Sequential that is no module."""
    if case.name not in _HOLDERS or case.type != "TypeError":
        return None
    if not case.says("not a Module|takes from 1 to 2 positional|not iterable|with an iterable|sequence element"):
        return None
    if case.name == "ModuleDict":
        return _unnamed(case)
    if case.name == "ModuleList" and case.operands and all(o.seen.kind == "module" for o in case.operands):
        text = ", ".join(o.text for o in case.operands)
        return Explanation(
            rule="sequential-list",
            first=f"A ModuleList takes one list; `{words.short(text)}` stands without its brackets.",
            rest=("Sequential takes its layers one by one, ModuleList a list of them.",),
            repairs=case.instead(f"{case.word}([{text}])"),
        )
    node = case.node
    if not isinstance(node, ast.Call):
        return None
    return _list(case) or sequence.named(case) or _odd_entry(case, node) or _passed_class(case)


def _unnamed(case: Case) -> Explanation | None:
    """A ModuleDict of a list."""
    given = case.operands[0] if case.operands else None
    if given is None or given.seen.kind not in ("list", "tuple"):
        return None
    return Explanation(
        rule="sequential-list",
        first=f"{words.code(given)} is a {given.seen.type}, and a ModuleDict takes a dict: each layer with its name.",
        rest=("Layers without names go into a ModuleList.",),
        repairs=case.instead(f"{case.nn}.ModuleList({given.text})", "layers by number"),
    )


def _list(case: Case) -> Explanation | None:
    lone = case.operands[0] if len(case.operands) == 1 else None
    if case.name != "Sequential" or lone is None or lone.seen.kind not in ("list", "tuple"):
        return None
    if any(item.kind != "module" for item in lone.seen.items or ()):
        return None
    inner = lone.text[1:-1].strip().rstrip(",") if lone.text[:1] in "[(" else ""
    return Explanation(
        rule="sequential-list",
        first=f"{words.code(lone)} is a {lone.seen.type} of layers, and Sequential takes the layers one by one.",
        rest=("A * in front of a list passes its entries as separate arguments.",),
        repairs=(
            *case.swapped(lone, f"*{lone.text}"),
            *(case.swapped(lone, inner, "the same without the brackets") if inner and "for" not in inner else ()),
        ),
    )


def _odd_entry(case: Case, node: ast.Call) -> Explanation | None:
    for entry in (entries := sequence.unpacked(case, node)):
        operand = next((o for o in case.operands if o.text == case.text(entry)), None)
        name = origin.last_name(entry)
        if operand is not None and operand.seen.type == "type" and not isinstance(entry, ast.Call):
            return _class(case, entry, name)
        if isinstance(entry, (ast.Name, ast.Attribute)) and (operand is None or operand.seen.kind != "module"):
            kept = [origin.last_name(v) for v in origin.bound(case, name)] if isinstance(entry, ast.Name) else []
            known = next((n for n in (name, *kept) if n in CLASSES), "")
            if known:
                return _function(case, entry, CLASSES[known])
            if name[:1].isupper() and (name in FUNCTIONS or origin.class_named(case, name) or "." in case.text(entry)):
                return _class(case, entry, name)
        if (
            isinstance(entry, ast.Call)
            and origin.last_name(entry.func) in CLASSES
            and operand
            and operand.seen.kind == "tensor"
        ):
            return _function(case, entry, CLASSES[origin.last_name(entry.func)])
        if operand is not None and operand.seen.kind not in ("module", "missing", "list"):
            return _other(case, operand)
        if operand is not None and operand.seen.kind == "list" and case.name != "ModuleList":
            return _other(case, operand)
        if isinstance(entry, ast.Constant):
            first = f"`{case.text(entry)}` is no module; {case.name} takes modules alone."
            kind = CLASSES.get(str(entry.value), "")
            repairs = case.instead(f"{case.nn}.{kind}()", of=entry) if kind else ()
            return Explanation(rule="sequential-entry", first=first, repairs=repairs)
    return sequence.function(case, entries)


def _passed_class(case: Case) -> Explanation | None:
    """A class handed on by another name, as in `mlp(sizes, nn.GELU)`."""
    said = case.says(r"torch\.nn\.modules\.\w+\.(\w+) is not a Module subclass")
    name = said[1] if said else ""
    if not name:
        return None
    calls = {id(n.func) for n in ast.walk(case.tree) if isinstance(n, ast.Call)}
    uses = [n for n in ast.walk(case.tree) if isinstance(n, ast.Attribute) and n.attr == name and id(n) not in calls]
    return _class(case, uses[0], name) if uses else None


def _class(case: Case, entry: ast.expr, name: str) -> Explanation:
    text = case.text(entry)
    return Explanation(
        rule="sequential-class",
        first=f"`{text}` is the class; a layer is made from it with parentheses, `{text}()`.",
        rest=("Sequential takes layers that have been made.",),
        repairs=case.instead(f"{text}({_DIM.get(name, '')})", of=entry),
    )


def _function(case: Case, entry: ast.expr, kind: str) -> Explanation:
    text = case.text(entry)
    what = "tensor" if isinstance(entry, ast.Call) else "function"
    return Explanation(
        rule="sequential-function",
        first=f"`{words.short(text)}` is a {what}, and {case.name} takes layers: `{case.nn}.{kind}()`.",
        rest=("A function is used in forward, on a tensor; inside a Sequential stands a module that does the same.",),
        repairs=case.instead(f"{case.nn}.{kind}({_DIM.get(kind, '')})", of=entry),
    )


def _other(case: Case, operand: Operand) -> Explanation:
    kind = operand.seen.type or operand.seen.kind
    if operand.seen.kind in ("list", "tuple") and all(i.kind == "module" for i in operand.seen.items or ()):
        return Explanation(
            rule="sequential-list",
            first=f"{words.code(operand)} is a {kind} of layers, and {case.name} takes the layers one by one.",
            rest=("A * in front of a list passes its entries as separate arguments.",),
            repairs=case.swapped(operand, f"*{operand.text}"),
        )
    return Explanation(
        rule="sequential-entry",
        first=f"{words.code(operand)} is a {kind}, no module; {case.name} takes modules alone.",
        rest=(
            "What computes on a tensor without parameters belongs into forward, or into a small module of your own.",
        ),
        repairs=sequence.wrapped(case, case.node_of(operand)) if operand.seen.kind == "function" else (),
    )


def _settings(case: Case) -> Explanation | None:
    """A class of torch.nn called with data, which it takes for its settings."""
    name = case.name
    if case.kind == "call" and (found := _class_kept(case)) is not None:
        return found
    if case.kind != "call" or not (case.word.endswith(f"nn.{name}") or name in FUNCTIONS):
        return None
    data = [o for o in case.operands if o.seen.kind == "tensor" and not o.keyword]
    if not name[:1].isupper() or case.below:
        return None
    if not data:
        return _fraction(case)
    if name == "Linear" and len(case.operands) == 2 and data[0] is case.operands[0] and data[0].seen.shape:
        return _linear(case, data[0])
    return _made_with_data(case, case.node, case.word, data)


def _class_kept(case: Case) -> Explanation | None:
    """`criterion = nn.MSELoss`, called later as if it had been made."""
    node = case.node.func if isinstance(case.node, ast.Call) else None
    held = [k for k in (scope.held(case, node) if node else []) if origin.last_name(k) in FUNCTIONS]
    if node is None or not held or case.below or not any(o.seen.kind == "tensor" for o in case.operands):
        return None
    kept = held[-1]
    text, kind = case.text(kept), origin.last_name(kept)
    if kind in _SIZED:
        return None
    return Explanation(
        rule="class-kept",
        first=f"`{case.text(node)}` is the class `{text}` itself; it is made with parentheses, `{text}()`.",
        rest=("Called with data, the class takes them for its settings.",),
        repairs=case.instead(f"{text}({'dim=-1' if kind in _DIM else ''})", f"on line {kept.lineno}", of=kept),
    )


def _fraction(case: Case) -> Explanation | None:
    """A size that is no whole number."""
    sizes = [o for o in case.operands if o.seen.type == "float" and not o.keyword]
    if case.type != "TypeError" or not sizes or not case.says("float|int|size"):
        return None
    size = sizes[0]
    plain = isinstance(size.seen.value, float) and size.seen.value == int(size.seen.value)
    new = size.text.replace("/", "//") if "/" in size.text and "//" not in size.text else f"int({size.text})"
    return Explanation(
        rule="layer-size",
        first=f"{words.code(size)} is {size.seen.text}, a float, and the sizes of a layer are whole numbers.",
        rest=("/ gives a float even where it divides evenly; // gives a whole number.",) if "/" in size.text else (),
        repairs=case.swapped(size, new) if plain else (),
    )


def _linear(case: Case, data: Operand) -> Explanation:
    last = words.size(data, -1)
    return Explanation(
        rule="class-with-data",
        first=f"`{case.word}` is made with two numbers, and {words.shaped(data)} is the data.",
        rest=(f"The layer is made first, `{case.word}({last}, {case.operands[1].text})`; then it gets the data.",),
        repairs=case.instead(f"{case.word}({last}, {case.operands[1].text})({data.text})"),
    )


def _made_with_data(case: Case, node: ast.AST | None, word: str, data: list[Operand] | list[str]) -> Explanation:
    texts = [d if isinstance(d, str) else d.text for d in data]
    name = word.rpartition(".")[2]
    passed = ", ".join(texts)
    truth = case.says("Boolean value")
    call = f"{word}({'dim=-1' if name in _DIM else ''})({passed})"
    whole = isinstance(node, ast.Call) and len(node.args) == len(texts) and not node.keywords
    return Explanation(
        rule="class-with-data",
        first=f"`{word}` is a class: `{words.short(word + '(' + passed + ')')}` takes the data for its settings.",
        rest=(
            f"First it is made, `{word}()`, with options in the parentheses; then that is called with the data.",
            *(("torch's words on truth come from one of the options being a tensor.",) if truth else ()),
        ),
        repairs=(*(case.instead(call, of=node) if whole and node else ()), *_as_function(case, name, passed, node)),
    )


def _as_function(case: Case, name: str, passed: str, node: ast.AST | None) -> tuple[Repair, ...]:
    function = FUNCTIONS.get(name, "")
    if not function or name in _SIZED or node is None:
        return ()
    extra = ", dim=-1" if name in _DIM else ""
    home = "torch" if function in _ONLY_TORCH else case.F
    return case.instead(f"{home}.{function}({passed}{extra})", "the function of the same name", of=node)


def _used(case: Case) -> Explanation | None:
    """A module used as if it were what it gives."""
    if case.type not in ("AttributeError", "TypeError", "ValueError", "RuntimeError"):
        return None
    for operand in case.operands:
        if operand.seen.kind != "module" or not case.says(rf"'?\b{operand.seen.type}\b'?( object|'| and|,|$)"):
            continue
        plain = case.kind in ("operator", "attribute", "subscript")
        passed = case.kind == "call" and case.operands[0] is not operand
        if (plain or passed) and (found := _as_value(case, operand)) is not None:
            return found
    return None


def _as_value(case: Case, operand: Operand) -> Explanation | None:
    node = case.node_of(operand)
    makers = origin.followed(case, node) if node is not None else []
    made = next((m for m in makers if isinstance(m, ast.Call) and origin.last_name(m.func) == operand.seen.type), None)
    data = [case.text(a) for a in made.args if _is_data(a)] if made is not None else []
    if made is not None and data and operand.seen.type in FUNCTIONS and len(data) == len(made.args):
        return _made_with_data(case, made, case.text(made.func), data)
    if made is not None and data and operand.seen.type in FUNCTIONS and _is_data(made.args[0]):
        return _with_settings(case, made, data)
    other = next((o for o in case.operands if o is not operand and o.seen.kind == "tensor"), None)
    if case.kind != "operator" or other is None:
        return None
    return Explanation(
        rule="module-as-value",
        first=f"{words.code(operand)} is a module, a {operand.seen.type}; {case.word} needs what it gives.",
        rest=("A module is called with a tensor, and the result is a tensor again.",),
        repairs=_called_alike(case, operand, other),
    )  # fmt: skip


def _called_alike(case: Case, operand: Operand, other: Operand) -> tuple[Repair, ...]:
    """A module called with the tensor it is combined with, or with what the layer beside it gets."""
    if case.word in ("@", "*"):
        return case.instead(f"{words.grouped(operand)}({other.text})", "called with the tensor")
    beside = case.node_of(other)
    if not isinstance(beside, ast.Call) or not beside.args:
        return ()
    passed = ", ".join(case.text(a) for a in beside.args)
    return case.swapped(operand, f"{operand.text}({passed})", "called as the one beside it")


def _with_settings(case: Case, made: ast.Call, data: list[str]) -> Explanation:
    """`nn.MaxPool2d(x, 2)`: the data among the settings."""
    word = case.text(made.func)
    settings = [case.text(a) for a in (*made.args, *made.keywords) if not _is_data(a) or isinstance(a, ast.keyword)]
    return Explanation(
        rule="class-with-data",
        first=f"`{word}` is a class: `{words.short(case.text(made))}` takes the data for one of its settings.",
        rest=(f"First it is made, `{word}({', '.join(settings)})`; then that is called with the data.",),
        repairs=case.instead(f"{word}({', '.join(settings)})({', '.join(data)})", of=made),
    )


def _is_data(node: ast.AST) -> bool:
    return not isinstance(node, ast.Constant) and not (
        isinstance(node, ast.UnaryOp) and isinstance(node.operand, ast.Constant)
    )


def _spelt(case: Case) -> Explanation | None:
    """A class looked for among the functions, or the other way round."""
    said = case.says(r"module '(torch\.nn|torch\.nn\.functional|torch)' has no attribute '(\w+)'")
    node = case.node
    if case.type != "AttributeError" or said is None or not isinstance(node, ast.Attribute):
        return None
    name, call = said[2], next(iter(case.around(node)), None)
    called = isinstance(call, ast.Call) and call.func is node
    function, kind = FUNCTIONS.get(name), CLASSES.get(name)
    homes = {"torch.optim": OPTIMIZERS, "torch.utils.data": ("DataLoader", "Dataset", "TensorDataset")}
    home = next((place for place, names in homes.items() if name in names and place != said[1]), "")
    if home:
        first = f"`{case.text(node)}` is not there: `{name}` is in {home}."
        repairs = case.instead(f"{home}.{name}", of=node)
    elif said[1] == "torch.nn" and kind:
        first = f"`{case.text(node)}` is not there: torch.nn has the class `{kind}`, torch.nn.functional the function."
        made = isinstance(call, ast.Call) and called and not any(_is_data(a) for a in call.args)
        of_class = case.instead(f"{case.nn}.{kind}", "a layer, made once", of=node)
        of_function = case.instead(f"{case.F}.{name}", "the function", of=node)
        repairs = of_class if made else of_function
    elif said[1] == "torch.nn.functional" and function:
        first = f"`{case.text(node)}` is not there: the function is `{function}`, the class `{name}` is in torch.nn."
        repairs = (
            case.instead(f"{case.text(node.value)}.{function}", of=node)
            if called
            else case.instead(f"{case.nn}.{name}", of=node)
        )
    elif said[1] == "torch" and function is not None:
        first = f"`{case.text(node)}` is not there: `{name}` is a class of torch.nn."
        repairs = case.instead(f"{case.nn}.{name}", of=node)
    elif said[1] == "torch" and kind:
        first = f"`{case.text(node)}` is not there: `{name}` is a function of torch.nn.functional."
        repairs = case.instead(f"{case.F}.{name}", of=node)
    else:
        return None
    return Explanation(
        rule="class-or-function",
        first=first,
        rest=("Names that begin with a capital are classes, made once and then called; the others are functions.",),
        repairs=repairs,
    )


def _bare(case: Case) -> Explanation | None:
    """F.relu() where nn.ReLU() is meant."""
    if case.type != "TypeError" or case.kind != "call" or case.operands or case.name not in CLASSES:
        return None
    if not case.says(r"missing \d+ required|expected one of|missing"):
        return None
    kind = CLASSES[case.name]
    return Explanation(
        rule="function-without-data",
        first=f"`{case.word}()` is a function and needs the tensor it works on.",
        rest=(f"A layer that does the same, to be called later, is `{case.nn}.{kind}()`.",),
        repairs=case.instead(f"{case.nn}.{kind}({_DIM.get(kind, '')})"),
    )
