"""A warm Jupyter kernel: the other way to have torch loaded and a line run at once."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

PATIENCE = 60.0


@contextmanager
def warm_kernel(folder: Path, setup: str) -> Iterator[Callable[[str], float]]:
    """Runs code in a kernel that has imported torch and run `setup`; gives the seconds until its reply."""
    from jupyter_client.manager import start_new_kernel

    # Nobody's own kernels, profile or history.
    for name in ("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        os.environ[name] = str(folder / name.lower())
    manager, client = start_new_kernel(stdout=DEVNULL, stderr=DEVNULL)

    def seconds(code: str) -> float:
        begun = time.perf_counter()
        reply = client.execute(code, reply=True, timeout=PATIENCE)
        taken = time.perf_counter() - begun
        assert reply["content"]["status"] == "ok", reply["content"]
        while client.iopub_channel.msg_ready():
            client.get_iopub_msg(timeout=PATIENCE)
        return taken

    try:
        seconds(f"import torch\n{setup}")
        yield seconds
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
