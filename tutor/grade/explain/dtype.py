"""Dtypes: whole numbers where fractions are needed, two dtypes where there must be one, results that do not fit."""

from __future__ import annotations

import ast

from tutor.grade.explain import origin, part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.sandbox.protocol import Operand

_NEEDS_FLOAT = (
    r"floating|either float or double|Boolean inputs not supported|expected.*float|"
    r"not implemented for '(Long|Int|Short|Char|Byte|Bool)'"
)
_TWO = (
    r"same dtype|dtypes match|scalar type|did not match|dtype.* for `|equal to src\.dtype|got dtype|should have.*dtype"
)
_PRODUCTS = frozenset({
    "@", "@=", "matmul", "mm", "bmm", "mv", "dot", "inner", "vdot", "einsum", "addmm", "addmv", "baddbmm", "tensordot",
})  # fmt: skip
_BITS = frozenset(["&", "|", "^", "<<", ">>", "&=", "|=", "^="])
_TO = {"float32": ".float()", "float64": ".double()", "int64": ".long()", "bool": ".bool()", "float16": ".half()"}
LITTLE = "float32"


def explain(case: Case) -> Explanation | None:
    """What a dtype is in the way of; None where none is."""
    if case.below or case.name.endswith(("_loss", "cross_entropy", "cross_entropy_with_logits")):
        return None
    for rule in (_stored, _mixed, _random, _powered, _divided, _whole_needed):
        if (found := rule(case)) is not None:
            return found
    return None


def to(dtype: str | None) -> str:
    """The method that gives another dtype."""
    return _TO.get(dtype or "", f".to(torch.{dtype})")


def whole(operand: Operand) -> bool:
    """Whether it is a tensor without fractions."""
    return operand.seen.kind == "tensor" and operand.seen.dtype in (*part.WHOLE, "bool")


def origin_of(operand: Operand) -> str:
    """Why it has no fractions, in a sentence."""
    made = words.made_at(operand)
    code = f"{operand.text} {operand.source}"
    if operand.seen.dtype == "bool":
        return f"It holds True and False{', ' + made if made else ''}."
    if "dtype" in code or not any(maker in code for maker in ("tensor(", "arange(", "full(")):
        return f"It was {made}." if made else "Its numbers are whole numbers."
    return f"Its numbers were written without a decimal point{', ' + made if made else ''}."


def _whole_needed(case: Case) -> Explanation | None:
    """Whole numbers where the function computes fractions."""
    if not case.says(_NEEDS_FLOAT) or case.word in _BITS or case.says("require grad|bitwise|shift|index"):
        return None
    operand = next((o for o in case.tensors if whole(o)), None)
    if operand is None:
        return None
    text = part.bare(case, operand)
    return Explanation(
        rule="dtype-float",
        first=f"{words.typed(operand)}: {_called(case)} gives fractions, which need a float dtype.",
        rest=(origin_of(operand), *_kernel(case, operand)),
        repairs=(
            *part.swapped(case, operand, f"{text}.float()", "the same numbers as float32"),
            *(_from_the_start(case, operand) or _above(case, operand)),
        ),
        habit="Write data that is computed with as 1., or with dtype=torch.float32.",
    )


def _called(case: Case) -> str:
    return case.word if case.kind == "operator" else case.name


def _kernel(case: Case, operand: Operand) -> tuple[str, ...]:
    """A word on what torch calls the dtype and the function."""
    word = next((k for k, v in words.TORCH_WORDS.items() if v == operand.seen.dtype and k[0].isupper()), "")
    said = (f"torch calls {operand.seen.dtype} {word}.",) if word and case.says(rf"\b{word}\b") else ()
    kernel = case.says(r'"(\w+)" not implemented')
    return (f"`{kernel[1]}` is torch's inner name for it: not for this dtype.", *said) if kernel else said


def _from_the_start(case: Case, operand: Operand) -> tuple[Repair, ...]:
    """The line that made it, with a float dtype."""
    made = case.binding(operand) if operand.line else None
    node = part.node_of(case, operand)
    values = [made.value] if made is not None else []
    values += origin.attributes(case.tree, node.attr) if isinstance(node, ast.Attribute) else []
    call = next((v for v in values if isinstance(v, ast.Call)), None)
    return floated(case, call, f"`{operand.text}` in float32 from the start") if call is not None else ()


def _above(case: Case, operand: Operand) -> tuple[Repair, ...]:
    """A line before, for all that follows in a function."""
    if not operand.text.isidentifier():
        return ()
    new = f"{operand.text} = {operand.text}.float()"
    return case.before(case.scene.line, new, f"`{operand.text}` as float32 from here on")


def floated(case: Case, call: ast.Call, means: str) -> tuple[Repair, ...]:
    """The call that makes a tensor with dtype=torch.float32."""
    if getattr(call.func, "attr", "") not in ("tensor", "arange", "full", "ones", "zeros", "as_tensor", "randint"):
        return ()
    given = next((k for k in call.keywords if k.arg == "dtype"), None)
    if given is not None:
        return case.instead("torch.float32", means, of=given.value)
    inside = [*map(case.text, call.args), *map(case.text, call.keywords), "dtype=torch.float32"]
    return case.instead(f"{case.text(call.func)}({', '.join(inside)})", means, of=call)


