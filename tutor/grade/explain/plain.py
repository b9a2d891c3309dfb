"""Plain Python values used as something else: text and numbers, lists as vectors, numbers as lists."""

from __future__ import annotations

import ast

from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_LISTS = ("list", "tuple")


def explain(case: Case) -> Explanation | None:
    """What a Python value cannot do; None where it is another error."""
    if case.type not in ("TypeError", "ValueError"):
        return None
    for rule in (_text, _lists, _repeated, _ordered, _counted, _looped, _places, _uncalled, _whole, _converted):
        if (found := rule(case)) is not None:
            return found
    return None


def _text(case: Case) -> Explanation | None:
    """ "loss: " + 3"""
    if case.kind != "operator" or case.word not in ("+", "+=") or len(case.operands) < 2:
        return None
    texts = [o for o in case.operands[:2] if o.seen.kind == "text"]
    others = [o for o in case.operands[:2] if o.seen.kind != "text"]
    if len(texts) != 1 or case.type != "TypeError":
        return None
    text, other = texts[0], others[0]
    number = str(text.seen.value or "")
    digits = number.strip().lstrip("-").replace(".", "", 1).isdigit()
    kind = "float" if "." in number else "int"
    return Explanation(
        rule="plain-text",
        first=f"{words.code(text)} is a text and {words.code(other)} {words.kind(other.seen.type)}; + does "
        "not join them.",
        rest=("Python turns neither into the other by itself.",),
        repairs=(
            *(case.swapped(text, f"{kind}({text.text})", "the text as a number") if digits else ()),
            *case.swapped(other, f"str({other.text})", "the number as text"),
        ),
        habit='For messages, an f-string: f"loss: {loss}".',
    )


def _lists(case: Case) -> Explanation | None:
    """Arithmetic with lists, as if they were vectors."""
    if case.kind != "operator" or len(case.operands) < 2 or case.type != "TypeError":
        return None
    if case.word.rstrip("=") not in ("+", "-", "*", "/", "**", "//", "@", "%"):
        return None
    lists = [o for o in case.operands[:2] if o.seen.kind in _LISTS and o.seen.type in _LISTS]
    others = [o for o in case.operands[:2] if o not in lists]
    if not lists or any(o.seen.kind not in ("number", "tensor") for o in others):
        return None
    if case.word == "*" and all(o.seen.type == "int" for o in others) and others:
        return None
    edits = [case.edit(node, _as_tensor(o)) for o in lists if (node := case.node_of(o)) is not None]
    what = words.listed([words.code(o) for o in lists])
    return Explanation(
        rule="plain-list",
        first=f"{what} {'are Python lists' if len(lists) > 1 else 'is a Python list'}, and {case.word} does "
        "not compute on lists.",
        rest=("+ joins lists and * repeats them; element by element computes a tensor.",),
        repairs=case.with_edits(edits, "as tensors", edits[0].new) if edits else (),
    )


def _as_tensor(operand: Operand) -> str:
    items = operand.seen.items or ()
    if items and all(item.kind == "tensor" for item in items):
        return f"torch.stack({operand.text})"
    return f"torch.tensor({operand.text})"


def _repeated(case: Case) -> Explanation | None:
    if not case.says("can't multiply sequence by non-int"):
        return None
    text = next((o for o in case.operands if o.seen.kind == "text"), None)
    if text is None:
        return None
    return Explanation(
        rule="plain-text",
        first=f"{words.code(text)} is a text, and * with a text repeats it a whole number of times.",
        rest=("To compute with it, turn it into a number first.",),
        repairs=case.swapped(text, f"float({text.text})", "the text as a number"),
    )


def _ordered(case: Case) -> Explanation | None:
    said = case.says(r"'(\S+)' not supported between instances of '(\w+)' and '(\w+)'")
    if said is None or len(case.operands) < 2:
        return None
    a, b = case.operands[:2]
    text = next((o for o in (a, b) if o.seen.kind == "text"), None)
    listed = next((o for o in (a, b) if o.seen.kind in _LISTS), None)
    repairs: tuple[Repair, ...] = ()
    if text is not None:
        repairs = case.swapped(text, f"float({text.text})", "the text as a number")
    elif listed is not None and {a.seen.kind, b.seen.kind} & {"number", "tensor"}:
        repairs = case.swapped(listed, _as_tensor(listed), "compared element by element")
    return Explanation(
        rule="plain-order",
        first=f"{words.code(a)} is {words.kind(said[2])} and {words.code(b)} {words.kind(said[3])}; "
        f"{said[1]} cannot compare them.",
        repairs=repairs,
    )


