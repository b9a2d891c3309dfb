"""What a change of a program is called, and what is told of it: true in general, and nothing of the right code."""

from __future__ import annotations

import ast
import re

from tutor.grade.belief.node import Change, function, number
from tutor.grade.belief.reduce import NAMES as REDUCTIONS

_HEAD = {"T": "transpose", "mT": "transpose", "t": "transpose", "clone": "view", "amax": "max", "amin": "min"}
_SIGN: dict[type, str] = {
    ast.Add: "plus", ast.Sub: "minus", ast.Mult: "star", ast.MatMult: "matmul", ast.Div: "divide",
    ast.FloorDiv: "floor", ast.Mod: "remainder", ast.Pow: "power", ast.Gt: "above", ast.GtE: "at-least",
    ast.Lt: "below", ast.LtE: "at-most", ast.Eq: "equal", ast.NotEq: "unequal",
}  # fmt: skip
_ACTIVATION = frozenset(("relu", "sigmoid", "tanh", "gelu", "silu", "elu", "softplus", "leaky-relu"))


def named(old: ast.expr, change: Change) -> str:
    """A short name for the kind of change, the same for the same kind wherever it is made."""
    new = change.node
    if _holds(old, new):
        return _dropped(old)
    if isinstance(old, ast.BinOp) and function(new).endswith("_"):
        return "in-place"
    if isinstance(old, ast.Call) and isinstance(new, ast.Call) and function(old) == function(new):
        return _argument(old, new)
    if isinstance(old, ast.Subscript) and isinstance(new, ast.Subscript):
        return _entry(old, new)
    if isinstance(old, ast.BinOp) and isinstance(new, ast.BinOp) and type(old.op) is type(new.op):
        swapped = ast.dump(old.left) == ast.dump(new.right) and ast.dump(old.right) == ast.dump(new.left)
        return "swap-operands" if swapped else "other-operand"
    if _holds(new, old):
        return _added(new, old)
    if function(old) in ("amax", "amin") and function(new) == function(old)[1:]:
        return "pair-for-values"
    if head(new) == head(old):
        return f"other-{head(old)}"
    return f"{head(new)}-for-{head(old)}"


def _holds(whole: ast.expr, part: ast.expr) -> bool:
    wanted = ast.dump(part)
    return any(ast.dump(n) == wanted for n in ast.walk(whole) if n is not whole and isinstance(n, ast.expr))


def head(node: ast.expr) -> str:
    """The word for what a node does."""
    if isinstance(node, ast.Call):
        name = function(node)
    elif isinstance(node, ast.Attribute):
        name = node.attr
    elif isinstance(node, ast.BinOp):
        name = _SIGN.get(type(node.op), "operator")
    elif isinstance(node, ast.Compare):
        name = _SIGN.get(type(node.ops[0]), "comparison")
    else:
        name = {"Subscript": "index", "Constant": "number", "UnaryOp": "sign"}.get(type(node).__name__, "value")
    return _HEAD.get(name, name).strip("_").replace("_", "-").lower()


def _dropped(old: ast.expr) -> str:
    if isinstance(old, ast.BinOp):
        return "drop-operand"
    word = head(old)
    if isinstance(old, ast.Call) and function(old) == "clone":
        return "view-for-clone"
    if word == "detach":
        return "no-detach"
    return "drop-activation" if word in _ACTIVATION else f"drop-{word}"


def _added(new: ast.expr, old: ast.expr) -> str:
    if isinstance(new, ast.BinOp) and isinstance(new.op, (ast.Add, ast.Sub)) and number(new.right) == 1:
        return "off-by-one"
    return "clone-for-view" if function(new) == "clone" else f"add-{head(new)}"


