"""Devices: none of the kind here, two in one operation, and numbers that are nowhere."""

from __future__ import annotations

import ast
import re

from tutor.grade.explain import words
from tutor.grade.explain.case import Case
from tutor.grade.explain.explanation import Edit, Explanation, Repair
from tutor.grade.explain.layer import feed
from tutor.sandbox.protocol import Operand

CHOICE = '"cuda" if torch.cuda.is_available() else "cpu"'
_NONE = (
    r"not compiled with CUDA|no NVIDIA|No CUDA GPUs|CUDA driver|not linked with support for mps|MPS backend is not|"
    r"not compiled with (MPS|XPU)|invalid device ordinal|No HIP GPUs|with the 'CUDA' backend|PyTorch was not compiled"
)


def explain(case: Case) -> Explanation | None:
    """What is wrong with devices; None where they are well."""
    if case.says(_NONE):
        return _none_here(case)
    if case.says("device-side assert"):
        return _asserted(case)
    if case.says(r"device string|device type at start|Expected one of cpu"):
        return _name(case)
    if case.says(r"meta tensor|Cannot copy out of meta|on meta tensors"):
        return _nowhere(case)
    if case.says("device") or case.type in ("RuntimeError", "NotImplementedError"):
        return _two(case) or _numpy(case)
    return _numpy(case)


def _none_here(case: Case) -> Explanation:
    apple = case.says("mps") is not None
    kind, asks = ("mps", "torch.backends.mps.is_available()") if apple else ("cuda", "torch.cuda.is_available()")
    choice = f'"{kind}" if {asks} else "cpu"'
    what = next((words.code(o) for o in case.operands if o.seen.kind in ("tensor", "module")), "")
    moved = f", so {what} cannot go there" if what else ""
    return Explanation(
        rule="device-none",
        first=f"There is no GPU that torch can use as `{kind}` here{moved}.",
        rest=(
            f"{asks} says whether there is one; code that asks runs on both kinds of machines.",
            *(("torch's words mean this build or this machine, not your code.",) if case.says("compiled") else ()),
        ),
        repairs=(*_chosen(case, kind, choice), *_called(case, kind, choice)),
        habit='Choose once: device = "cuda" if torch.cuda.is_available() else "cpu".',
    )


def _asserted(case: Case) -> Explanation:
    """An index out of range, found out late."""
    losses = case.calls("cross_entropy", "nll_loss", "CrossEntropyLoss", "NLLLoss")
    layers = [f"`{words.short(case.text(c))}`" for c in case.calls("Embedding")]
    labels = [f"`{words.short(case.text(c))}`" for c in losses]
    rest = []
    if layers:
        rest.append(f"The indices into {words.listed(layers[:2])} must be from 0 to the number of rows - 1.")
    if labels:
        rest.append(f"The labels of {words.listed(labels[:2])} must be from 0 to the number of classes - 1.")
    return Explanation(
        rule="device-assert",
        first="A label or an index was out of range on the GPU.",
        rest=(
            *rest,
            "A GPU works behind: the line that is named may be later than the one at fault. On the cpu the same "
            "program stops at the very line, with the number.",
        ),
        habit='Run one batch on the cpu first: device = "cpu".',
    )


def _called(case: Case, kind: str, choice: str) -> tuple[Repair, ...]:
    """x.cuda() as x.to(...)"""
    node = case.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != kind:
        return ()
    return case.instead(f"{case.text(node.func.value)}.to({choice})", "the GPU where there is one")


def _chosen(case: Case, kind: str, choice: str) -> tuple[Repair, ...]:
    """Every text that names the device, where it stands alone."""
    edits = []
    for node in ast.walk(case.tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and re.fullmatch(rf"{kind}(:\d+)?", node.value)
        ):
            holder = next(iter(case.around(node)), None)
            if not isinstance(holder, (ast.IfExp, ast.Compare)):
                edits.append(case.edit(node, choice))
    return case.with_edits(edits[:8], "the GPU where there is one", choice) if edits else ()


def _name(case: Case) -> Explanation | None:
    texts = [o for o in case.operands if o.seen.kind == "text"]
    if not texts:
        return None
    given = texts[0]
    right = "cuda" if re.search("gpu|cuda|nvidia", str(given.seen.value), re.I) else "cpu"
    return Explanation(
        rule="device-name",
        first=f"{words.code(given)} names no device; there are cpu, cuda and mps.",
        rest=("A GPU of NVIDIA is called cuda, with a number where there are several: cuda:0.",),
        repairs=case.swapped(given, CHOICE if right == "cuda" else '"cpu"'),
    )


