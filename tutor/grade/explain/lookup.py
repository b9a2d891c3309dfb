"""Places and keys that are not there, and numbers that cannot be divided by."""

from __future__ import annotations

import ast
import difflib

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.unpack import count_of
from tutor.sandbox.protocol import Operand

KEYS_MOST = 6


def explain(case: Case) -> Explanation | None:
    """What was looked for in vain; None where it is another error."""
    if case.type == "IndexError" and case.says(
        r"(list|tuple|string|range object|pop)\b.*(index )?(out of range|empty)"
    ):
        return _place(case)
    if case.type == "IndexError" and case.operands and case.operands[0].seen.kind == "module":
        return _layers(case, case.operands[0])
    if case.type == "KeyError":
        return _key(case)
    if case.type == "ZeroDivisionError":
        return _zero(case)
    if case.type == "ValueError" and case.says(
        r"is not in list|x not in (list|tuple)|is an empty sequence|arg is empty"
    ):
        return _absent(case)
    if case.type == "FileNotFoundError" and case.operands and case.operands[0].seen.kind == "text":
        return _file(case.operands[0])
    if case.type == "RecursionError":
        return _endless(case)
    return None


def _place(case: Case) -> Explanation | None:
    if not case.operands:
        return None
    what, place = case.operands[0], case.operands[1] if len(case.operands) > 1 else None
    count = count_of(what)
    if count is None and what.seen.kind == "text":
        count = len(str(what.seen.value or ""))
    if count == 0 or case.says("empty"):
        return Explanation(
            rule="place-empty",
            first=f"{words.code(what)} is empty, so there is nothing to take from it.",
            rest=(f"It was {words.made_at(what)}.",) if words.made_at(what) else (),
            habit=f"Print len({what.text}) before this line.",
        )
    if count is None or place is None or type(place.seen.value) is not int:
        return None
    at = place.seen.value
    name = f"`{place.text}` is {at}" if place.text != str(at) else f"There is no place {at}"
    return Explanation(
        rule="place-range",
        first=f"{words.code(what)} has {words.count(count, 'entry').replace('entrys', 'entries')}, at "
        f"places 0 to {count - 1}. {name}.",
        rest=("Counting starts at 0, so the last place is one below the number of entries.",),
        repairs=_last(case, place, at, count),
        habit=f"Print len({what.text}) before this line.",
    )


def _last(case: Case, place: Operand, at: int, count: int) -> tuple[Repair, ...]:
    if at != count:
        return ()
    if place.text == str(at):
        return (*case.swapped(place, "-1", "the last"), *case.swapped(place, str(count - 1), "the last"))
    node = case.node_of(place)
    loop = next((n for n in case.around(node) if isinstance(n, ast.For)), None) if node is not None else None
    ends = loop.iter.args[:2] if loop is not None and isinstance(loop.iter, ast.Call) else []
    if loop is not None and ends:
        return _shorter(case, node, loop, ends[-1])
    return case.swapped(place, f"{place.text} - 1", "counted from 0") if place.text.isidentifier() else ()


def _layers(case: Case, what: Operand) -> Explanation | None:
    """A place in a Sequential."""
    said = case.says(r"index (-?\d+) is out of range")
    node = case.node_of(what)
    made = next(iter(origin.followed(case, node)), None) if node is not None else None
    count = len(origin.entries(made)) if made is not None else 0
    if said is None or not count or len(case.operands) < 2:
        return None
    return Explanation(
        rule="place-range",
        first=f"{words.code(what)} has {count} layers, at places 0 to {count - 1}. There is no place {said[1]}.",
        rest=("Counting starts at 0, and activations count as well.",),
        repairs=case.swapped(case.operands[1], "-1", "the last"),
    )


def _shorter(case: Case, node: ast.AST | None, loop: ast.For, end: ast.expr) -> tuple[Repair, ...]:
    """The loop, with as many rounds less as it goes too far."""
    counter = case.text(loop.target)
    if isinstance(node, ast.Name) and node.id == counter and isinstance(end, ast.BinOp) and isinstance(end.op, ast.Add):
        return case.instead(case.text(end.left), "up to the last place", of=end)
    more = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and case.text(node.left) == counter
    if more and isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        return case.instead(f"{case.text(end)} - {case.text(node.right)}", "so many rounds less", of=end)
    return ()


