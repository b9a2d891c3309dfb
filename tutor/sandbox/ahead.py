"""Where a process that is started ahead begins: says so when torch is not to be had, else is a worker."""

from __future__ import annotations

import sys

from tutor.sandbox import start
from tutor.sandbox.frame import Channel
from tutor.sandbox.layers import Layers


def main() -> None:
    """Import torch, put up the layers the last argument names, wait for one job on stdin, do it."""
    try:
        from tutor.sandbox import worker
    except ImportError as error:
        Channel(0, 1).write({"lacking": start.lacking(error)})
        return
    worker.be_started_ahead(Layers.from_argument(sys.argv[-1]))


if __name__ == "__main__":
    main()