def _nowhere(case: Case) -> Explanation:
    what = next((words.code(o) for o in case.operands if o.seen.kind in ("tensor", "module")), "The tensor")
    return Explanation(
        rule="device-meta",
        first=f"{what} is on the device meta: it has a shape and a dtype, but no numbers.",
        rest=("meta is for planning shapes without memory; what has no numbers cannot be copied, printed or counted.",),
        repairs=_elsewhere(case),
    )


def _elsewhere(case: Case) -> tuple[Repair, ...]:
    """What was made on meta made on the cpu."""
    found = [n for n in ast.walk(case.tree) if isinstance(n, ast.Constant) and n.value == "meta"]
    edits: list[Edit] = [case.edit(n, '"cpu"') for n in found[:8]]
    return case.with_edits(edits, "made with numbers, on the cpu", '"cpu"') if edits else ()


def _two(case: Case) -> Explanation | None:
    fed = feed(case)
    if fed is not None and fed.got.kind == "tensor" and fed.got.device:
        there = str(fed.layer.facts.get("device", "cpu"))
        made = bool(fed.layer.facts.get("bias")) or "device" in fed.layer.facts
        if made and _differ(there, fed.got.device):
            return _layer(case, there, fed.got.device, fed.label, fed.operand)
    lists = [item.device for o in case.operands if o.seen.kind in ("list", "tuple") for item in o.seen.items or ()]
    tensors = [o for o in case.tensors if o.seen.device]
    if len(tensors) < 2:
        return _listed(case, [d for d in lists if d])
    first = tensors[0]
    # A number of its own, of no dimension, may come from the cpu.
    other = next(
        (o for o in tensors[1:] if _differ(o.seen.device or "", first.seen.device or "") and o.seen.shape), None
    )
    if other is None:
        return None
    return Explanation(
        rule="device-two",
        first=f"{words.code(first)} is on {first.seen.device}, and {words.code(other)} is on {other.seen.device}.",
        rest=("All tensors of one operation must be on the same device; nothing is moved by itself.",),
        repairs=_moved(case, first, other),
        habit="Move the model and every batch to the same device, first thing.",
    )


def _differ(a: str, b: str) -> bool:
    return a.removesuffix(":0") != b.removesuffix(":0")


def _moved(case: Case, a: Operand, b: Operand) -> tuple[Repair, ...]:
    if "meta" in (a.seen.device, b.seen.device):
        plain = a if b.seen.device == "meta" else b
        return (
            *_elsewhere(case),
            *case.swapped(plain, f'{words.grouped(plain)}.to("meta")', "on meta, where no numbers are"),
        )
    gpu, cpu = (a, b) if b.seen.device == "cpu" else (b, a)
    return case.swapped(cpu, f"{words.grouped(cpu)}.to({gpu.text}.device)", f"moved to {gpu.seen.device}")


def _layer(case: Case, there: str, here: str, label: str, operand: Operand | None) -> Explanation:
    what = words.code(operand) if operand else "what arrives"
    repairs: tuple[Repair, ...] = ()
    if "meta" in (there, here):
        repairs = _elsewhere(case)
    elif operand is not None:
        repairs = case.swapped(operand, f'{words.grouped(operand)}.to("{there}")', f"moved to {there}")
    return Explanation(
        rule="device-two",
        first=f"The weights of {label} are on {there}, and {what} is on {here}.",
        rest=("All tensors of one operation must be on the same device; nothing is moved by itself.",),
        repairs=repairs,
        habit="Move the model and every batch to the same device, first thing.",
    )


def _listed(case: Case, devices: list[str]) -> Explanation | None:
    odd = next((d for d in devices if _differ(d, devices[0])), None)
    if odd is None or not case.says("device"):
        return None
    what = next(o for o in case.operands if o.seen.kind in ("list", "tuple"))
    return Explanation(
        rule="device-two",
        first=f"The tensors of {words.code(what)} are on {devices[0]} and {odd}.",
        rest=("All tensors of one operation must be on the same device; nothing is moved by itself.",),
        repairs=_elsewhere(case) if "meta" in (devices[0], odd) else (),
    )


def _numpy(case: Case) -> Explanation | None:
    if not case.says(r"can't convert (\S+) device type tensor to numpy"):
        return None
    what = next((o for o in case.operands if o.seen.kind == "tensor"), None)
    if what is None:
        return None
    return Explanation(
        rule="device-numpy",
        first=f"{words.code(what)} is on {what.seen.device}, and NumPy reads the memory of the cpu only.",
        repairs=case.swapped(what, f"{words.grouped(what)}.cpu()", "copied to the cpu first"),
    )