def _mixed(case: Case) -> Explanation | None:
    """Two dtypes where one is needed."""
    pair = _two(case)
    if pair is None or not (case.says(_TWO) or case.says("not implemented for 'Bool'")):
        return None
    a, b = pair
    product = case.word in _PRODUCTS or case.name in _PRODUCTS
    sign = f" {case.word} " if case.kind == "operator" else " and "
    return Explanation(
        rule="dtype-two",
        first=f"{words.typed(a)}{sign}{words.typed(b)}: {_wanted(a, b)}.",
        rest=(
            "Elementwise * converts one of them by itself; a matrix product does not convert."
            if product
            else "torch converts nothing here, so one of them has to be converted.",
            *_translated(case, a, b),
        ),
        repairs=_one_dtype(case, a, b),
        habit="Print the dtype of both sides, not only the shape.",
    )


def _wanted(a: Operand, b: Operand) -> str:
    return "both must have the same dtype" if a.seen.dtype != b.seen.dtype else "both must be numbers, of one dtype"


def _two(case: Case) -> tuple[Operand, Operand] | None:
    tensors = [o for o in case.tensors if not _is_index(case, o)]
    for n, a in enumerate(tensors):
        for b in tensors[n + 1 :]:
            both = a.seen.dtype == b.seen.dtype == "bool" and case.says("'Bool'") and "addmm" in case.message
            if (a.seen.dtype != b.seen.dtype and not _place(case, a, b)) or both:
                return a, b
    return None


def _is_index(case: Case, operand: Operand) -> bool:
    """Whether it only says where values go."""
    scattered = case.name.startswith(("scatter", "index_")) and len(case.tensors) > 1
    return operand.keyword == "index" or (scattered and operand is case.tensors[1])


def _place(case: Case, a: Operand, b: Operand) -> bool:
    """Whether one of them only says where, not what: an index or a mask."""
    return case.kind in ("subscript", "assign") and case.operands[-1] not in (a, b)


def _translated(case: Case, *pair: Operand) -> tuple[str, ...]:
    said = []
    for dtype in dict.fromkeys(o.seen.dtype for o in pair):
        names = [
            k for k, v in words.TORCH_WORDS.items() if v == dtype and case.says(rf"(?<!\w){k}(?!\w)") and k != dtype
        ]
        said += [f"{names[0]} means {dtype}"] if names else []
    calls = " What it calls m1 and m2 are the two sides." if case.says(r"\bm1\b") else ""
    return (f"In torch's words {words.listed(said)}.{calls}",) if said else ()


def _one_dtype(case: Case, a: Operand, b: Operand) -> tuple[Repair, ...]:
    if case.kind == "assign" or case.name.startswith(("scatter", "index_", "masked_scatter")):
        target = case.operands[0]
        value = b if a is target else a
        text = f"{part.bare(case, value)}{to(target.seen.dtype)}"
        return part.swapped(case, value, text, f"{words.code(value)} as {target.seen.dtype}, as the place has it")
    found: tuple[Repair, ...] = ()
    floats = [o for o in (a, b) if not whole(o)]
    if not floats:
        return _both(case, a, b)
    for odd, other in ((a, b), (b, a)):
        if other in floats and (whole(odd) or odd.seen.dtype == "float64"):
            means = f"{words.code(odd)} as {other.seen.dtype}"
            found += part.swapped(case, odd, f"{part.bare(case, odd)}{to(other.seen.dtype)}", means)
    if len(floats) == 2:
        small = next((o for o in (a, b) if o.seen.dtype != "float64"), a)
        big = b if small is a else a
        found += part.swapped(
            case, small, f"{part.bare(case, small)}{to(big.seen.dtype)}", f"{words.code(small)} as {big.seen.dtype}"
        )
    return found


def _both(case: Case, a: Operand, b: Operand) -> tuple[Repair, ...]:
    edits = []
    for operand in (a, b):
        node = part.node_of(case, operand)
        if node is None:
            return ()
        edits.append(case.edit(node, f"{part.grouped(case, node)}.float()"))
    return case.with_edits(edits, "both as float32")


def _stored(case: Case) -> Explanation | None:
    """A result that does not fit into the tensor it is stored in."""
    said = case.says(r"result type (\w+) can't be cast")
    if said is None:
        return None
    out = part.named(case, "out")
    target = out or case.operands[0]
    result = words.TORCH_WORDS.get(said[1], said[1])
    dtype = target.seen.dtype or words.TORCH_WORDS.get(case.message.split()[-1], "int64")
    return Explanation(
        rule="dtype-in-place",
        first=f"The result is {result}, and {words.code(target)}, where it goes, is {dtype}.",
        rest=(
            f"An in-place operation keeps the dtype of {words.code(target)}: {dtype} cannot hold {_holds(result)}.",
            *((origin_of(target),) if target.seen.dtype else ()),
        ),
        repairs=_anew(case, target, result),
        habit="Begin with floats where fractions will come.",
    )