def _argument(old: ast.Call, new: ast.Call) -> str:
    """Which argument of a call is another one."""
    was, now = _arguments(old), _arguments(new)
    gone, come = was.keys() - now.keys(), now.keys() - was.keys()
    other = {k for k in was.keys() & now.keys() if was[k] != now[k]}
    if function(old) in ("range", "arange"):
        return "off-by-one"
    if function(old) == "Sequential":
        return "drop-layer"
    if function(old) in ("cat", "stack") and 0 in other and was.keys() == now.keys():
        return "list-order" if "dim" not in other else "other-dim"
    if function(old) in ("cross_entropy", "CrossEntropyLoss", "binary_cross_entropy_with_logits") and 0 in other:
        return "softmax-before-loss"
    if "dim" in other or "axis" in other:
        return "other-dim"
    if "dim" in gone:
        return "missing-dim"
    if "keepdim" in gone | come:
        return "drop-keepdim" if "keepdim" in gone else "add-keepdim"
    if other and sorted(was.values()) == sorted(now.values()):
        return "swap-arguments"
    if other == {"of"}:
        return "other-input"
    words = [k for k in (*sorted(map(str, other | gone | come)),) if not k.isdigit()]
    return f"other-{words[0].replace('_', '-')}" if words else "other-argument"


def _arguments(call: ast.Call) -> dict[object, str]:
    """The arguments by name or place; a reduction's first one is its dim."""
    given: dict[object, str] = {k.arg: ast.dump(k.value) for k in call.keywords}
    of = call.func.value if isinstance(call.func, ast.Attribute) else None
    method = of is not None and not (isinstance(of, ast.Name) and of.id in ("torch", "F", "nn"))
    if method and of is not None:
        given["of"] = ast.dump(of)
    for place, arg in enumerate(call.args):
        given["dim" if function(call) in REDUCTIONS and place == (0 if method else 1) else place] = ast.dump(arg)
    return given


def _entry(old: ast.Subscript, new: ast.Subscript) -> str:
    """What is other between the brackets."""
    was, now = _entries(old), _entries(new)
    plain = ast.dump(ast.Slice())
    if isinstance(old.value, ast.Attribute) and old.value.attr == "shape":
        return "other-dim"
    if ast.dump(old.value) != ast.dump(new.value):
        return "other-brackets"
    dumps = [ast.dump(e) for e in was], [ast.dump(e) for e in now]
    if [d for d in dumps[0] if d != plain] == [d for d in dumps[1] if d != plain]:
        return "other-dim"
    if sorted(dumps[0]) == sorted(dumps[1]):
        return "swap-entries"
    if any(isinstance(e, ast.List) for e in was) and len(now) > len(was):
        return "unwrapped-list"
    if len(was) != len(now):
        return "drop-index"
    pairs = [(a, b) for a, b, x, y in zip(was, now, *dumps, strict=True) if x != y]
    if len(pairs) != 1:
        return "other-brackets"
    return _one_entry(*pairs[0])


def _entries(node: ast.Subscript) -> list[ast.expr]:
    return list(node.slice.elts) if isinstance(node.slice, ast.Tuple) else [node.slice]


def _one_entry(was: ast.expr, now: ast.expr) -> str:
    if ast.dump(now) == ast.dump(ast.Slice()):
        return "drop-index"
    if isinstance(was, ast.List):
        return "other-order" if isinstance(now, ast.List) else "slice-for-list" if _slice(now) else "drop-list"
    if _slice(was) == _slice(now):
        return "off-by-one"
    return "slice-for-index" if _slice(now) else "index-for-slice"


def _slice(node: ast.expr) -> bool:
    return isinstance(node, ast.Slice)


