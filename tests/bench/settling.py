"""A process like the zygote whose children time their own confinement; run by itself, it prints a JSON object."""

from __future__ import annotations

import gc
import json
import os
import struct
import sys
import time

from tests.bench.turns import in_turns
from tutor import paths
from tutor.sandbox import confine, worker
from tutor.sandbox.fence import Fence
from tutor.sandbox.layers import Layers

SECONDS = struct.Struct("d")


def main() -> None:
    """As many children of either kind as the argument says, turn by turn: behind every layer, and under limits only."""
    layers = Layers().keeping(paths.shipped_course(), paths.data_dir(), paths.cache_dir())
    worker.warm_up()
    worker.warm_further()
    fence = Fence.make(layers)
    gc.collect()
    gc.freeze()
    contenders = {"all": lambda: settled(fence), "limits": lambda: settled(Fence())}
    print(json.dumps({**in_turns(contenders, int(sys.argv[1])), "identity": fence.way}))


def settled(fence: Fence) -> float:
    """The seconds in which a new child puts up `fence`."""
    told, tell = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        settle(fence, parent, tell)
    os.close(tell)
    said = os.read(told, SECONDS.size)
    os.close(told)
    os.waitpid(pid, 0)
    seconds: float = SECONDS.unpack(said)[0]
    return seconds


def settle(fence: Fence, parent: int, tell: int) -> None:
    """The child's part, which is all of what a child of the zygote does before its job but reading it."""
    try:
        begun = time.perf_counter()
        confine.settle(fence, parent, slot=parent)
        os.write(tell, SECONDS.pack(time.perf_counter() - begun))
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