def _holds(result: str) -> str:
    return "fractions" if result in part.FLOATING else f"{result} values"


def _anew(case: Case, target: Operand, result: str) -> tuple[Repair, ...]:
    node, name = case.node, target.text
    if target.keyword == "out":
        return part.swapped(case, target, f"{part.bare(case, target)}{to(result)}", f"a place of {result}")
    found: tuple[Repair, ...] = ()
    if isinstance(node, ast.AugAssign) and isinstance(node.target, (ast.Name, ast.Attribute)):
        value = part.grouped(case, node.value)
        new = f"{name} = {name} {case.word[:-1]} {value}"
        found += case.instead(new, f"a new tensor of {result}, called `{name}` as well")
        if case.word == "/=" and not found[0].code.count("\n"):
            found += case.instead(f"{name} //= {case.text(node.value)}", "whole numbers, rounded down")
    elif part.is_method(case):
        found += _method(case, target, result)
    owner = node.target.value if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript) else None
    owned = next((o for o in case.scene.names if owner is not None and o.text == case.text(owner)), target)
    found += _from_the_start(case, owned) if result == LITTLE else ()
    if owner is not None and owned.text.isidentifier():
        found += case.before(case.scene.line, f"{owned.text} = {owned.text}{to(result)}", f"`{owned.text}` as {result}")
    return found


def _method(case: Case, target: Operand, result: str) -> tuple[Repair, ...]:
    inside = [o.text if not o.keyword else f"{o.keyword}={o.text}" for o in case.operands[1:]]
    new = part.call(case, *inside, name=case.name.rstrip("_"))
    bare = isinstance(case.statement, ast.Expr) and case.statement.value is case.node and target.text.isidentifier()
    return case.instead(f"{target.text} = {new}" if bare else new, f"a new tensor of {result}")


def _random(case: Case) -> Explanation | None:
    """Random fractions asked for in a dtype of whole numbers."""
    if not case.name.startswith(("rand", "normal")) or not case.says("not implemented for"):
        return None
    given = part.named(case, "dtype")
    if given is not None and part.is_torch(case):
        return _random_dtype(case, given)
    like = next((o for o in case.tensors if whole(o)), None)
    if like is None or "like" not in case.name:
        return None
    inside = [o.text if not o.keyword else f"{o.keyword}={o.text}" for o in case.operands]
    return Explanation(
        rule="dtype-like",
        first=f"{case.name} copies the dtype too, and {words.code(like)} is {like.seen.dtype}.",
        rest=(f"{case.name} draws fractions, which need a float dtype. {origin_of(like)}", *_kernel(case, like)),
        repairs=(
            *case.instead(part.call(case, *inside, "dtype=torch.float32"), "the same shape, with fractions"),
            *part.swapped(case, like, f"{part.bare(case, like)}.float()", "like the same numbers as float32"),
        ),
    )


def _random_dtype(case: Case, given: Operand) -> Explanation:
    sizes = [o.text for o in case.operands if not o.keyword]
    inside = (
        sizes[0]
        if len(sizes) == 1 and case.operands[0].seen.kind in ("tuple", "list")
        else f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"
    )
    draw = part.call(case, "0", "10", inside, f"dtype={given.text}", name="randint")
    return Explanation(
        rule="dtype-random",
        first=f"{case.name} draws fractions, and `dtype={given.text}` holds whole numbers only.",
        rest=("Random whole numbers come from randint, which is told the lowest and the one after the highest.",),
        repairs=(
            *case.instead(part.call(case, *sizes, *part.keywords(case, "dtype")), "fractions in float32"),
            *case.instead(draw, "whole numbers from 0 to 9"),
        ),
    )


def _powered(case: Case) -> Explanation | None:
    if not case.says("negative integer powers") or not case.operands:
        return None
    base = case.operands[0]
    return Explanation(
        rule="dtype-power",
        first=f"{words.typed(base)} to a negative power gives fractions, and whole numbers stay whole.",
        rest=(origin_of(base) if base.seen.dtype else "Both are whole numbers.",),
        repairs=part.swapped(case, base, f"{part.bare(case, base)}.float()", "the same numbers as float32"),
    )


def _divided(case: Case) -> Explanation | None:
    if not case.says("ZeroDivisionError") or len(case.operands) < 2 or not case.tensors:
        return None
    a, b = case.operands[:2]
    means = f"{words.code(a)} as float32, where the result is inf or nan"
    return Explanation(
        rule="dtype-zero",
        first=f"{words.code(b)} is or holds 0; whole numbers ({a.seen.dtype or b.seen.dtype}) have no result for it.",
        rest=("Only floats know inf and nan; a division by 0 of whole numbers is an error.",),
        repairs=part.swapped(case, a, f"{part.bare(case, a)}.float()", means) if a.seen.kind == "tensor" else (),
    )
