"""How a Python of the sandbox is started: isolated, with a clean environment, one thread."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_KEPT = ("PATH", "LANG", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "USERPROFILE")

# Isolated mode drops the user's site-packages and PYTHONPATH; what is installed there goes behind everything else.
_BOOT = """\
import runpy, sys
sys.path += [p for p in {paths!r} if p not in sys.path]
runpy.run_module({module!r}, run_name="__main__")
"""


def command(module: str, *arguments: str) -> list[str]:
    """The command line that runs `module` of this very package with this very Python."""
    package = str(Path(__file__).resolve().parents[2])
    paths = [p for p in sys.path if p.endswith("-packages")] + [package]
    return [sys.executable, "-I", "-X", "utf8", "-c", _BOOT.format(paths=paths, module=module), *arguments]


def environment(device: str) -> dict[str, str]:
    """Nothing of the caller's but what finding libraries needs; one thread, and no GPU unless asked for."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    kept["PYTORCH_NVML_BASED_CUDA_CHECK"] = "1"
    if device == "cuda":
        # An error of a kernel is raised by the line that started it, not by a later one.
        kept["CUDA_LAUNCH_BLOCKING"] = "1"
        kept["CUDA_CACHE_DISABLE"] = "1"
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        return kept if visible is None else kept | {"CUDA_VISIBLE_DEVICES": visible}
    return kept | {"CUDA_VISIBLE_DEVICES": ""}


def lacking(error: ImportError) -> str:
    """What to tell a person when `error` kept torch from being imported."""
    name = (error.name or "").partition(".")[0]
    if name in ("torch", "numpy", "safetensors", "msgspec") and isinstance(error, ModuleNotFoundError):
        return f"{name} is not installed here: pip install {name}"
    return f"torch cannot be imported here: {error}"
