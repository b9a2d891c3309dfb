"""Modules of one's own: super().__init__(), forward, self, the class and what is made of it."""

from __future__ import annotations

import ast
import difflib

from tutor.grade.explain import origin, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Place, Repair
from tutor.sandbox.protocol import Operand

_UNMADE = r"before (Module\.)?__init__|no attribute '_(backward_hooks|forward_hooks|modules|parameters|buffers)'"
_INIT = ("_init_", "__init", "_init__", "__init_", "init", "__int__", "__inti__", "_int_", "__initt__", "__Init__")
_FORWARD = ("call", "predict", "fwd", "froward", "foward", "forwards", "forward_pass", "run", "__forward__", "Forward")


def explain(case: Case) -> Explanation | None:
    """What is wrong with a class that is to be a module; None where it is something else."""
    for rule in (_super, _forward, _init, _self, _no_data, _unmade, _plain_class, _base):
        if (found := rule(case)) is not None:
            return found
    return None


def _own(case: Case) -> ast.ClassDef | None:
    """The class of the learner's whose object is at work, or is called."""
    kinds = [o.seen.type for o in case.operands[:1]] + [layer.type for layer in reversed(case.scene.layers)]
    return next((c for kind in kinds if (c := origin.class_named(case, kind))), None)


def _super(case: Case) -> Explanation | None:
    bare = case.type == "TypeError" and case.word == "super.__init__"
    if not bare and not (case.type == "AttributeError" and case.says(_UNMADE)):
        return None
    around = next((n for n in case.around(case.statement or case.tree) if isinstance(n, ast.ClassDef)), None)
    # An __init__ of a class below may well call that of this one, which is where it goes no further.
    own = (around if case.scene.function == "__init__" else None) or _own(case) or around
    init = origin.function_named(own, "__init__") if own else None
    if own is None or init is None:
        return None
    what = f"`self.{case.word}`" if case.kind == "assign" else "it"
    line = f"line {init.lineno}"
    return Explanation(
        rule="module-super",
        first=f"`{own.name}` does not call `super().__init__()` first, so {what} has nowhere to go."
        if not bare
        else f"`super` needs its parentheses: `super().__init__()`, in `{own.name}`.",
        rest=(
            f"`super().__init__()` is the first line of `__init__` ({line}): it makes the place where a module keeps "
            "its layers and parameters. Nothing can be put there before.",
        ),
        repairs=_initialised(case, own, init),
        habit="Begin every __init__ of a module with super().__init__().",
    )


def _initialised(case: Case, own: ast.ClassDef, init: origin.Function) -> tuple[Repair, ...]:
    for node in ast.walk(init):
        if isinstance(node, ast.Expr) and "super" in case.text(node) and "__init__" in case.text(node):
            if node is init.body[0] or not isinstance(node.value, ast.Call):
                return case.instead("super().__init__()", of=node)
            gone = case.instead("pass", of=node)
            return tuple(
                Repair("super().__init__()", "moved to the top", (*first.edits, *gone[0].edits))
                for first in _on_top(case, init)
            )
    return _on_top(case, init)


def _on_top(case: Case, init: origin.Function) -> tuple[Repair, ...]:
    first = init.body[0]
    if first.lineno == init.lineno:
        return case.with_edits([case.ahead(first, "super().__init__(); ")])
    return case.before(first.lineno, "super().__init__()")


def _forward(case: Case) -> Explanation | None:
    if case.type != "NotImplementedError" or not case.below:
        return None
    kind = case.below[-1].type
    if kind in ("ModuleList", "ModuleDict"):
        return _module_list(case, kind)
    own = origin.class_named(case, kind)
    if own is None:
        return None
    nested = next((f for f in origin.functions(own) if f.name == "forward" and f not in own.body), None)
    methods = [f for f in own.body if isinstance(f, ast.FunctionDef) and not f.name.startswith("__init")]
    near = difflib.get_close_matches("forward", [f.name for f in methods], n=1, cutoff=0.5)
    named = next((f for f in methods if f.name in (*near, *_FORWARD)), methods[0] if len(methods) == 1 else None)
    if nested is not None:
        first = f"`forward` of `{kind}` stands inside `{_holder(case, nested)}`, not beside it."
        rest = "It is indented one level too deep, so it is a function of its own there, and the class has no forward."
        repairs = _outdented(case, nested)
    elif named is not None:
        first = f"`{kind}` has no method `forward`; it has `{named.name}`, on line {named.lineno}."
        rest = "Calling a module runs its method of just that name: forward."
        repairs = case.with_edits([_renamed(case, named, "forward")])
    else:
        first, repairs = f"`{kind}` has no method `forward`, and calling a module runs it.", ()
        rest = "It takes self and the data, and returns what comes out: `def forward(self, x): ...`."
    return Explanation(rule="module-forward", first=first, rest=(rest,), repairs=repairs)


