"""Saving and loading: names and sizes of what is in a state_dict, files that are not there."""

from __future__ import annotations

import ast
import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.part import length
from tutor.grade.explain.scope import passed_for
from tutor.sandbox.protocol import Operand


def explain(case: Case) -> Explanation | None:
    """What does not fit between a model and what is loaded into it; None where nothing is saved or loaded."""
    if case.name == "load_state_dict" and case.kind == "call":
        return _loaded(case)
    if case.name in ("load", "save") and case.word.startswith("torch."):
        return _file(case)
    if case.says("_IncompatibleKeys"):
        return _kept(case)
    if case.type == "AttributeError" and case.name in ("save", "load") and case.operands:
        return _method(case, case.operands[0])
    return None


def _loaded(case: Case) -> Explanation | None:
    given = case.passed("state_dict", 1)
    if given is None:
        return None
    if given.seen.kind == "text":
        return Explanation(
            rule="state-path",
            first=f"{words.code(given)} is the name of a file; load_state_dict takes what is in it.",
            rest=("torch.load reads the file, load_state_dict puts it into the model.",),
            repairs=case.swapped(given, f"torch.load({given.text})"),
        )
    if given.seen.kind == "module":
        return Explanation(
            rule="state-module",
            first=f"{words.code(given)} is a module; load_state_dict takes its state_dict().",
            repairs=case.swapped(given, f"{words.grouped(given)}.state_dict()"),
        )
    sizes = re.findall(
        r"size mismatch for ([\w.]+): copying a param with shape torch\.Size\(\[([\d, ]*)\]\) from checkpoint, "
        r"the shape in current model is torch\.Size\(\[([\d, ]*)\]\)",
        case.message,
    )
    missing, extra = _keys(case, "Missing"), _keys(case, "Unexpected")
    if missing or extra:
        return _names(case, given, missing, extra)
    if sizes:
        return _sizes(case, given, sizes)
    if case.says("parameter group that doesn't match|different number of parameter groups"):
        mine = words.code(case.operands[0])
        return Explanation(
            rule="state-optimizer",
            first=f"{words.code(given)} is of an optimizer of other parameters than those of {mine}.",
            rest=("The state of an optimizer goes by the order of its parameters, so the model must be the same one.",),
        )
    if case.type == "KeyError" and case.says("param_groups"):
        return Explanation(
            rule="state-kind",
            first=f"{words.code(given)} is the state of a model; an optimizer has a state of its own.",
            rest=("Save both: model.state_dict() and optimizer.state_dict().",),
        )
    return None


def _keys(case: Case, kind: str) -> list[str]:
    said = case.says(rf"{kind} key\(s\) in state_dict: ([^\n]*)")
    return re.findall(r'"([^"]+)"', said[1]) if said else []


def _sizes(case: Case, given: Operand, sizes: list[tuple[str, str, str]]) -> Explanation:
    name, saved, here = sizes[0]
    shapes = [shape_text(tuple(int(n) for n in text.split(",") if n.strip())) for text in (saved, here)]
    more = (
        f" {words.count(len(sizes) - 1, 'other size')} differ{'s' * (len(sizes) == 2)} too." if len(sizes) > 1 else ""
    )
    return Explanation(
        rule="state-sizes",
        first=f"`{name}` is {shapes[0]} in {words.code(given)} and {shapes[1]} in {words.code(case.operands[0])}.",
        rest=(
            "Names and shapes of what is loaded must be those of the model: build it with the numbers that "
            "the saved one "
            f"was built with, in_features and out_features and the like.{more}",
        ),
        repairs=(*_rebuilt(case, given), *_fitting(case, given, len(sizes))),
        habit="Save the numbers a model is built with beside its state.",
    )


