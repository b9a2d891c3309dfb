"""A small reading of the filter's machine code, to ask what it would say without loading it."""

from __future__ import annotations

import struct

from tutor.sandbox.seccomp import Instruction


def judged(program: list[Instruction], audit: int, number: int, arguments: tuple[int, ...] = ()) -> int:
    """The verdict of `program` on one call, as classic BPF defines its steps."""
    padded = tuple(a & (1 << 64) - 1 for a in (*arguments, 0, 0, 0, 0, 0, 0)[:6])
    data = struct.pack("<IIQ6Q", number, audit, 0, *padded)
    a, at = 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == 0x20:
            (a,) = struct.unpack_from("<I", data, value)
        elif code == 0x54:
            a &= value
        elif code == 0x06:
            return value
        elif code == 0x05:
            at += value
        else:
            holds = {0x15: a == value, 0x25: a > value, 0x35: a >= value, 0x45: bool(a & value)}[code]
            at += yes if holds else no
