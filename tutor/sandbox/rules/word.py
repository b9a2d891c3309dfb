"""The words a rule on code may say. Standard library only, and nothing here looks at code: the loader reads it too."""

from __future__ import annotations

import difflib
import keyword
import unicodedata

from tutor.sandbox.protocol import Rules

ARITHMETIC = frozenset({"+", "-", "*", "/", "//", "%", "**"})
BITWISE = frozenset({"&", "|", "^", "~", "<<", ">>"})
COMPARISON = frozenset({"==", "!=", "<", "<=", ">", ">=", "is", "is not", "in", "not in"})
LOGIC = frozenset({"and", "or", "not"})
AUGMENTED = frozenset(f"{spelling}=" for spelling in {*ARITHMETIC, "@", *BITWISE} - {"~"})
SPELLINGS = ARITHMETIC | BITWISE | COMPARISON | LOGIC | AUGMENTED | {"@", "=", ":="}

GROUPS = frozenset(
    {
        "loops", "comprehensions", "arithmetic", "comparison", "indexing", "logic", "bitwise", "calls", "attributes",
        "lambda", "imports", "conditions", "try", "with", "classes", "functions", "strings", "assignment", "augmented",
        "recursion",
    }
)  # fmt: skip

KEYWORDS = frozenset(
    {
        "and", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "except", "finally",
        "for", "from", "global", "if", "import", "in", "is", "lambda", "match", "nonlocal", "not", "or", "pass",
        "raise", "return", "try", "while", "with", "yield", "None", "True", "False",
    }
)  # fmt: skip
"""Those that a rule can look for; `as`, `else` and `case` only belong to others."""

CONVENTIONS = {"F": "torch.nn.functional", "nn": "torch.nn", "optim": "torch.optim", "np": "numpy", "torch": "torch"}
"""What these names mean in a rule, and in code that does not say otherwise."""

_CLOSE = 0.8
_CLOSE_SIGNS = 0.6
_NO_SLIPS = frozenset({"logit", "lambd", "width", "functional", "bitwise_or"})
"""Names of torch's that are near a group's."""


def canonical(word: str) -> str:
    """A word as it is looked for: identifiers the way Python reads them, `F.relu` and `nn` in full."""
    word = unicodedata.normalize("NFKC", word)
    first, dot, rest = word.partition(".")
    return CONVENTIONS[first] + dot + rest if first in CONVENTIONS else word


def group(spelling: str) -> str:
    """The group of an operator; empty for one that is in none."""
    groups = {"arithmetic": ARITHMETIC, "bitwise": BITWISE, "comparison": COMPARISON, "logic": LOGIC}
    return next((name for name, held in groups.items() if spelling in held), "")


def words(rules: Rules) -> tuple[str, ...]:
    """Every word that rules say, once each."""
    return tuple(dict.fromkeys((*rules.only, *rules.never, *rules.uses)))


def unknown(word: str) -> str | None:
    """None for a word that a rule may say, else the nearest one that it may; empty when none is near."""
    if word in GROUPS or word in KEYWORDS or word in SPELLINGS:
        return None
    if _possible(word):
        near = [] if word in _NO_SLIPS else difflib.get_close_matches(word, sorted(GROUPS - KEYWORDS), 1, _CLOSE)
        return near[0] if near else None
    close = _CLOSE if word[:1].isalpha() else _CLOSE_SIGNS
    return next(iter(difflib.get_close_matches(word, sorted(GROUPS | KEYWORDS | SPELLINGS), 1, close)), "")


def _possible(word: str) -> bool:
    """Whether a word can be a name, a dotted name or an attribute with its dot."""
    parts = word.removeprefix(".").split(".")
    if word.startswith(".") and len(parts) > 1:
        return False
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in parts)
