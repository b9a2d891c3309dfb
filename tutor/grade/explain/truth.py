"""Truth: asking once of many whether they are true."""

from __future__ import annotations

import ast

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Repair
from tutor.sandbox.protocol import Operand

_SIGNS = {"and": "&", "or": "|", "not": "~"}
_BUILT_IN = ("any", "all", "max", "min", "sorted", "bool", "filter")
_RULE = "Python asks for one answer, true or false, and a tensor of several elements has one for each."


def explain(case: Case) -> Explanation | None:
    """What is asked for its truth and has many; None where nothing is."""
    if case.below or not case.says("Boolean value of Tensor"):
        return None
    if case.says("no values"):
        return _empty(case)
    if case.kind == "truth":
        return _asked(case)
    if case.kind == "operator" and (joined := _joint(case)) is not None:
        many = _many((*case.operands, *case.scene.names))
        return _joined(case, many, joined) if many is not None else None
    if case.kind == "call" and case.name in _BUILT_IN and not part.is_method(case):
        return _built_in(case)
    if case.kind == "call" and case.name == "sort" and case.operands and case.operands[0].seen.kind == "list":
        return _built_in(case)
    if case.word in ("in", "not in", "==", "!=") or case.name in ("index", "remove", "count"):
        return _among(case)
    return None


def _many(operands: tuple[Operand, ...]) -> Operand | None:
    tensors = (o for o in operands if o.seen.kind == "tensor")
    return next((o for o in tensors if o.seen.shape and set(o.seen.shape) != {1}), None)


def _asked(case: Case) -> Explanation | None:
    many = _many(case.operands)
    if many is None:
        return None
    joined = _joint(case)
    if joined is not None:
        return _joined(case, many, joined)
    if isinstance(case.node, ast.Compare) and len(case.node.ops) > 1:
        return _chained(case, many, case.node)
    return _tested(case, many)


def _tested(case: Case, many: Operand) -> Explanation:
    """`if x > 0:` and its like."""
    node = part.node_of(case, many)
    node = case.node if node is None and isinstance(case.node, ast.expr) else node
    word = case.word or "if"
    return Explanation(
        rule="truth-many",
        first=f"`{word}` needs one answer, and {words.shaped(many)} has {_count(many)}.",
        rest=(_RULE, "In words: is it so for all of them, .all(), or for at least one, .any()?"),
        repairs=(*_choice(case, node), *_whole(case, many, node)),
        habit="Say in words what is asked: all of them, or any of them?",
    )


def _count(many: Operand) -> str:
    count = 1
    for n in many.seen.shape or ():
        count *= n
    return f"{count} elements"


def _whole(case: Case, many: Operand, node: ast.expr | None) -> tuple[Repair, ...]:
    if node is None:
        return ()
    node = node.operand if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else node
    text = part.grouped(case, node)
    boolean = many.seen.dtype == "bool"
    what = "" if boolean else " (not 0)"
    every = case.instead(f"{text}.all()", f"true if all of them are{what}", of=node)
    some = case.instead(f"{text}.any()", f"true if at least one of them is{what}", of=node)
    differ = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq)
    found = some + every if differ else every + some
    compared = node.left if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq) else None
    if compared is not None and isinstance(node, ast.Compare) and not isinstance(node.comparators[0], ast.Constant):
        new = f"torch.equal({case.text(compared)}, {case.text(node.comparators[0])})"
        found += case.instead(new, "true if both have the same shape and the same elements", of=node)
    return found


def _choice(case: Case, node: ast.expr | None) -> tuple[Repair, ...]:
    """`a if x > 0 else b`, for each element."""
    outer = next(iter(case.around(node)), None) if node is not None else None
    chosen = outer if isinstance(outer, ast.IfExp) else case.node
    if not isinstance(chosen, ast.IfExp):
        return ()
    new = f"torch.where({case.text(chosen.test)}, {case.text(chosen.body)}, {case.text(chosen.orelse)})"
    return case.instead(new, "chosen anew for each element", of=chosen)