def _holder(case: Case, node: ast.AST) -> str:
    return next((n.name for n in case.around(node) if isinstance(n, ast.FunctionDef)), "another function")


def _renamed(case: Case, function: ast.FunctionDef, name: str) -> Edit:
    place = case.place(function)
    start = (place.column if place else 0) + len("def ")
    line = function.lineno
    return Edit(Place(line, start, line, start + len(function.name)), name)


def _outdented(case: Case, function: origin.Function) -> tuple[Repair, ...]:
    holder = next((n for n in case.around(function) if isinstance(n, ast.FunctionDef)), None)
    if holder is None or function.end_lineno is None:
        return ()
    less = function.col_offset - holder.col_offset
    rows = case.code.splitlines()
    edits = [
        Edit(Place(n, 0, n, less), "")
        for n in range(function.lineno, function.end_lineno + 1)
        if rows[n - 1][:less].isspace()
    ]
    shown = rows[function.lineno - 1][less:]
    return (Repair(shown, "one level further to the left", tuple(edits)),)


def _module_list(case: Case, kind: str) -> Explanation:
    text = words.short(case.layer_name)
    order = "Which layer comes after which it does not know: loop over it, or use a Sequential, which calls one "
    return Explanation(
        rule="module-list-called",
        first=f"`{text}` is a {kind}: it keeps layers, and cannot be called itself.",
        rest=(f"{order}after the other." if kind == "ModuleList" else
              "It knows its layers by name: pick one by its name, or go through its items() to call each.",),
        repairs=_one_after_the_other(case) if kind == "ModuleList" else _by_name(case),
    )  # fmt: skip


def _one_after_the_other(case: Case) -> tuple[Repair, ...]:
    call = case.maker(case.below[-1])
    if call is None or len(call.args) > 1:
        return ()
    inner = f"*{case.text(call.args[0])}" if call.args else ""
    return case.instead(f"{case.nn}.Sequential({inner})", "called one after the other", of=call)


def _by_name(case: Case) -> tuple[Repair, ...]:
    """Each layer of a ModuleDict called with the same, or one of them."""
    node, call = case.node, case.maker(case.below[-1])
    if not isinstance(node, ast.Call) or len(case.below) > 1:
        return ()
    held, passed = case.text(node.func), ", ".join(case.text(a) for a in (*node.args, *node.keywords))
    given = call.args[0] if call is not None and call.args else None
    names = [case.text(k) for k in given.keys if isinstance(k, ast.Constant)] if isinstance(given, ast.Dict) else []
    each = case.instead(f"{{name: layer({passed}) for name, layer in {held}.items()}}", "what each gives, by its name")
    return (*each, *(case.instead(f"{held}[{names[0]}]({passed})", "one of them, by its name") if names else ()))


def _init(case: Case) -> Explanation | None:
    """An __init__ that is spelt otherwise never runs."""
    own = _own(case)
    asked = case.type in ("AttributeError", "TypeError", "ValueError") and own is not None
    if not asked or own is None or origin.function_named(own, "__init__"):
        return None
    named = next((f for f in own.body if isinstance(f, ast.FunctionDef) and f.name in _INIT), None)
    if named is None:
        return None
    return Explanation(
        rule="module-init",
        first=f"`{named.name}` of `{own.name}` never runs: the method that makes an object is `__init__`.",
        rest=("It has two underscores on each side.",),
        repairs=case.with_edits([_renamed(case, named, "__init__")]),
    )


def _self(case: Case) -> Explanation | None:
    """A method that does not take self."""
    said = case.says(r"(\w+)\(\) (takes|got|missing)") if case.type == "TypeError" else None
    if said is None:
        return None
    owner = case.says(r"(\w+)\.(\w+)\(\)")
    own = origin.class_named(case, owner[1]) if owner else _own(case)
    method = next((f for f in own.body if isinstance(f, ast.FunctionDef) and f.name == said[1]), None) if own else None
    if own is None or method is None or method.decorator_list or [a.arg for a in method.args.args][:1] == ["self"]:
        return None
    takes = [a.arg for a in method.args.args]
    if takes and takes[0] in ("cls", "this"):
        return None
    edit = _first_parameter(case, method, "self, " if takes else "self")
    return Explanation(
        rule="module-self",
        first=f"`{method.name}` of `{own.name}` does not take `self` (line {method.lineno}).",
        rest=(
            "A method gets the object itself as its first argument, called self; what is passed comes after it, which "
            "is why Python counts one more.",
        ),
        repairs=case.with_edits([edit]) if edit else (),
        habit="Every def in a class begins with self.",
    )