def _key(case: Case) -> Explanation | None:
    what = case.operands[0] if case.operands else None
    if what is None or what.seen.kind not in ("dict", "module", "object"):
        return None
    given = case.operands[1] if len(case.operands) > 1 else None
    keys = [k.strip("'\"") for k in what.seen.keys or ()]
    name = str(given.seen.value) if given is not None and given.seen.value is not None else case.message.strip("'\"")
    near = difflib.get_close_matches(name, keys, n=1, cutoff=0.5) or [k for k in keys if k.lower() == name.lower()]
    number = given is not None and given.seen.kind == "number" and name in keys
    if keys and all(k.startswith("tensor(") for k in keys):
        return _tensor_keys(case, what, name, keys)
    shown = ", ".join(f"`{k}`" for k in keys[:KEYS_MOST]) + (" and more" if len(keys) > KEYS_MOST else "")
    repairs: tuple[Repair, ...] = ()
    if given is not None and near and not number:
        quote = given.text[:1] if given.text[:1] in "\"'" else '"'
        repairs = case.swapped(given, f"{quote}{near[0]}{quote}")
    elif number and given is not None:
        repairs = case.swapped(given, f'"{name}"', "the key is a text")
    return Explanation(
        rule="key",
        first=f"{words.code(what)} has no key `{name}`" + (f"; it has `{near[0]}`." if near and not number else "."),
        rest=(f"Its keys: {shown}." if keys else "It has no keys.",) if what.seen.kind == "dict" else (),
        repairs=repairs,
        habit="Print the keys, or use .get(key, other).",
    )


def _tensor_keys(case: Case, what: Operand, name: str, keys: list[str]) -> Explanation:
    """A dict that was filled with tensors as keys, each of which is a key of its own."""
    return Explanation(
        rule="key-tensor",
        first=f"{words.code(what)} has no key `{name}`: its keys are tensors, such as `{keys[0]}`.",
        rest=("A tensor equals no other key, whatever number it holds: the dict looks for the very object.",),
        repairs=_plain_keys(case, what),
        habit="Put numbers in a dict, by .item() or .tolist(), not tensors.",
    )


def _plain_keys(case: Case, what: Operand) -> tuple[Repair, ...]:
    """A loop over numbers in place of one over the tensor, where its name is the key."""
    for node in ast.walk(case.tree):
        if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name):
            continue
        stored = [n for n in ast.walk(node) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Store)]
        if any(case.text(n.value) == what.text and case.text(n.slice) == node.target.id for n in stored):
            text = words.grouped(Operand(text=case.text(node.iter), seen=what.seen))
            return case.instead(f"{text}.tolist()", "its numbers, one after the other", of=node.iter)
    return ()


def _absent(case: Case) -> Explanation | None:
    """list.index of what is not there, max of nothing."""
    if not case.operands:
        return None
    what = case.operands[0]
    if case.says("empty"):
        return Explanation(
            rule="place-empty",
            first=f"{words.code(what)} is empty, so it has no {case.name}.",
            rest=(f"It was {words.made_at(what)}.",) if words.made_at(what) else (),
            habit=f"Print len({what.text}) before this line.",
        )
    given = case.operands[1] if len(case.operands) > 1 else what
    return Explanation(
        rule="place-absent",
        first=f"{words.code(given)} is not in {words.code(what)}.",
        rest=("index() raises an error for what it does not find; `in` asks whether it is there.",),
    )


def _file(path: Operand) -> Explanation:
    return Explanation(
        rule="file",
        first=f"There is no file {words.code(path)} here.",
        rest=("A path is looked up from where the program runs.",),
        habit="Print os.getcwd() and os.listdir() to see where you are.",
    )


def _zero(case: Case) -> Explanation | None:
    if len(case.operands) < 2:
        return None
    by = case.operands[1]
    made = words.made_at(by)
    what = words.code(by) if by.text not in ("0", "0.0") else f"`{case.scene.expression}` divides by 0"
    first = f"{what} is 0 here, and nothing can be divided by 0." if by.text not in ("0", "0.0") else f"{what}."
    return Explanation(
        rule="zero",
        first=first,
        rest=(
            *((f"It was {made}.",) if made else ()),
            "Tensors give inf or nan instead; Python's own numbers raise this error.",
        ),
        repairs=_guarded(case, by),
        habit="An average of nothing has no value: look at the count first.",
    )


def _guarded(case: Case, by: Operand) -> tuple[Repair, ...]:
    if by.seen.kind != "number" or by.text in ("0", "0.0"):
        return ()
    return case.swapped(by, f"max({by.text}, 1)", "at least 1, where it counts something")


def _endless(case: Case) -> Explanation | None:
    name = case.scene.function
    if not name:
        return None
    init = name == "forward"
    return Explanation(
        rule="recursion",
        first=f"`{name}` calls itself without end.",
        rest=(
            "A forward that calls self(x) runs forward again; call the layers instead."
            if init
            else "Each call must come nearer to a case that returns without another call.",
        ),
    )
