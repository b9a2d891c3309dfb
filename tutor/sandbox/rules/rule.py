"""Rules on code, checked on its syntax tree: what it may use, must use, must not use, and how it is to be laid out.

Everything that code uses (an operator, a call, an attribute, an index, a kind of statement) goes by several words:

- **Operators** by their spelling: `@`, `+`, `==`, `not in`, `+=`, `:=`, `=`. `+` also means `+=`, `in` also `not in`.
  The minus of `-1` is part of the number.
- **Keywords** by their name: `for` means loops and comprehensions, `if` also the one in the middle of a line.
- **Names** however they are reached: `softmax` means `softmax(x)`, `torch.softmax`, `x.softmax`, `F.softmax`, the
  import of it under any name and every use of that name, and the name of a keyword argument (`keepdim`). What the code
  itself defines is its own: a function called `softmax` that it writes is not torch's.
- **`.item`** means an attribute or a method of a value, **`torch.softmax`** what has that full name: through `import
  torch as t`, `from torch import softmax`, `f = torch.softmax`, `from torch import *`. `F`, `nn`, `optim` and `np` are
  read as usual. **A module** (`numpy`, `torch.linalg`) means its import and everything in it.
- **Groups**: `loops` (for, while), `comprehensions` (generator expressions too), `arithmetic` (+ - * / // % ** and
  signs), `comparison` (`is` and `in` too), `indexing`, `logic` (and, or, not), `bitwise`, `calls`, `attributes` (of
  values, methods too), `lambda`, `imports`, `conditions` (if, match), `try`, `with`, `classes`, `functions` (def),
  `strings`, `assignment`, `augmented` (+=), `recursion` (a function that calls itself by name).

`never` and `uses` look for any of these. With `only`, each thing used must be allowed by a word on the list:

- free without a word: variables, constants, brackets of lists and dicts, star-arguments, assignment to a name,
  `return`, `pass`, docstrings, annotations that only name types, a `def` or `class` at the top, `nn.Module` and the
  like as its base, `super().__init__`, imports of torch and its modules, keyword arguments, calls of what the code
  itself defines (also `self.step()`), and Python's types where they are not called;
- an attribute that is called needs one word for both (`sum` or `.sum` for `x.sum()`), for which `attributes` is not
  enough; a module's name allows all that is in it, a class's name does not; `calls` allows every call;
- a variable or parameter that is called needs its own name on the list.

**Hidden** is what could stand for anything: getattr, eval and their like, attributes such as `__dict__` or
`__matmul__`, the modules that have operators as functions or find things by text, torch's private parts, and a module
passed around as a value. It is told wherever `only` or `never` is given, unless it is itself on `only` or `uses`.

`statements` counts all but headers of def and class, docstrings and imports; an `elif` is a statement. `one_return`
holds for every def: its body, docstring aside, is `return` with a value. `line` counts characters up to the last that
is not a space. Code that is not Python breaks no rule, because running it fails.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Literal

from tutor.sandbox.protocol import Breach, Rules
from tutor.sandbox.rules.place import At, Source, start
from tutor.sandbox.rules.reach import Reach
from tutor.sandbox.rules.syntax import of_syntax
from tutor.sandbox.rules.use import Use
from tutor.sandbox.rules.walk import FUNCTIONS, body, walked
from tutor.sandbox.rules.word import canonical, unknown, words

__all__ = ["MOST", "NESTED", "breaches", "unknown", "words"]

MOST = 20
NESTED = Breach(rule="hidden", word="nesting")
"""Code that is nested deeper than can be looked into."""

_FRAMES = (*FUNCTIONS, ast.ClassDef)
_BODIES = (ast.Module, *_FRAMES)


def breaches(code: str, rules: Rules, most: int = MOST) -> tuple[Breach, ...]:
    """Where code breaks rules, in the order of place; what is missing comes last."""
    # What runs is made of the same text.
    code = code.encode("utf-8", "replace").decode()
    try:
        tree = _parsed(code)
        found = list(_found(tree, Source(code), rules)) if tree else []
    except (RecursionError, MemoryError):
        return (NESTED,)
    return tuple(sorted(found, key=_order)[:most])


def _order(breach: Breach) -> tuple[bool, int, int]:
    return breach.line is None, breach.line or 0, breach.column or 0


def _parsed(code: str) -> ast.Module | None:
    """The tree; None when it is not Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError):
            return None


def _found(tree: ast.Module, source: Source, rules: Rules) -> Iterator[Breach]:
    if words(rules):
        yield from _by_words(list(_uses(tree, source)), source, rules)
    if rules.statements is not None:
        yield from _statements(tree, source, rules.statements)
    if rules.one_return:
        yield from _not_one_return(tree, source)
    if rules.line is not None:
        yield from _long_lines(source, rules.line)


def _uses(tree: ast.Module, source: Source) -> Iterator[Use]:
    seen = walked(tree)
    reach = Reach(seen, source)
    for one in seen:
        yield from of_syntax(one, source)
        yield from reach.of(one)


def _by_words(found: list[Use], source: Source, rules: Rules) -> Iterator[Breach]:
    never, only = ({canonical(word): word for word in said} for said in (rules.never, rules.only))
    allowed = {*only, *map(canonical, rules.uses)}
    for use in found:
        if banned := next((said for word, said in never.items() if word in use.words), None):
            yield _breach("never", banned, use.at, source, use.text)
        elif use.hidden and (never or only) and use.hidden not in allowed:
            yield _breach("hidden", use.hidden, use.at, source, use.text)
        elif only and not use.free and use.allows.isdisjoint(allowed):
            yield _breach("only", use.shown, use.at, source, use.text)
    met = frozenset[str]().union(*(use.words for use in found))
    yield from (Breach(rule="uses", word=word) for word in dict.fromkeys(rules.uses) if canonical(word) not in met)


def _statements(tree: ast.Module, source: Source, most: int) -> Iterator[Breach]:
    """One breach, at the first statement that is too many; the word is how many there are."""
    told = {id(node.body[0]) for node in ast.walk(tree) if isinstance(node, _BODIES) and body(node) is not node.body}
    counted = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and not isinstance(node, (*_FRAMES, ast.Import, ast.ImportFrom))
        and id(node) not in told
    ]
    if len(counted) > most:
        at = sorted(map(start, counted))[most]
        yield _breach("statements", str(len(counted)), at, source)


def _not_one_return(tree: ast.Module, source: Source) -> Iterator[Breach]:
    """For each function, the first statement that makes it more or less than a `return`; the word is its name."""
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            first, *more = [*body(node), node]
            returns = isinstance(first, ast.Return) and first.value is not None
            if not (returns and more == [node]):
                yield _breach("one_return", node.name, start(more[0] if returns else first), source)


def _long_lines(source: Source, most: int) -> Iterator[Breach]:
    for number, line in enumerate(source.lines, 1):
        if (length := len(line.rstrip())) > most:
            yield Breach(rule="line", word=str(length), line=number, column=most + 1, text=source.text((number, 0)))


def _breach(
    rule: Literal["only", "never", "statements", "one_return", "hidden"],
    word: str,
    at: At,
    source: Source,
    text: str = "",
) -> Breach:
    return Breach(rule=rule, word=word, line=at[0], column=source.column(at), text=text or source.text(at))