def _joint(case: Case) -> ast.BoolOp | ast.UnaryOp | None:
    """The `and`, `or` or `not` around what failed, the outermost."""
    found: ast.BoolOp | ast.UnaryOp | None = None
    for node in filter(None, (case.node, *(case.around(case.node) if case.node is not None else ()))):
        if isinstance(node, ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            found = node
        elif node is not case.node or not isinstance(node, (ast.Compare, ast.Name, ast.Call, ast.Attribute)):
            break
    return found


def _joined(case: Case, many: Operand, node: ast.BoolOp | ast.UnaryOp) -> Explanation:
    """and, or, not."""
    word = "not" if isinstance(node, ast.UnaryOp) else type(node.op).__name__.lower()
    does = "turns a mask over" if word == "not" else "joins masks, with parentheses around comparisons"
    return Explanation(
        rule="truth-joined",
        first=f"`{word}` asks {words.shaped(many)} for one answer, and it has {_count(many)}.",
        rest=(_RULE, f"{_SIGNS[word]} {does}, element by element."),
        repairs=_each(case, node),
        habit="Between tensors: & | ~, each comparison in parentheses.",
    )


def _each(case: Case, node: ast.BoolOp | ast.UnaryOp) -> tuple[Repair, ...]:
    new = _elementwise(case, node)
    if not _is_test(case, node):
        return case.instead(new, "for each element", of=node)
    grouped = f"({new})" if isinstance(node, ast.BoolOp) else new
    if isinstance(node, ast.UnaryOp):
        grouped = f"({new})"
    return (
        *case.instead(f"{grouped}.all()", "true if it holds for all elements", of=node),
        *case.instead(f"{grouped}.any()", "true if it holds for at least one", of=node),
    )


def _elementwise(case: Case, node: ast.expr) -> str:
    """and, or, not as & | ~, all the way down."""
    if isinstance(node, ast.BoolOp):
        sign = _SIGNS[type(node.op).__name__.lower()]
        return f" {sign} ".join(_inside(case, value) for value in node.values)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return f"~{_inside(case, node.operand)}"
    return case.text(node)


def _inside(case: Case, node: ast.expr) -> str:
    text = _elementwise(case, node)
    if isinstance(node, (ast.Name, ast.Call, ast.Attribute, ast.Subscript)):
        return text if _is_mask(case, node) else f"({text} != 0)"
    return text if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else f"({text})"


def _is_mask(case: Case, node: ast.expr) -> bool:
    seen = next((o.seen for o in (*case.operands, *case.scene.names) if o.text == case.text(node)), None)
    return seen is None or seen.dtype in (None, "bool")


def _is_test(case: Case, node: ast.expr) -> bool:
    """Whether one answer is wanted of it in the end."""
    outer = next(iter(case.around(node)), None)
    tested = isinstance(outer, (ast.If, ast.While, ast.IfExp, ast.Assert)) and outer.test is node
    return tested or isinstance(outer, ast.comprehension)


def _chained(case: Case, many: Operand, node: ast.Compare) -> Explanation:
    """`0 < x < 1`."""
    parts = [node.left, *node.comparators]
    texts = [case.text(p) for p in parts]
    pieces = []
    for n in range(len(node.ops)):
        sign = _between(case, parts[n], parts[n + 1])
        pieces.append(f"({texts[n]} {sign} {texts[n + 1]})")
    new = " & ".join(pieces)
    tested = _is_test(case, node)
    return Explanation(
        rule="truth-chained",
        first=f"`{words.short(case.text(node))}` joins two comparisons with a hidden `and`; {words.shaped(many)} has "
        f"{_count(many)}.",
        rest=(_RULE, "Between tensors each comparison stands by itself, joined by &."),
        repairs=(
            *case.instead(
                f"({new}).all()" if tested else new, "true if it holds for all" if tested else "for each element"
            ),
            *(case.instead(f"({new}).any()", "true if it holds for at least one") if tested else ()),
        ),
    )


def _between(case: Case, left: ast.expr, right: ast.expr) -> str:
    """The sign between two parts, as written."""
    a, b = case.place(left), case.place(right)
    if a is None or b is None or a.last != b.line:
        raise ValueError("no place")
    row = case.code.splitlines()[a.last - 1]
    return row[a.end : b.column].strip(" ()")


def _built_in(case: Case) -> Explanation | None:
    """Python's own any, max and sorted, which ask for the truth of comparisons."""
    operand = next((o for o in case.operands if o.seen.kind in ("tensor", "list", "tuple")), None)
    if operand is None:
        return None
    if case.name == "bool":
        return _tested(case, operand) if operand.seen.kind == "tensor" else None
    return Explanation(
        rule="truth-built-in",
        first=f"Python's {case.name}() asks {words.shaped(operand)} entry by entry, and an entry has many elements.",
        rest=(
            _RULE,
            *_entries(operand),
            "torch has functions of the same names for tensors."
            if operand.seen.kind == "tensor"
            else "Say by which one number each entry is judged.",
        ),
        repairs=_own(case, operand),
    )


def _own(case: Case, operand: Operand) -> tuple[Repair, ...]:
    text = part.bare(case, operand)
    tensors = [o for o in case.operands if o.seen.kind == "tensor"]
    if operand.seen.kind != "tensor":
        if case.name not in ("any", "all"):
            return _judged(case, operand)
        stacked = f"torch.stack({operand.text})"
        return (
            *case.instead(f"{stacked}.{case.name}(dim=0)", "for each element"),
            *case.instead(f"{stacked}.{case.name}()", "one answer for all elements"),
        )
    if case.name in ("max", "min") and len(tensors) == 2:
        full = {"max": "maximum", "min": "minimum"}[case.name]
        return case.instead(
            f"torch.{full}({tensors[0].text}, {tensors[1].text})", "the greater of each pair, or the lesser"
        )
    number = next((o for o in case.operands if o.seen.kind == "number"), None)
    if case.name in ("max", "min") and number is not None:
        limit = {"max": "min", "min": "max"}[case.name]
        return case.instead(
            f"{text}.clamp({limit}={number.text})", f"each element, no {'less' if limit == 'min' else 'more'}"
        )
    if case.name == "sorted":
        return case.instead(f"{text}.sort(dim=0).values", "each column sorted")
    return (
        *case.instead(f"{text}.{case.name}()", "of all elements"),
        *(case.instead(f"{text}.{case.name}(dim=0).values", "of each column") if case.name in ("max", "min") else ()),
    )


def _entries(operand: Operand) -> tuple[str, ...]:
    """The shapes of a list's tensors."""
    sizes = [i.shape for i in operand.seen.items or () if i.kind == "tensor" and i.shape is not None]
    if operand.seen.kind == "tensor" or not sizes:
        return ()
    same = len(set(sizes)) == 1
    listed = words.listed([shape_text(s) for s in sizes[:3]])
    return (f"Its tensors are of shape {shape_text(sizes[0])}." if same else f"Its tensors are of shapes {listed}.",)


def _judged(case: Case, operand: Operand) -> tuple[Repair, ...]:
    """One number for each entry of a list, to sort by or to find the greatest by; or element by element."""
    node = case.node
    if not isinstance(node, ast.Call) or case.name == "filter":
        return ()
    key = next((k.value for k in node.keywords if k.arg == "key"), None)
    if isinstance(key, ast.Lambda):
        body = part.grouped(case, key.body)
        return (
            *case.instead(f"{body}.sum().item()", "by the sum of each", of=key.body),
            *case.instead(f"{body}.flatten()[0].item()", "by the first number of each", of=key.body),
        )
    items = operand.seen.items or ()
    if key is not None or not items or any(i.kind != "tensor" for i in items):
        return ()
    name = part.fresh(case, "item", "entry")
    head = [*map(case.text, node.args), *map(case.text, node.keywords)]
    keyed = f"{case.text(node.func)}({', '.join([*head, f'key=lambda {name}: {name}.sum().item()'])})"
    by_sum = case.instead(keyed, "by the sum of each")
    if case.name not in ("max", "min"):
        return by_sum
    whole = f"torch.stack({operand.text})"
    return (
        *case.instead(f"{whole}.a{case.name}(dim=0)", "for each place, over all of the list"),
        *case.instead(f"{whole}.{case.name}()", "of all numbers"),
        *by_sum,
    )


def _among(case: Case) -> Explanation | None:
    """A tensor looked for in a list: the list compares with ==, which gives many answers."""
    held = next((o for o in case.operands if o.seen.kind in ("list", "tuple")), None)
    if held is None:
        return None
    sought = next((o for o in case.operands if o is not held), None)
    return Explanation(
        rule="truth-among",
        first=f"{words.code(held)} compares its tensors with ==, which gives one answer for each element.",
        rest=(_RULE, "torch.equal asks once: is the shape the same, and every element?"),
        repairs=_equal(case, held, sought),
    )


def _equal(case: Case, held: Operand, sought: Operand | None) -> tuple[Repair, ...]:
    if sought is None:
        return ()
    one = f"torch.equal(item, {sought.text})"
    if case.word in ("in", "not in"):
        new = f"any({one} for item in {held.text})"
        return case.instead(f"not {new}" if case.word == "not in" else new, "compared as a whole with each")
    if case.name == "index":
        return case.instead(f"[{one} for item in {held.text}].index(True)", "the place of the first that is equal")
    if case.name == "count":
        return case.instead(f"sum({one} for item in {held.text})", "how many are equal")
    if case.name == "remove" and held.text.isidentifier():
        return case.instead(f"{held.text} = [item for item in {held.text} if not {one}]", "the list without it")
    if case.word in ("==", "!=") and sought.seen.kind in ("list", "tuple"):
        new = f"all(torch.equal(a, b) for a, b in zip({held.text}, {sought.text}))"
        return case.instead(f"not {new}" if case.word == "!=" else new, "pair by pair")
    return ()


def _empty(case: Case) -> Explanation | None:
    operand = next((o for o in case.tensors if 0 in (o.seen.shape or ())), None)
    if operand is None:
        return None
    return Explanation(
        rule="truth-empty",
        first=f"{words.code(operand)} has the shape {shape_text(operand.seen.shape or ())}: no elements, and no truth.",
        rest=("Whether there is anything in it is asked with numel().",),
        repairs=part.swapped(case, operand, f"{part.bare(case, operand)}.numel() > 0", "true if there are elements")
        or _numel(case, operand),
    )


def _numel(case: Case, operand: Operand) -> tuple[Repair, ...]:
    edits: list[Edit] = (
        [case.edit(case.node, f"{part.bare(case, operand)}.numel() > 0")] if case.node is not None else []
    )
    return case.with_edits(edits, "true if there are elements") if edits else ()
