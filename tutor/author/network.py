"""Code that wants the network: no question has one, so that lessons work on a train and in an exam."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tutor.author.trial import Finding
from tutor.grade.source import parsed
from tutor.lesson.code import code
from tutor.lesson.model import Question
from tutor.sandbox.protocol import Failure

_MODULES = frozenset(
    {"socket", "ssl", "urllib", "http", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "urllib3", "wget", "gdown"}
)
_WORDS = frozenset({"hub", "load_state_dict_from_url", "download_url_to_file", "from_pretrained", "load_dataset"})
_FAILURES = frozenset(
    {"URLError", "HTTPError", "gaierror", "herror", "ConnectionError", "ConnectionRefusedError", "MaxRetryError",
     "NameResolutionError", "ConnectError"}
)  # fmt: skip
FIX = "make the data in `given`"


def refused(failure: Failure | None) -> bool:
    """Whether something failed because there is no network."""
    return failure is not None and failure.type in _FAILURES


def wanted(text: str) -> tuple[str, int] | None:
    """The first word in code that leads to the network, and its line."""
    tree = parsed(text)
    for node in ast.walk(tree) if tree else ():
        if word := _word(node):
            return word, getattr(node, "lineno", 1)
    return None


def _word(node: ast.AST) -> str:
    if isinstance(node, ast.Import):
        return next((name.name for name in node.names if name.name.partition(".")[0] in _MODULES), "")
    if isinstance(node, ast.ImportFrom):
        module = node.module or ""
        return module if module.partition(".")[0] in _MODULES or module == "torch.hub" else ""
    if isinstance(node, ast.Attribute) and node.attr in _WORDS:
        return node.attr if node.attr != "hub" or _is_torch(node.value) else ""
    if isinstance(node, ast.keyword) and node.arg == "download":
        return "download=True" if isinstance(node.value, ast.Constant) and node.value.value is True else ""
    return ""


def _is_torch(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "torch"


def findings(question: Question) -> Iterator[Finding]:
    """Every part of a question that wants the network."""
    for part in code(question):
        if found := wanted(part.text):
            yield Finding(part.path, "needs-network", f"`{found[0]}` needs the network", FIX, line=found[1])
