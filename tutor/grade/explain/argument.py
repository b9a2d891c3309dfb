"""Arguments of another type than torch's functions take: lists and numbers for tensors, numbers for shapes."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, signature, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Observation, Operand

_LIKES = {"zeros_like": "zeros", "ones_like": "ones", "empty_like": "empty", "rand_like": "rand", "randn_like": "randn"}
_MATH = (
    "sqrt",
    "exp",
    "log",
    "sin",
    "cos",
    "tan",
    "floor",
    "ceil",
    "pow",
    "log2",
    "log10",
    "tanh",
    "atan",
    "acos",
    "asin",
)
_SIZED = ("zeros", "ones", "rand", "randn", "empty", "full", "randint")
_TENSORS = r"must be Tensor, not|must be tuple of Tensors, not|invalid combination|expected Tensor as"


def explain(case: Case) -> Explanation | None:
    """What is passed as something else; None where that is not it."""
    if case.below:
        return None
    if case.kind == "call" and case.name == "range" and case.operands:
        return _range(case)
    if case.kind == "subscript" and case.type == "KeyError" and len(case.operands) == 2:
        return _key(case, *case.operands)
    if case.kind != "call" or not part.is_torch(case) or not case.operands:
        return None
    if case.name in _SIZED and (found := _sized(case)) is not None:
        return found
    if case.name == "arange":
        return _arange(case)
    return _no_tensor(case)


def _no_tensor(case: Case) -> Explanation | None:
    """A list, a number or an array where a tensor has to be."""
    if case.type != "TypeError" or not case.says(_TENSORS):
        return None
    said = case.says(r"argument '(\w+)' \(position (\d+)\) must be Tensor")
    if not said and signature.required(case.name)[:1] not in (("input",), ("tensor",), ("condition",)):
        return None
    at = int(said[2]) - (not part.is_method(case)) if said else None
    plain = [o for o in case.operands if not o.keyword]
    wrong = plain[at] if at is not None and at < len(plain) else next((o for o in plain if _no(o.seen)), None)
    wrong = next((o for o in case.operands if said and o.keyword == said[1]), wrong)
    if wrong is None or not _no(wrong.seen):
        return None
    kind = wrong.seen.type
    return Explanation(
        rule="argument-tensor",
        first=f"{words.code(wrong)} is {part.article(kind)}, and {case.name}() takes a tensor there.",
        rest=_why(case, wrong),
        repairs=_made(case, wrong),
    )


def _no(seen: Observation) -> bool:
    return seen.kind in ("list", "tuple", "number", "bool", "none", "text") or seen.type == "ndarray"


def _why(case: Case, wrong: Operand) -> tuple[str, ...]:
    if wrong.seen.kind == "none":
        return ("None is what a function gives that returns nothing.",)
    if case.name in _LIKES:
        return (f"{case.name} copies the shape and dtype of a tensor; {_LIKES[case.name]} takes a shape.",)
    if wrong.seen.kind == "number":
        return ("The functions of torch compute on tensors; of a plain number math has the same.",)
    return ("torch computes on tensors alone; a list or an array is made into one first.",)


def _made(case: Case, wrong: Operand) -> tuple[Repair, ...]:
    seen, text = wrong.seen, wrong.text
    items = seen.items or ()
    if seen.kind in ("none", "text"):
        return ()
    if case.name in _LIKES and (sizes := part.integers(seen)) is not None and seen.kind in ("tuple", "list"):
        shaped = case.instead(
            part.call(case, *map(str, sizes), name=_LIKES[case.name]), f"the shape {shape_text(sizes)}"
        )
        return (*shaped, *part.swapped(case, wrong, f"torch.tensor({text})", "a tensor with these numbers"))
    if seen.type == "ndarray":
        return part.swapped(case, wrong, f"torch.from_numpy({text})", "the array as a tensor")
    if items and all(item.kind == "tensor" for item in items):
        return part.swapped(case, wrong, f"torch.stack({text})", "the tensors in one")
    number = _number(case, wrong)
    tensor = part.swapped(case, wrong, f"torch.tensor({_floated(case, wrong)})", "as a tensor")
    return (*number, *tensor)


def _floated(case: Case, wrong: Operand) -> str:
    """Numbers with a decimal point where fractions come of them."""
    whole = isinstance(wrong.seen.value, int) and wrong.text.isdigit() and case.name in (*_MATH, "sigmoid", "mean")
    return f"{wrong.text}." if whole else wrong.text


def _number(case: Case, wrong: Operand) -> tuple[Repair, ...]:
    """What does the same with a plain number."""
    if wrong.seen.kind != "number":
        return ()
    others = [o for o in case.operands if o is not wrong]
    if case.name in ("maximum", "minimum") and len(others) == 1 and others[0].seen.kind == "tensor":
        limit = "min" if case.name == "maximum" else "max"
        return case.instead(
            f"{part.bare(case, others[0])}.clamp({limit}={wrong.text})",
            f"what is {'below' if limit == 'min' else 'above'} that number becomes it",
        )
    if case.name == "equal" and others:
        return case.instead(f"({others[0].text} == {wrong.text}).all()", "true if all elements are that number")
    if case.name in ("abs", "round", "pow") and all(o.seen.kind == "number" for o in case.operands):
        return case.instead(f"{case.name}({', '.join(o.text for o in case.operands)})", "Python's own, of numbers")
    return ()


def _sized(case: Case) -> Explanation | None:
    """Shapes that are no tuples, and numbers in the place of shapes."""
    if not case.says("must be tuple of ints|invalid combination|positional argument|missing"):
        return None
    plain = [o for o in case.operands if not o.keyword]
    if case.name == "randint":
        return _randint(case, plain)
    if case.name == "full" and len(plain) == 2:
        return _full(case, plain)
    text = next((o for o in plain if o.seen.kind == "text" and str(o.seen.value).isdigit()), None)
    if text is not None:
        return _text(case, text)
    lists = [o for o in plain if o.seen.kind in ("list", "tuple")]
    if case.name in ("zeros", "ones", "rand", "randn", "empty") and len(plain) > 1 and lists:
        sizes = [n for o in plain for n in part.integers(o.seen) or ()]
        return _told(
            case, "several of them", plain[0], [shape_text(tuple(sizes))], f"the shape {shape_text(tuple(sizes))}"
        )
    return None


def _text(case: Case, text: Operand) -> Explanation:
    return Explanation(
        rule="argument-size",
        first=f"{words.code(text)} is a text; {case.name}() takes whole numbers as sizes.",
        rest=("What is read from a file or typed in is text until int() makes a number of it.",),
        repairs=part.swapped(case, text, f"int({text.text})", "the number that the text stands for"),
    )


def _told(case: Case, what: str, wrong: Operand, inside: list[str], means: str) -> Explanation:
    return Explanation(
        rule="argument-size",
        first=f"{case.name}() takes one shape, in one tuple, and {words.code(wrong)} is {what}.",
        rest=("A shape of one dimension is written (3,), with a comma.",),
        repairs=case.instead(part.call(case, *inside, *part.keywords(case)), means),
    )


def _randint(case: Case, plain: list[Operand]) -> Explanation | None:
    numbers = [o for o in plain if part.integer(o.seen) is not None]
    if not numbers or len(numbers) != len(plain) or part.named(case, "size") is not None:
        return None
    rest = part.keywords(case)
    if len(plain) == 1:
        options = [(part.call(case, "0", plain[0].text, "(1,)", *rest), f"one number from 0 to {plain[0].text} - 1")]
    elif len(plain) == 2:
        a, b = (o.text for o in plain)
        options = [
            (part.call(case, a, b, "(1,)", *rest), f"one number from {a} to {b} - 1"),
            (part.call(case, "0", a, f"({b},)", *rest), f"{b} numbers from 0 to {a} - 1"),
        ]
    else:
        sizes = ", ".join(o.text for o in plain[2:])
        comma = "," if len(plain) == 3 else ""
        means = f"{shape_text(tuple(part.integer(o.seen) or 0 for o in plain[2:]))} numbers"
        options = [(part.call(case, plain[0].text, plain[1].text, f"({sizes}{comma})", *rest), means)]
    found: tuple[Repair, ...] = ()
    for code, means in options:
        found += case.instead(code, means)
    return Explanation(
        rule="argument-size",
        first=f"randint() takes its shape as a tuple, and {words.code(plain[-1])} is a number.",
        rest=("Its arguments are the lowest, the one after the highest, and the shape: randint(0, 10, (3,)).",),
        repairs=found,
    )


def _full(case: Case, plain: list[Operand]) -> Explanation | None:
    size, value = plain
    if size.seen.kind != "number":
        return None
    rest = part.keywords(case)
    if value.seen.kind in ("tuple", "list"):
        return Explanation(
            rule="argument-size",
            first=f"full() takes the shape first, then the number: {words.code(size)} stands where the shape goes.",
            repairs=case.instead(part.call(case, value.text, size.text, *rest), "the two the other way round"),
        )
    return Explanation(
        rule="argument-size",
        first=f"full() takes its shape as a tuple, and {words.code(size)} is a number.",
        rest=("A shape of one dimension is written (3,), with a comma.",),
        repairs=(
            *case.instead(part.call(case, f"({size.text},)", value.text, *rest), f"{size.text} times {value.text}"),
            *case.instead(
                part.call(case, f"({size.text}, {value.text})", "0.", *rest), "a table of that shape, filled with 0"
            ),
        ),
    )


def _arange(case: Case) -> Explanation | None:
    plain = [o for o in case.operands if not o.keyword]
    text = next((o for o in plain if o.seen.kind == "text"), None)
    if text is not None:
        return _text(case, text) if str(text.seen.value).isdigit() else None
    step = part.named(case, "step") or (plain[2] if len(plain) > 2 else None)
    if not case.says("step") or len(plain) < 2:
        return None
    if step is None:
        return _downwards(case, plain)
    number = part.number(step.seen)
    start, end = plain[0], plain[1]
    if number == 0:
        return Explanation(
            rule="arange-step",
            first=f"arange() goes from {words.code(start)} by steps of 0, and never arrives.",
            repairs=part.swapped(case, step, "1", "steps of 1"),
        )
    edits = [case.edit(n, o.text) for p, o in ((start, end), (end, start)) if (n := part.node_of(case, p)) is not None]
    opposite = step.text[1:] if step.text.startswith("-") else f"-{step.text}"
    return Explanation(
        rule="arange-step",
        first=f"From {words.code(start)} one does not come to {words.code(end)} by steps of {step.text}.",
        rest=("A negative step counts down, a positive one up; the end itself is not reached.",),
        repairs=(
            *part.swapped(case, step, opposite, f"steps of {opposite}"),
            *case.with_edits(edits, "begin and end the other way round"),
        ),
    )


def _downwards(case: Case, plain: list[Operand]) -> Explanation:
    start, end = plain[0], plain[1]
    return Explanation(
        rule="arange-step",
        first=f"arange() counts up by 1, and {words.code(end)} lies below {words.code(start)}.",
        rest=("A negative step, given last, counts down; the end itself is not reached.",),
        repairs=(
            *case.instead(part.call(case, start.text, end.text, "-1", *part.keywords(case)), "counting down"),
            *case.instead(
                part.call(case, end.text, start.text, *part.keywords(case)), "begin and end the other way round"
            ),
        ),
    )


def _range(case: Case) -> Explanation | None:
    """A shape where a number has to be."""
    size = next((o for o in case.operands if o.seen.kind == "size"), None)
    node = part.node_of(case, size) if size is not None else None
    if size is None or node is None:
        return None
    text = part.grouped(case, node)
    found: tuple[Repair, ...] = ()
    for d in range(min(len(size.seen.shape or ()), 2)):
        found += case.instead(f"{text}[{d}]", f"dimension {d} has size {(size.seen.shape or ())[d]}", of=node)
    return Explanation(
        rule="range-size",
        first=f"{words.code(size)} is a shape, {shape_text(size.seen.shape or ())}; range() takes one number.",
        rest=("A shape has a size for each dimension: one of them is picked by its place.",),
        repairs=found,
    )


def _key(case: Case, held: Operand, key: Operand) -> Explanation | None:
    """A dict looked into with a tensor."""
    if key.seen.kind != "tensor" or held.seen.kind not in ("dict", "missing"):
        return None
    one = key.seen.shape in ((), (1,))
    text = part.bare(case, key)
    node = part.node_of(case, key)
    several = (
        f"[{case.text(case.node.value)}[k] for k in {text}.tolist()]" if isinstance(case.node, ast.Subscript) else ""
    )
    return Explanation(
        rule="key-tensor",
        first=f"{words.code(key)} is a tensor, and the keys of {words.code(held)} are plain values.",
        rest=("A tensor equals no key, whatever number it holds: a dict looks for the very object.",),
        repairs=case.instead(f"{text}.item()", "its value", of=node)
        if one and node is not None
        else case.instead(several, "one after the other")
        if several
        else (),
    )