def _counted(case: Case) -> Explanation | None:
    said = case.says(r"object of type '(\w+)' has no len\(\)")
    if said is None or not case.operands:
        return None
    what = case.operands[0]
    if said[1] == "generator":
        repairs: tuple[Repair, ...] = case.swapped(what, f"list({what.text})", "collected first")
    elif said[1] in ("function", "method", "builtin_function_or_method"):
        repairs = case.swapped(what, f"{what.text}()", "called")
    else:
        repairs = ()
    return Explanation(
        rule="plain-len",
        first=f"{words.code(what)} is {words.kind(said[1])}, and len() counts the entries of lists, texts and tensors.",
        rest=(f"It was {words.made_at(what)}.",) if words.made_at(what) else (),
        repairs=repairs,
    )


def _looped(case: Case) -> Explanation | None:
    said = case.says(
        r"'(\w+)' object is not iterable|iteration over a (0-d) tensor|argument of type '(\w+)' is not iterable"
    )
    if said is None:
        return None
    kind = said[1] or said[3] or "tensor"
    names = {"int": "number", "float": "number", "bool": "bool"}
    what = next((o for o in case.operands if o.seen.type == kind or o.seen.kind == names.get(kind)), None)
    what = what or (case.operands[0] if len(case.operands) == 1 else None)
    if what is None:
        return None
    rest = "A loop goes through the entries of a list, a text, a tensor or a range."
    repairs: tuple[Repair, ...] = ()
    if kind == "int" and case.word in ("for", "list", "enumerate", "sum", "max", "min", ""):
        rest = "range(n) gives the numbers from 0 to n - 1."
        repairs = case.swapped(what, f"range({what.text})")
    elif kind in ("function", "method", "builtin_function_or_method"):
        rest = "It has not been called: its result is what can be gone through."
        repairs = case.swapped(what, f"{what.text}()")
    elif said[2]:
        rest = "Its shape is (): a single number, without a dimension to go along."
        repairs = case.swapped(what, f"{words.grouped(what)}.reshape(1)", "as one entry")
    return Explanation(
        rule="plain-loop",
        first=f"{words.code(what)} is {'a single number' if said[2] else words.kind(kind)} and cannot be gone through.",
        rest=(rest,),
        repairs=repairs,
    )


def _places(case: Case) -> Explanation | None:
    """What stands in square brackets behind a list, or behind what has no places."""
    if said := case.says(r"(list|tuple) indices must be integers or slices, not ([\w.]+)"):
        return _list_place(case, said[1], said[2])
    if said := case.says(r"(string|str) indices must be integers"):
        return _simple(case, "plain-place", "a text has places with whole numbers only")
    said = case.says(r"'([\w.]+)' object is not subscriptable|does not support (indexing|item assignment)")
    if said is None or not case.operands:
        return None
    what, kind = case.operands[0], said[1] or case.operands[0].seen.type
    if kind in ("builtin_function_or_method", "method", "function"):
        return _method_place(case, what)
    if kind == "generator":
        repairs = case.swapped(what, f"list({what.text})", "collected first")
        return Explanation(
            rule="plain-place", repairs=repairs,
            first=f"{words.code(what)} gives its values one by one; it has no places to ask for.",
        )  # fmt: skip
    if kind == "tuple":
        return Explanation(
            rule="plain-tuple",
            first=f"{words.code(what)} is a tuple, whose entries cannot be changed; a list's can.",
            repairs=case.swapped(what, f"list({what.text})") if not what.text.isidentifier() else (),
        )
    return Explanation(
        rule="plain-place",
        first=f"{words.code(what)} is {words.kind(kind)}, and has no places to ask for in square brackets.",
        rest=(f"It was {words.made_at(what)}.",) if words.made_at(what) else (),
    )


def _simple(case: Case, rule: str, first: str) -> Explanation | None:
    if not case.operands:
        return None
    return Explanation(rule=rule, first=f"{words.code(case.operands[0])}: {first}.")


def _method_place(case: Case, what: Operand) -> Explanation:
    """x.size[0]"""
    node = case.node
    place = case.text(node.slice) if isinstance(node, ast.Subscript) else "0"
    size = what.text.endswith((".size", ".dim"))
    owner = what.text.removesuffix(".size").removesuffix(".dim")
    given = "" if what.text.endswith(".dim") else place
    repairs = (
        (*case.instead(f"{owner}.shape[{place}]"), *(case.instead(f"{what.text}({given})") if given else ()))
        if size
        else (*case.instead(f"{what.text}()[{place}]", "called, then asked"), *case.instead(f"{what.text}({place})"))
    )
    return Explanation(
        rule="plain-uncalled",
        first=f"{words.code(what)} is a method, and is called with parentheses: `{words.short(what.text)}({given})`.",
        rest=(f"shape has places, in square brackets; {what.text.rpartition('.')[2]}() is a method.",) if size else (),
        repairs=repairs,
    )