def _rebuilt(case: Case, given: Operand) -> tuple[Repair, ...]:
    """The model made as the one whose state is loaded, where both stand in the code."""
    model = case.operands[0]
    makers = []
    for operand in (model, given):
        node = case.node_of(operand)
        found = _sources(case, node) if node is not None else []
        calls = [n for n in found if isinstance(n, ast.Call)]
        if operand is given:
            holders = [c.func.value for c in calls if isinstance(c.func, ast.Attribute) and c.func.attr == "state_dict"]
            calls = [m for h in holders for m in _sources(case, h) if isinstance(m, ast.Call)]
        makers.append(calls[0] if calls else None)
    mine, saved = makers
    if mine is None or saved is None or origin.last_name(mine.func) != origin.last_name(saved.func):
        return ()
    return case.instead(case.text(saved), "a model of the sizes that were saved", of=mine)


def _sources(case: Case, node: ast.expr) -> list[ast.expr]:
    """What made a value, also what was passed for a parameter."""
    passed = passed_for(case, node) if isinstance(node, ast.Name) else []
    return [made for value in (node, *passed) for made in origin.followed(case, value)]


def _fitting(case: Case, given: Operand, differ: int) -> tuple[Repair, ...]:
    """What fits loaded, the rest left as the model was made: for a model with a new last layer."""
    model, state = case.operands[0], words.grouped(given)
    if case.node_of(given) is None or given.keyword or length(given.seen) <= differ:
        return ()
    own = f"{words.grouped(model)}.state_dict()"
    new = f"{{k: v for k, v in {state}.items() if v.shape == {own}[k].shape}}, strict=False"
    return case.swapped(given, new, "what fits is loaded; the other layers start anew, to be trained")


def _names(case: Case, given: Operand, missing: list[str], extra: list[str]) -> Explanation:
    model = case.operands[0]
    prefix = _prefix(missing, extra)
    back = _prefix(extra, missing)
    inner = _nested(given, extra)
    first = f"{words.code(given)} names things otherwise than {words.code(model)} does."
    rest: tuple[str, ...] = (f"The model looks for {_some(missing)}, and the file has {_some(extra)}.",)
    repairs: tuple[Repair, ...] = ()
    if inner:
        first = f"{words.code(given)} is a dictionary around the state; the state itself is under `{inner}`."
        repairs = case.swapped(given, f'{words.grouped(given)}["{inner}"]')
    elif prefix:
        why = "DataParallel" if prefix == "module." else "the module around it, such as a Sequential"
        some = "Each name" if all(name.startswith(prefix) for name in extra) else "What the model looks for"
        rest = (*rest, f'{some} has "{prefix}" in front; that comes from {why}.')
        part = f' if k.startswith("{prefix}")' if any(not name.startswith(prefix) for name in extra) else ""
        new = f'{{k.removeprefix("{prefix}"): v for k, v in {words.grouped(given)}.items(){part}}}'
        repairs = case.swapped(given, new, "that part alone, without it" if part else "the names without it")
    elif back:
        rest = (*rest, f'The names lack the "{back}" in front; the model has one more module around.')
        repairs = case.swapped(given, f'{{"{back}" + k: v for k, v in {words.grouped(given)}.items()}}', "with it")
    elif missing and extra:
        rest = (*rest, "The model must be built of modules with the same names as the one that was saved.")
        repairs = _renamed(case, given, missing, extra)
    else:
        rest = (f"Only in the {'model' if missing else 'file'}: {_some(missing or extra)}.",)
        repairs = _loose(case, given, missing, extra)
    return Explanation(
        rule="state-names",
        first=first,
        rest=rest,
        repairs=repairs,
        habit="Compare list(state) with list(model.state_dict()).",
    )


def _renamed(case: Case, given: Operand, missing: list[str], extra: list[str]) -> tuple[Repair, ...]:
    """One module that is called otherwise, all that is in it alike."""
    here, there = _parted(missing[0], extra)
    alike = {name.replace(f"{there}.", f"{here}.", 1) for name in extra if name.startswith(f"{there}.")}
    if not here or not there or alike != set(missing) or len(missing) != len(extra):
        return ()
    made = f'{{k.replace("{there}.", "{here}."): v for k, v in {words.grouped(given)}.items()}}'
    return case.swapped(given, made, f'"{there}" of the file as "{here}" of the model')


def _parted(name: str, others: list[str]) -> tuple[str, str]:
    """What stands in front of the longest end that a name has in common with another: in it, and in the other."""
    parts = name.split(".")
    for at in range(1, len(parts)):
        end = "." + ".".join(parts[at:])
        other = next((o for o in others if o.endswith(end)), None)
        if other is not None:
            return name.removesuffix(end), other.removesuffix(end)
    return "", ""


