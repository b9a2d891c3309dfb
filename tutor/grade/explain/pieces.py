"""Tensors cut in pieces, and the letters of einsum."""

from __future__ import annotations

import ast
import re

from tutor.grade.drawing import shape_text
from tutor.grade.explain import part, words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Explanation, Repair
from tutor.grade.explain.shape import Shape
from tutor.sandbox.protocol import Operand

_LETTERS = "ijklmnopqrstuvwxyz"


def explain(case: Case) -> Explanation | None:
    """Pieces that do not add up, letters that do not fit; None where nothing is cut or all fits."""
    if case.kind != "call" or case.below or not part.is_torch(case):
        return None
    if case.name == "einsum":
        return _einsum(case)
    return _cut(case) if case.name in ("split", "chunk", "split_with_sizes", "tensor_split") and case.tensors else None


def _cut(case: Case) -> Explanation | None:
    x = case.tensors[0]
    plain = [o for o in case.operands if not o.keyword and o is not x]
    sizes = part.named(case, "split_size_or_sections", "split_size", "chunks") or (plain[0] if plain else None)
    given = part.named(case, "dim") or (plain[1] if len(plain) > 1 else None)
    dim, size = (part.integer(given.seen) if given is not None else 0), x.seen.shape or ()
    if sizes is None or dim is None or not -len(size) <= dim < len(size):
        return None
    total = size[dim]
    if (one := part.integer(sizes.seen)) is not None:
        return _none(case, x, sizes, total) if one < 1 else None
    numbers = part.integers(sizes.seen)
    if numbers is None or sum(numbers) == total or case.name == "tensor_split":
        return None
    return Explanation(
        rule="split-sum",
        first=f"{words.code(sizes)} adds up to {sum(numbers)}; dimension {dim} of {words.shaped(x)} has size {total}.",
        rest=("Each number is the length of a piece, and together they are the whole dimension.",),
        repairs=_summed(case, sizes, numbers, total, size, dim),
    )


def _none(case: Case, x: Operand, sizes: Operand, total: int) -> Explanation:
    what = f"pieces of length {sizes.text}" if case.name == "split" else f"{sizes.text} pieces"
    return Explanation(
        rule="split-none",
        first=f"{case.name}() cannot make {what} of {words.shaped(x)}.",
        rest=("split is told how long each piece is, chunk how many pieces there are to be; both at least 1.",),
        repairs=part.swapped(case, sizes, "1", "one at a time" if case.name == "split" else "a single piece"),
    )


def _summed(case: Case, sizes: Operand, numbers: Shape, total: int, size: Shape, dim: int) -> tuple[Repair, ...]:
    head, left = numbers[:-1], total - sum(numbers[:-1])
    found: tuple[Repair, ...] = ()
    if left > 0 and head:
        found += part.swapped(case, sizes, str([*head, left]), "the last one takes what is left")
    if sum(numbers) < total:
        found += part.swapped(case, sizes, str([*numbers, total - sum(numbers)]), "one more piece with what is left")
    for d, n in enumerate(size):
        if n == sum(numbers) and d != dim:
            inside = [o.text for o in case.operands if not o.keyword][: 1 if part.is_method(case) else 2]
            inside = inside[1:] if part.is_method(case) else inside
            found += case.instead(
                part.call(case, *(inside or [sizes.text]), f"dim={d}"), f"along dimension {d}, of size {n}"
            )
    return found


def _einsum(case: Case) -> Explanation | None:
    texts = [o for o in case.operands if o.seen.kind == "text"]
    if not texts:
        return None
    if case.operands[0] is not texts[0]:
        return _first(case, texts[0])
    equation, tensors = texts[0], list(case.tensors)
    left, _, right = str(equation.seen.value).replace(" ", "").partition("->")
    terms = left.split(",")
    if "." in left or any(o.seen.kind in ("list", "tuple") for o in case.operands):
        return None
    if len(terms) != len(tensors):
        return _count(case, equation, terms, tensors)
    for term, tensor in zip(terms, tensors, strict=True):
        if len(term) != words.rank(tensor.seen):
            return _rank(case, equation, term, tensor, terms, right)
    return _letters(case, equation, terms, right) or _sizes(case, terms, tensors)


