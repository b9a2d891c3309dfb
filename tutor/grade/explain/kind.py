"""Dtypes by names that torch does not take, and names of NumPy and of lists that tensors do not have."""

from __future__ import annotations

import ast

from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_NAMED = {
    "int": "int64", "integer": "int64", "long": "int64", "i8": "int64", "i4": "int32", "float": "float32",
    "single": "float32", "f4": "float32", "double": "float64", "f8": "float64", "half": "float16", "boolean": "bool",
    "bool_": "bool", "byte": "uint8", "char": "int8", "short": "int16", "int_": "int64", "float_": "float32",
    "real": "float32", "number": "float32", "str": "", "string": "", "object": "", "fp16": "float16", "fp32": "float32",
    "fp64": "float64", "bf16": "bfloat16", "intc": "int32", "uint": "uint8", "decimal": "float64", "f2": "float16",
}  # fmt: skip
"""What dtypes are called elsewhere."""
_OWN = (*part.FLOATING, *part.WHOLE, "bool", "uint16", "uint32", "uint64", "complex64", "complex128")
_FUNCTIONS = {
    "array": "torch.tensor", "asmatrix": "torch.tensor", "append": "torch.cat", "expand_dims": "torch.unsqueeze",
    "power": "torch.pow", "repeat": "torch.repeat_interleave", "copy": "torch.clone", "mod": "torch.remainder",
    "average": "torch.mean", "product": "torch.prod", "ln": "torch.log", "fabs": "torch.abs", "rint": "torch.round",
    "stdev": "torch.std", "invert": "torch.logical_not", "len": "len", "size": "torch.numel",
}  # fmt: skip
"""What NumPy's functions are called in torch, where the names differ."""
_JOINS = {"append": "cat", "extend": "cat", "cat": "cat", "concat": "cat", "concatenate": "cat", "stack": "stack",
          "vstack": "vstack", "hstack": "hstack", "insert": "cat"}  # fmt: skip
"""What a list, or torch itself, has and a tensor has not."""


def explain(case: Case) -> Explanation | None:
    """What is called by another name; None where all names are torch's."""
    if case.below:
        return None
    if case.kind == "attribute" and case.type == "AttributeError" and isinstance(case.node, ast.Attribute):
        return _attribute(case, case.node)
    return _argument(case) if case.kind == "call" else None


def dtype_of(name: str) -> str | None:
    """torch's name of a dtype that is called otherwise; empty for what tensors cannot hold; None for no dtype."""
    plain = (
        name.lower().replace("torch.", "").replace("np.", "").replace("numpy.", "").strip("<> ").replace("tensor", "")
    )
    plain = plain.replace("_", "") if plain.replace("_", "") in _OWN else plain
    return plain if plain in _OWN else _NAMED.get(plain)


def _argument(case: Case) -> Explanation | None:
    """`dtype="float32"`, `x.to("int")`, `x.type("int64")`."""
    given = part.named(case, "dtype")
    owner = case.operands[0].seen.kind if case.operands else ""
    if given is None and case.name in ("to", "type") and owner == "tensor" and len(case.operands) > 1:
        given = case.operands[1]
    if given is None or given.seen.kind in ("dtype", "none", "missing") or given.text in ("int", "float", "bool"):
        return None
    name = str(given.seen.value) if given.seen.kind == "text" else given.text
    dtype = dtype_of(name)
    if dtype is None or not case.says("dtype|device type|device string|invalid type|invalid combination"):
        return None
    numpy = given.text.startswith(("np.", "numpy."))
    what = "NumPy's name" if numpy else "a text" if given.seen.kind == "text" else part.article(given.seen.type)
    return Explanation(
        rule="dtype-name",
        first=f"{words.code(given)} is {what}; torch's dtypes are written torch.float32, torch.int64 and so on.",
        rest=_reads(case, dtype),
        repairs=part.swapped(case, given, f"torch.{dtype}") if dtype else (),
    )


def _reads(case: Case, dtype: str) -> tuple[str, ...]:
    if not dtype:
        return ("A tensor holds numbers and booleans, no texts.",)
    return ("A text is read as the name of a device.",) if case.says("device") else ()


def _attribute(case: Case, node: ast.Attribute) -> Explanation | None:
    owner = case.operands[0] if case.operands else None
    if owner is None:
        return None
    if owner.text == "torch":
        return _torch_dtype(case, node) or _function(case, node)
    if owner.seen.kind != "tensor":
        return None
    if node.attr == "astype":
        return _astype(case, node, owner)
    return _method(case, node, owner) if node.attr in _JOINS else None