GENERAL = {
    "other-dim": "The dimension you name is the one that is worked along, and no other.",
    "missing-dim": "Without a dimension everything is taken together into one number.",
    "drop-keepdim": "A reduction takes its dimension away, and what is left lines up with the last dimensions.",
    "add-keepdim": "A dimension of size 1 is a dimension too: a result that keeps it has another shape.",
    "drop-zero-grad": "backward adds to what is in .grad already; it overwrites nothing.",
    "drop-backward": "Gradients are there only once backward has been called.",
    "drop-step": "A backward pass only makes gradients; parameters change when a step is made.",
    "drop-eval": "Dropout and batch normalisation do in training what they do not do in evaluation.",
    "drop-train": "Dropout and batch normalisation do in evaluation what they do not do in training.",
    "drop-no-grad": "Work on parameters is recorded unless it is said otherwise, and a leaf that is recorded cannot be "
                    "changed in place.",
    "drop-enable-grad": "Where nothing is recorded there is nothing to go back through.",
    "drop-init": "A module must be set up before it can hold layers.",
    "drop-append": "A list holds only what was put into it.",
    "drop-seed": "Random numbers are the same again only from the same seed.",
    "drop-in-place": "A tensor stays as it is until something is written into it.",
    "drop-write": "A tensor stays as it is until something is written into it.",
    "drop-update": "What is added up must be added in every round.",
    "drop-return": "A function that returns nothing gives None.",
    "drop-activation": "Two linear layers in a row are one linear layer, unless something stands between them.",
    "drop-layer": "A stack does what its layers do, one after the other, and nothing else.",
    "drop-transpose": "Rows and columns stay where they are until they are swapped.",
    "drop-item": "A tensor of one element is still a tensor, with all that it was computed from.",
    "drop-operand": "One side of an operation is left out here, and both count.",
    "drop-index": "Every entry in the brackets counts, each for a dimension of its own.",
    "drop-list": "A list in the brackets keeps its dimension, one place for each entry; a number takes it away.",
    "drop-softmax": "Scores are no probabilities before they are made to add up to one.",
    "drop-float": "The dtype of a result follows from those of what goes in.",
    "no-detach": "What is not cut off stays connected, and gradients flow back through it.",
    "detach": "What is cut off has no way back for gradients.",
    "view-for-clone": "A second name or a view shares the memory: what is written to one shows in the other.",
    "clone-for-view": "A copy has memory of its own: what is written to it does not show in what was copied.",
    "new-for-in-place": "Assigning to a name makes it stand for another tensor; the one it stood for stays as it was.",
    "in-place": "What is written into a tensor shows wherever that tensor is used, also outside of a function.",
    "overwrite": "Assigning replaces what was there; it adds nothing up.",
    "accumulate": "What is added up in a loop holds all the rounds before.",
    "step-before-backward": "A step moves along the gradients that are there; this loss makes its own in backward.",
    "zero-grad-after-backward": "A gradient that is cleared before the step is no longer there for it.",
    "return-input": "What is returned must be what was computed, not what was given.",
    "return-in-loop": "A return ends the function at once, also in the first round of a loop.",
    "out-of-loop": "A line after a loop runs once, with what the last round left.",
    "layers-in-list": "A module has the parameters of its own attributes only; it does not look into a Python list.",
    "softmax-before-loss": "This loss takes raw scores: turning them into probabilities is part of it.",
    "off-by-one": "Counting begins at 0, and the end is left out.",
    "swap-operands": "The order of the two sides counts.",
    "swap-arguments": "The order of the arguments counts.",
    "swap-entries": "Entries in the brackets go to the dimensions in their order, from 0.",
    "swap-results": "The order of the results counts.",
    "slice-for-index": "A slice keeps its dimension, even with one place; a number takes it away.",
    "index-for-slice": "A number takes its dimension away; a slice keeps it, even with one place.",
    "star-for-matmul": "Element by element and rows with columns are two different products.",
    "matmul-for-star": "Element by element and rows with columns are two different products.",
    "reshape-for-transpose": "The reading order stays when sizes are changed; swapping dimensions changes the order.",
    "transpose-for-reshape": "Swapping dimensions changes the order of the elements; new sizes alone do not.",
    "transpose-for-view": "Swapping dimensions changes the order of the elements; new sizes alone do not.",
    "mean-for-sum": "Adding up and averaging differ by how many numbers there are.",
    "sum-for-mean": "Adding up and averaging differ by how many numbers there are.",
    "mean-for-divide": "A mean divides by all the places along the dimension, whether they are used or not.",
    "sum-for-cumsum": "A running total keeps every step on the way; a total keeps none.",
    "cat-for-stack": "Joining along a dimension that is there makes no new one.",
    "stack-for-cat": "A new dimension has one place for each tensor.",
    "argmax-for-max": "A position is not the value that stands there.",
    "argmin-for-min": "A position is not the value that stands there.",
    "max-for-argmax": "A position is not the value that stands there.",
    "min-for-argmin": "A position is not the value that stands there.",
    "floor-for-divide": "A quotient can be kept as it is or rounded down, and the two differ.",
    "divide-for-floor": "A quotient can be kept as it is or rounded down, and the two differ.",
    "drop-arange": "A count is one number; a range goes through all.",
    "at-least-for-above": "Whether elements that are equal belong to it counts.",
    "above-for-at-least": "Whether elements that are equal belong to it counts.",
    "at-most-for-below": "Whether elements that are equal belong to it counts.",
    "below-for-at-most": "Whether elements that are equal belong to it counts.",
    "other-correction": "A spread can be divided by n or by one less, and the two differ.",
    "other-dtype": "The dtype is part of the result.",
    "float": "The dtype is part of the result.",
    "pair-for-values": "With a dimension it gives two things, values and positions.",
    "drop-values": "With a dimension it gives two things, values and positions.",
    "other-order": "A list picks places in the order in which it names them.",
    "unwrapped-list": "Numbers in brackets of their own are one entry for one dimension.",
    "slice-for-list": "A slice goes from its start towards the end, in steps of one or more.",
    "other-brackets": "A second pair of brackets starts again at dimension 0 of what the first one left.",
    "drop-parameter": "A module counts as its parameters only what is made one.",
    "before-loop": "A line before a loop runs once, with what was there before the first round.",
    "add-no-grad": "Under no_grad nothing is recorded, so backward has nothing to follow.",
    "backward-twice": "Each backward adds its gradients once more.",
    "step-twice": "Each step moves along the gradients that are there once more.",
    "add-relu": "What comes out of a network can have any sign, unless its last layer cuts it.",
    "add-softmax": "Raw scores and probabilities are different outputs of a network.",
    "list-for-tuple": "A list is no tuple.",
    "list-order": "Tensors are joined in the order in which they stand.",
    "int": "The dtype is part of the result.",
    "std-for-var": "The standard deviation is the root of the variance.",
    "var-for-std": "The standard deviation is the root of the variance.",
    "argmin-for-argmax": "The largest and the smallest stand at different places.",
    "argmax-for-argmin": "The largest and the smallest stand at different places.",
    "drop-stack": "A list of tensors is no tensor.",
    "drop-cat": "A list of tensors is no tensor.",
    "zeros": "The result depends on what goes in.",
    "fewer-dims": "A dimension of size 1 is a dimension too.",
    "flat": "The shape is part of the result, not only the numbers.",
    "extra-dim": "A dimension of size 1 is a dimension too.",
    "list-for-tensor": "A list of numbers is no tensor.",
    "one-result": "What is to be returned are two things.",
}  # fmt: skip
"""What is true, by the name of the change. None of them says which of two ways is the right one here."""