def _first(case: Case, equation: Operand) -> Explanation:
    others = [o.text for o in case.operands if o is not equation and not o.keyword]
    return Explanation(
        rule="einsum-order",
        first=f"einsum() takes the letters first, {words.code(equation)}, and the tensors after them.",
        repairs=case.instead(part.call(case, equation.text, *others)),
    )


def _count(case: Case, equation: Operand, terms: list[str], tensors: list[Operand]) -> Explanation:
    repairs: tuple[Repair, ...] = ()
    texts = [o.text for o in tensors]
    if len(terms) < len(tensors):
        repairs = case.instead(part.call(case, equation.text, *texts[: len(terms)]), f"without {texts[len(terms)]}")
    elif len(terms) == len(tensors) + 1 and tensors:
        repairs = case.instead(part.call(case, equation.text, *texts, texts[-1]), f"with {texts[-1]} twice")
    return Explanation(
        rule="einsum-count",
        first=f"{words.code(equation)} has letters for {words.count(len(terms), 'tensor')}, and there "
        f"{'is' if len(tensors) == 1 else 'are'} {len(tensors)}.",
        rest=("In front of -> there is a group of letters for each tensor, with commas between them.",),
        repairs=repairs,
    )


def _rank(case: Case, equation: Operand, term: str, tensor: Operand, terms: list[str], right: str) -> Explanation:
    rank = words.rank(tensor.seen)
    spare = [c for c in _LETTERS if c not in "".join(terms) + right]
    new = term[:rank] if len(term) > rank else term + "".join(spare[: rank - len(term)])
    text = str(equation.seen.value)
    repairs: tuple[Repair, ...] = ()
    if len(term) < rank:
        front = "".join(spare[: rank - len(term)]) + term
        repairs += _lettered(case, equation, re.sub(rf"\b{term}\b", front, text, count=1), "the new letter is added up")
    repairs += _lettered(case, equation, re.sub(rf"\b{term}\b", new, text, count=1), f"{new} for {words.code(tensor)}")
    return Explanation(
        rule="einsum-rank",
        first=f"`{term}` has {words.count(len(term), 'letter')}, and {words.shaped(tensor)} has "
        f"{words.count(rank, 'dimension')}.",
        rest=("Each dimension has a letter.",),
        repairs=repairs,
    )


def _lettered(case: Case, equation: Operand, text: str, means: str) -> tuple[Repair, ...]:
    node = part.node_of(case, equation)
    return case.instead(f'"{text}"', means, of=node) if isinstance(node, ast.Constant) else ()


def _letters(case: Case, equation: Operand, terms: list[str], right: str) -> Explanation | None:
    """Letters of the result that no tensor has, or that it has twice."""
    odd = next((c for c in right if c not in "".join(terms) or right.count(c) > 1), None)
    if odd is None:
        return None
    kept = "".join(dict.fromkeys(c for c in right if c in "".join(terms)))
    text = f"{','.join(terms)}->{kept}"
    what = "stands twice" if right.count(odd) > 1 else "is in none of the groups before it"
    return Explanation(
        rule="einsum-letter",
        first=f"`{odd}` behind -> {what}, in {words.code(equation)}.",
        rest=("Behind -> stand the letters that stay, each once; the others are added up.",),
        repairs=_lettered(case, equation, text, f"the result has {words.count(len(kept), 'dimension')}"),
    )


def _sizes(case: Case, terms: list[str], tensors: list[Operand]) -> Explanation | None:
    seen: dict[str, tuple[int, Operand]] = {}
    for term, tensor in zip(terms, tensors, strict=True):
        for letter, n in zip(term, tensor.seen.shape or (), strict=True):
            m, first = seen.setdefault(letter, (n, tensor))
            if m != n and 1 not in (m, n):
                return _differ(case, letter, m, n, first, tensor)
    return None


def _differ(case: Case, letter: str, m: int, n: int, first: Operand, second: Operand) -> Explanation:
    turned: tuple[Repair, ...] = ()
    for operand in (second, first):
        if words.rank(operand.seen) == 2:
            made = shape_text((operand.seen.shape or ())[::-1])
            turned += part.swapped(
                case, operand, f"{part.bare(case, operand)}.T", f"{words.code(operand)} transposed, {made}"
            )
    return Explanation(
        rule="einsum-size",
        first=f"`{letter}` is {m} in {words.shaped(first)} and {n} in {words.shaped(second)}.",
        rest=("A letter stands for one size, wherever it is written.",),
        repairs=turned,
    )