def _loose(case: Case, given: Operand, missing: list[str], extra: list[str]) -> tuple[Repair, ...]:
    """Names on one side only: layers that are new, or that are no longer there."""
    parts = sorted({f"`{name.rpartition('.')[0] or name}`" for name in missing or extra})
    what = (
        f"{words.listed(parts[:3])} start{'s' * (len(parts) == 1)} anew" if missing else "what the model lacks is left"
    )
    if case.node_of(given) is None or given.keyword:
        return ()
    return case.swapped(given, f"{given.text}, strict=False", f"{what}, knowingly; read what it gives back")


def _some(names: list[str]) -> str:
    shown = [f"`{n}`" for n in names[:3]]
    return words.listed(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "") if names else "nothing else"


def _prefix(missing: list[str], extra: list[str]) -> str:
    """What stands in front of each missing name among the others."""
    if not missing or len(missing) > len(extra):
        return ""
    found = next((e[: -len(missing[0])] for e in extra if e.endswith(missing[0])), "")
    return found if found.endswith(".") and all(found + m in extra for m in missing) else ""


def _nested(given: Operand, extra: list[str]) -> str:
    likely = ("model_state_dict", "state_dict", "model", "net", "model_state")
    return next((name for name in likely if name in extra), "")


def _file(case: Case) -> Explanation | None:
    path = case.passed("f", 0 if case.name == "load" else 1)
    if case.name == "save" and path is None and case.operands:
        return Explanation(
            rule="state-file",
            first=f"torch.save needs a file name as well: `torch.save({case.operands[0].text}, ...)`.",
            repairs=case.instead(f'{case.word}({case.operands[0].text}, "model.pt")'),
        )
    if case.type == "FileNotFoundError" and path is not None:
        return Explanation(
            rule="state-file",
            first=f"There is no file {words.code(path)} here.",
            rest=("A path is looked up from where the program runs; torch.save must have written it there before.",),
            habit="Print os.getcwd() and os.listdir() to see where you are.",
        )
    if case.type == "UnpicklingError" or case.says("weights.only"):
        return Explanation(
            rule="state-pickle",
            first=f"{words.code(path) if path else 'The file'} holds more than tensors, and torch.load "
            "reads tensors only.",
            rest=(
                "Reading other objects runs code from the file. weights_only=False allows that: only for "
                "files that you "
                "wrote yourself. A saved state_dict needs none of it.",
            ),
        )
    return None


def _kept(case: Case) -> Explanation | None:
    """What load_state_dict gives was kept in place of the model."""
    name = case.word.partition(".")[0]
    nodes = [n for n in ast.walk(case.tree) if isinstance(n, ast.Assign) and "load_state_dict" in case.text(n.value)]
    node = next((n for n in nodes if case.text(n.targets[0]) == name), nodes[-1] if nodes else None)
    if node is None:
        return None
    return Explanation(
        rule="state-result",
        first=f"`{case.text(node.targets[0])}` is no longer the model (line {node.lineno}).",
        rest=("load_state_dict changes the model in place; what it gives back is a report of names that did not fit.",),
        repairs=case.instead(case.text(node.value), of=node),
    )


def _method(case: Case, owner: Operand) -> Explanation | None:
    if owner.seen.kind != "module":
        return None
    node = next((n for n in case.around(case.node) if isinstance(n, ast.Call)), None) if case.node else None
    path = case.text(node.args[0]) if node is not None and node.args else '"model.pt"'
    new = f"torch.save({owner.text}.state_dict(), {path})"
    if case.name == "load":
        new = f"{owner.text}.load_state_dict(torch.load({path}))"
    return Explanation(
        rule="state-method",
        first=f"A module has no `{case.name}`; its state is what is {case.name}{'d' if case.name == 'save' else 'ed'}.",
        rest=("state_dict() gives the numbers by name; torch.save and torch.load write and read them.",),
        repairs=case.instead(new, of=node) if node is not None else (),
    )