def _no_data(case: Case) -> Explanation | None:
    """A forward that takes self alone."""
    said = case.says(r"(\w+)\.forward\(\) takes 1 positional argument but 2 were given")
    own = origin.class_named(case, said[1]) if said else None
    method = origin.function_named(own, "forward") if own else None
    if own is None or method is None or [a.arg for a in method.args.args] != ["self"]:
        return None
    read = [n.id for n in ast.walk(method) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    passed = [o.text for o in case.operands if o.seen.kind == "tensor"]
    known = {origin.last_name(t) for n in ast.walk(case.tree) if isinstance(n, ast.Assign) for t in n.targets}
    free = [n for n in read if n not in known and n not in ("self", "torch", "nn", "F", "super", "print", "len")]
    name = next((n for n in (*passed, *free) if n in read), "x")
    return Explanation(
        rule="module-data",
        first=f"`forward` of `{own.name}` takes no data, only `self` (line {method.lineno}), and is given some.",
        rest=("What a module is called with comes to forward after self, so forward needs a name for it.",),
        repairs=case.with_edits([case.behind(method.args.args[0], f", {name}")]),
    )


def _first_parameter(case: Case, function: ast.FunctionDef, new: str) -> Edit | None:
    row = case.code.splitlines()[function.lineno - 1]
    at = row.find("(", function.col_offset)
    return Edit(Place(function.lineno, at + 1, function.lineno, at + 1), new) if at >= 0 else None


def _unmade(case: Case) -> Explanation | None:
    """A class that is used as if it were a module made from it."""
    if case.type != "TypeError" or case.kind != "call" or not case.says(r"takes \d+ positional|missing \d+ required"):
        return None
    data = [o for o in case.operands if o.seen.kind == "tensor"]
    said = case.says(r"(\w+)\.(__init__|forward|__call__|parameters|state_dict|to|train|eval|zero_grad)\(\)")
    if said is None:
        return None
    held = next(
        (v for v in origin.bound(case, case.word.partition(".")[0]) if origin.class_named(case, _plain(v))), None
    )
    name = _plain(held) if held is not None else case.word.partition(".")[0]
    own = origin.class_named(case, name) or origin.class_named(case, said[1])
    if own is None or case.scene.function == "__init__" or _takes_more(own):
        return None
    if held is not None:
        repairs = case.instead(f"{name}()", of=held)
    elif said[2] == "__init__":
        repairs = case.instead(f"{case.word}()({_passed(data)})") if data and len(data) == len(case.operands) else ()
    elif case.word == f"{own.name}.forward":
        repairs = case.instead(f"{own.name}()({_passed(data)})")
    else:
        repairs = case.instead(f"{own.name}().{case.name}({_passed(case.operands)})") if case.word != case.name else ()
    if not repairs and not (data and said[2] == "__init__"):
        return None
    return Explanation(
        rule="module-unmade",
        first=f"`{own.name}` is a class: it is made first, `{own.name}()`, and what it makes is called with data.",
        rest=(f"`{own.name}(...)` runs __init__, whose arguments say how to build it; the data goes to forward.",),
        repairs=repairs,
    )


def _takes_more(own: ast.ClassDef) -> bool:
    init = origin.function_named(own, "__init__")
    return init is not None and len(init.args.args) - len(init.args.defaults) > 1


def _plain(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _passed(operands: list[Operand] | tuple[Operand, ...]) -> str:
    return ", ".join(f"{o.keyword}={o.text}" if o.keyword else o.text for o in operands)


def _plain_class(case: Case) -> Explanation | None:
    """A class with layers and a forward that is no nn.Module."""
    said = case.says(r"'(\w+)' object (is not callable|has no attribute '(\w+)')")
    own = origin.class_named(case, said[1]) if said else None
    if own is None or own.bases or not origin.function_named(own, "forward"):
        return None
    row = case.code.splitlines()[own.lineno - 1]
    at = row.find(own.name, own.col_offset) + len(own.name)
    end = row.find(":", at)
    edits = [Edit(Place(own.lineno, at, own.lineno, end), f"({case.nn}.Module)")]
    init = origin.function_named(own, "__init__")
    edits += _on_top(case, init)[0].edits if init and "super" not in case.text(init) else ()
    what = "cannot be called" if said and said[2] == "is not callable" else f"has no `{said[3] if said else ''}`"
    return Explanation(
        rule="module-base",
        first=f"`{own.name}` is a plain class, no nn.Module, so it {what}.",
        rest=("What makes an object callable, finds its parameters and moves it to a device comes from nn.Module.",),
        repairs=(Repair(f"class {own.name}({case.nn}.Module):", "", tuple(edits)),),
    )


def _base(case: Case) -> Explanation | None:
    """`class Net(nn):`, where nn is the library."""
    node = case.statement
    if not isinstance(node, ast.ClassDef) or case.type != "TypeError" or not case.says(r"module\(\) takes"):
        return None
    base = next((b for b in node.bases if origin.last_name(b) in ("nn", "torch")), None)
    if base is None:
        return None
    return Explanation(
        rule="module-base",
        first=f"`{case.text(base)}` is a library, and a class is built on a class: `nn.Module`.",
        repairs=case.instead(f"{case.nn}.Module", of=base),
    )