def told(name: str, sentence: str, lost: set[str]) -> str:
    """What a person is told: the rule's own sentence where it says nothing of the right code, else a general one.

    `lost` are the words and signs of the right code that the wrong code does not have.
    """
    for part in (sentence, re.split(r"[:;,]|\. ", sentence)[0].rstrip(".") + "."):
        if len(part) > 12 and not _tells(part, lost):
            return part
    return GENERAL.get(name) or _by_form(name)


def _by_form(name: str) -> str:
    if "-for-" in name:
        return "What is done here is near to what is asked for, and not the same."
    if name.startswith("drop-"):
        return "One step is left out here, and it counts."
    if name.startswith("add-"):
        return "There is one step too many here."
    return "One detail is another one here, and it counts."


_COUNTING = re.compile(
    r"(counted |numbered |starts? |begins? )?(again )?(at |from )0\b|\bsize (of )?1\b|\b1-D\b|\ba 1\b"
)


def _tells(sentence: str, lost: set[str]) -> bool:
    """Whether a sentence names something of the right code."""
    if re.search(r"[`=]", sentence) or re.search(r"\d", _COUNTING.sub("", sentence)):
        return True
    return bool(lost & set(words(sentence)))


_WORD = re.compile(r"[A-Za-z_]\w*|\d+(?:\.\d+)?|[@*/%+<>~&|-]{1,2}=?")


def words(code: str) -> list[str]:
    """The words, numbers and signs of code or of a sentence."""
    return _WORD.findall(code)