def _list_place(case: Case, kind: str, given: str) -> Explanation | None:
    node = case.node
    if not case.operands or not isinstance(node, ast.Subscript):
        return None
    what, places = case.operands[0], case.operands[1:]
    text = case.text(node.slice)
    given = given.rpartition(".")[2]
    repairs: tuple[Repair, ...] = ()
    rest = "A place in a list is a whole number."
    items = what.seen.items or ()
    if given == "tuple" and kind == "tuple" and items and items[0].kind == "tensor":
        rest = "A call that gives several things gives them as a tuple; the first of them is the tensor."
        repairs = case.instead(f"{words.grouped(what)}[0][{text}]", "the first of the tuple")
    elif given == "tuple":
        rest = "Only a tensor takes several places at once; a list of lists is asked step by step."
        chain = "".join(f"[{p.text}]" for p in places)
        repairs = (
            *case.instead(f"{what.text}{chain}", "one after the other"),
            *case.instead(f"torch.tensor({what.text})[{text}]", "as a tensor"),
        )
    elif given == "float":
        new = text.replace("/", "//") if "/" in text and "//" not in text else f"int({text})"
        rest = "/ gives a float even where it divides evenly; // gives a whole number." if "/" in text else rest
        repairs = case.instead(new, of=node.slice)
    elif given == "Tensor":
        rest = "A list takes one place at a time; a tensor takes a tensor of places."
        repairs = case.instead(f"torch.tensor({what.text})[{text}]", "as a tensor")
    elif given == "str":
        repairs = case.instead(f"int({text})", of=node.slice)
        rest = "A place in a list is a whole number; names are the keys of a dict."
    elif given == "list":
        repairs = case.instead(f"[{what.text}[i] for i in {text}]", "one after the other")
    return Explanation(
        rule="plain-place",
        first=f"{words.code(what)} is a {kind}, and `{words.short(text)}` {words.kind(given)}: it takes whole numbers.",
        rest=(rest,),
        repairs=repairs,
    )


def _uncalled(case: Case) -> Explanation | None:
    """A method in arithmetic, without its call."""
    if case.kind not in ("operator", "call") or not case.says(r"builtin_function_or_method|'method'|'function'"):
        return None
    what = next((o for o in case.operands if o.seen.kind == "function"), None)
    if what is None or not case.says("unsupported operand|cannot be interpreted|must be|got"):
        return None
    sized = what.text.endswith(".size")
    new = f"{what.text}(0)" if sized else f"{what.text}()"
    return Explanation(
        rule="plain-uncalled",
        first=f"{words.code(what)} is a function that has not been called: `{words.short(new)}`.",
        rest=("Without parentheses it is the function itself, not what it gives.",),
        repairs=case.swapped(what, new),
    )


def _whole(case: Case) -> Explanation | None:
    text = next((o for o in case.operands if o.seen.kind == "text"), None)
    if text is not None and case.says(r"'str' object cannot be interpreted as an integer"):
        return Explanation(
            rule="plain-text",
            first=f"{words.code(text)} is a text, {text.seen.text}, and {case.word}() takes whole numbers.",
            rest=("int() reads a number out of a text.",),
            repairs=case.swapped(text, f"int({text.text})"),
        )
    if not case.says(r"'float' object cannot be interpreted as an integer|integer argument expected, got float"):
        return None
    what = next((o for o in case.operands if o.seen.type == "float"), None)
    if what is None:
        return None
    divided = "/" in what.text and "//" not in what.text
    return Explanation(
        rule="plain-whole",
        first=f"{words.code(what)} is {what.seen.text}, a float, and {case.word}() takes whole numbers.",
        rest=("/ gives a float even where it divides evenly; // gives a whole number.",) if divided else (),
        repairs=(
            *(case.swapped(what, what.text.replace("/", "//")) if divided else ()),
            *case.swapped(what, f"int({what.text})"),
        ),
    )


def _converted(case: Case) -> Explanation | None:
    """float("abc"), int("3.5")"""
    said = case.says(r"could not convert string to float|invalid literal for int\(\)")
    what = next((o for o in case.operands if o.seen.kind == "text"), None)
    if said is None or what is None:
        return None
    value = str(what.seen.value)
    dotted = value.strip().replace(".", "", 1).lstrip("-").isdigit()
    return Explanation(
        rule="plain-number",
        first=f"{words.code(what)} is {what.seen.text}, which is not written as a number that {case.word}() reads.",
        rest=("int() reads whole numbers only; float() reads a point as well.",) if dotted else (),
        repairs=case.swapped(what, f"float({what.text})") if dotted and case.word == "int" else (),
    )