def _torch_dtype(case: Case, node: ast.Attribute) -> Explanation | None:
    dtype = dtype_of(node.attr)
    if dtype is None or node.attr in _FUNCTIONS:
        return None
    return Explanation(
        rule="dtype-name",
        first=f"`{case.text(node)}` is not there; the dtype is called torch.{dtype}."
        if dtype
        else f"`{case.text(node)}` is not there: a tensor holds numbers and booleans, no texts or objects.",
        rest=("Whole numbers are int64, fractions float32, masks bool.",),
        repairs=case.instead(f"torch.{dtype}") if dtype else (),
    )


def _call_around(case: Case, node: ast.Attribute) -> ast.Call | None:
    outer = next(iter(case.around(node)), None)
    return outer if isinstance(outer, ast.Call) and outer.func is node else None


def _function(case: Case, node: ast.Attribute) -> Explanation | None:
    found, call = _FUNCTIONS.get(node.attr), _call_around(case, node)
    if found is None or call is None:
        return None
    inside = [case.text(a) for a in (*call.args, *call.keywords)]
    new = f"{found}({', '.join(inside)})"
    if found == "torch.cat":
        second = inside[1:2] or ["[]"]
        item = call.args[1] if len(call.args) > 1 else None
        plain = isinstance(item, (ast.Constant, ast.List, ast.UnaryOp))
        value = f"torch.tensor({second[0] if isinstance(item, ast.List) else f'[{second[0]}]'})" if plain else second[0]
        new = f"torch.cat([{inside[0]}, {value}])" if inside else ""
    return Explanation(
        rule="borrowed-name",
        first=f"torch has no `{node.attr}`; what does that is `{found}`.",
        rest=("Many names are the same as NumPy's, this one is not.",),
        repairs=case.instead(new, of=call) if new else (),
    )


def _astype(case: Case, node: ast.Attribute, owner: Operand) -> Explanation | None:
    call = _call_around(case, node)
    given = case.text(call.args[0]) if call is not None and call.args else ""
    dtype = dtype_of(given.strip("\"'")) if given else None
    new = f"torch.{dtype}" if dtype else given
    return Explanation(
        rule="borrowed-name",
        first=f"{words.code(owner)} is a tensor, and astype is of NumPy's arrays; a tensor has `to`.",
        rest=("to gives another tensor with the dtype asked for; .float(), .long() and .bool() are short for it.",),
        repairs=case.instead(f"{case.text(node.value)}.to({new})", of=call) if call is not None and new else (),
    )


def _method(case: Case, node: ast.Attribute, owner: Operand) -> Explanation:
    call, name = _call_around(case, node), _JOINS[node.attr]
    return Explanation(
        rule="borrowed-name",
        first=f"{words.shaped(owner)} is a tensor and has no `{node.attr}`: it cannot grow.",
        rest=(f"Tensors are joined to a new one by torch.{name}, which takes a list; a Python list can grow.",),
        repairs=_joined(case, node, call, owner, name) if call is not None and len(call.args) == 1 else (),
    )


def _joined(case: Case, node: ast.Attribute, call: ast.Call, owner: Operand, name: str) -> tuple[Repair, ...]:
    item, text = call.args[0], case.text(call.args[0])
    one = isinstance(item, (ast.Constant, ast.UnaryOp))
    value = (
        f"torch.tensor({text if isinstance(item, ast.List) else f'[{text}]'})"
        if one or isinstance(item, ast.List)
        else text
    )
    base = case.text(node.value)
    new = f"torch.{name}([{base}, {value}])"
    rank = words.rank(owner.seen)
    found: tuple[Repair, ...] = ()
    for made in (new, f"torch.{name}([{base}, {value}[None]])") if rank > 1 else (new,):
        found += _bound(case, call, base, made)
    if rank == 1 and not one and name == "cat":
        found += _bound(case, call, base, f"torch.cat([{base}, {value}.reshape(1)])")
    return found


def _bound(case: Case, call: ast.Call, base: str, new: str) -> tuple[Repair, ...]:
    """Bound to the name again where nothing else is done with it."""
    bare = isinstance(case.statement, ast.Expr) and case.statement.value is call and base.isidentifier()
    return case.instead(f"{base} = {new}" if bare else new, "a new tensor with both", of=call)
