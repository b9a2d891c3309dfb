"""The filter, read step by step for both machines and loaded for real on this one."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.sandbox.bpf import judged
from tutor.sandbox import seccomp, syscall
from tutor.sandbox.seccomp import ALLOW, ENOSYS, EPERM, KILL, OWN_PID

PID, OTHER, PARENT = OWN_PID, 4242, 1
THREAD = 0x3D0F00
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}

ARGUMENTS = [
    ("read", (0, 0, 10), ALLOW),
    ("mmap", (0, 4096, 7, 0x22), ALLOW),
    ("openat", (-100, 0, os.O_RDONLY | os.O_CLOEXEC), ALLOW),
    ("openat", (-100, 0, os.O_RDONLY | os.O_TRUNC), EPERM),
    ("openat", (-100, 0, os.O_WRONLY | os.O_TRUNC), ALLOW),
    ("openat", (-100, 0, os.O_RDWR | os.O_TRUNC | os.O_CREAT), ALLOW),
    ("openat", (-100, 0, 3), EPERM),
    ("openat", (-100, 0, 3 | os.O_TRUNC), EPERM),
    ("open", (0, os.O_RDONLY), ALLOW),
    ("open", (0, os.O_RDONLY | os.O_TRUNC), EPERM),
    ("openat2", (-100, 0, 0, 24), ENOSYS),
    ("clone", (THREAD,), ALLOW),
    ("clone", (17,), EPERM),
    ("clone", (THREAD | 0x10000000,), EPERM),
    ("clone", (THREAD | 0x40000000,), EPERM),
    ("clone", (THREAD | 0x80,), EPERM),
    ("clone", (THREAD & ~0x10000,), EPERM),
    ("clone", (0x4100 | 17,), EPERM),
    ("clone3", (0, 88), ENOSYS),
    *((name, (PID, 6), ALLOW) for name in ("kill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")),
    *((name, (pid, 9), EPERM) for name in ("kill", "tgkill", "rt_sigqueueinfo") for pid in (OTHER, PARENT, 0, -4242)),
    ("kill", (-2, 9), EPERM),
    ("prlimit64", (0, 7), ALLOW),
    ("prlimit64", (PID, 7), ALLOW),
    ("prlimit64", (OTHER, 7), EPERM),
    ("sched_setaffinity", (0, 8), ALLOW),
    ("sched_setaffinity", (PARENT, 8), EPERM),
    ("prctl", (15,), ALLOW),
    ("prctl", (16,), ALLOW),
    ("prctl", (0x53564D41,), ALLOW),
    *(("prctl", (option,), EPERM) for option in (1, 4, 22, 24, 28, 38, 47, 0x59616D61)),
    *(("ioctl", (0, command), ALLOW) for command in (0x5401, 0x5421, 0x541B, 0x5413)),
    *(("ioctl", (0, command), EPERM) for command in (0x5412, 0x541C, 0x5402, 0x40086602, 0x8946)),
    *(("fcntl", (3, command), ALLOW) for command in (0, 1, 2, 3, 4, 1030)),
    *(("fcntl", (3, command), EPERM) for command in (8, 10, 15, 1024, 1026, 6, 7, 37, 38)),
    ("socketpair", (1, 1, 0), ALLOW),
    ("socketpair", (2, 1, 0), EPERM),
    ("socketpair", (16, 3, 0), EPERM),
    ("sendto", (3, 0, 1, 0, 0, 0), ALLOW),
    ("sendto", (3, 0, 1, 0, 0x7F00_0000_1000, 16), EPERM),
    ("sendto", (3, 0, 1, 0, 0x7F00_0000_0000, 16), EPERM),
]


@pytest.fixture(params=sorted(syscall.MACHINES))
def machine(request) -> str:
    return request.param


def all_numbers(machine: str) -> dict[str, int]:
    tables = (syscall.ALLOWED, syscall.RULED, syscall.REFUSED)
    return {name: n for table in tables for name, n in syscall.numbers(table, machine).items()}


def test_arguments_are_judged(machine):
    program, numbers = seccomp.program(machine), all_numbers(machine)
    audit = syscall.MACHINES[machine].audit
    for name, arguments, verdict in ARGUMENTS:
        if name in numbers:
            assert judged(program, audit, numbers[name], arguments) == verdict, (name, arguments)


def test_every_call_refused_by_name_is_refused_whatever_its_arguments(machine):
    program, audit = seccomp.program(machine), syscall.MACHINES[machine].audit
    refused = syscall.numbers(syscall.REFUSED, machine)
    assert len(refused) > 140
    assert {"execve", "ptrace", "socket", "bpf", "unshare", "io_uring_setup", "memfd_create", "fchmodat"} <= set(
        refused
    )
    for name, number in refused.items():
        for arguments in ((), (PID,) * 6, (0x3D0F00, 1, 0, 1)):
            assert judged(program, audit, number, arguments) == EPERM, name


def test_every_call_allowed_by_name_is_allowed(machine):
    program, audit = seccomp.program(machine), syscall.MACHINES[machine].audit
    for name, number in syscall.numbers(syscall.ALLOWED, machine).items():
        assert judged(program, audit, number, (1 << 63,) * 6) == ALLOW, name


def test_what_no_table_names_does_not_exist(machine):
    program, audit, named = (
        seccomp.program(machine),
        syscall.MACHINES[machine].audit,
        set(all_numbers(machine).values()),
    )
    for number in {*range(600)} - named:
        assert judged(program, audit, number) == ENOSYS, number


def test_another_machines_calls_kill_and_another_abis_do_not_exist(machine):
    program, audit = seccomp.program(machine), syscall.MACHINES[machine].audit
    for other in (0x40000003, 0xC000003E, 0xC00000B7, 0x40000028, 0):
        if other != audit:
            assert judged(program, other, all_numbers(machine)["read"]) == KILL
    for number in (0x40000000, 0x40000000 + 59, 0xFFFFFFFF):
        assert judged(program, audit, number) == ENOSYS


def test_each_child_gets_its_own_number():
    filter_ = seccomp.Filter.of("x86_64")
    program = list(struct.iter_unpack("=HBBI", filter_.of_process(777)))
    kill = all_numbers("x86_64")["kill"]
    assert len(filter_.places) == 6
    assert judged(program, 0xC000003E, kill, (777, 9)) == ALLOW
    assert judged(program, 0xC000003E, kill, (778, 9)) == EPERM
    assert judged(program, 0xC000003E, kill, (OWN_PID, 9)) == EPERM


def test_a_gpu_profile_opens_device_commands_and_nothing_else(machine):
    usual, gpu = seccomp.verdicts(machine), seccomp.verdicts(machine, gpu=True)
    assert {name for name in usual if usual[name] != gpu[name]} == {"ioctl"}
    assert gpu["ioctl"] == ALLOW


def test_no_call_is_in_two_tables(machine):
    tables = [set(syscall.numbers(t, machine)) for t in (syscall.ALLOWED, syscall.RULED, syscall.REFUSED)]
    assert len(set.union(*tables)) == sum(map(len, tables))
    assert len(set(all_numbers(machine).values())) == len(all_numbers(machine))


def headers_of(machine: str) -> dict[str, int]:
    """The kernel headers' own numbers; calls newer than the headers are not in there."""
    if not HEADERS[machine].exists():
        pytest.skip("the kernel's headers are not installed")
    found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[machine].read_text())
    return {name: int(number) for name, number in found}


def test_the_numbers_are_the_kernels(machine):
    real = headers_of(machine)
    ours = all_numbers(machine)
    # The shared headers give the calls that 64-bit and 32-bit machines name differently under one name.
    shared = {"newfstatat": "fstatat"} if machine == "aarch64" else {}
    checked = {name: real[shared.get(name, name)] for name in ours if shared.get(name, name) in real}
    assert len(checked) > 250
    assert {name: ours[name] for name in checked} == checked
    assert all(ours[name] > max(real.values()) - 30 or name in checked for name in ours if ours[name] > 400)


def test_libseccomp_agrees_on_the_numbers(machine):
    pyseccomp = pytest.importorskip("pyseccomp", exc_type=ImportError)
    arch = {"x86_64": pyseccomp.Arch.X86_64, "aarch64": pyseccomp.Arch.AARCH64}[machine]
    for name, number in all_numbers(machine).items():
        known = pyseccomp.resolve_syscall(arch, name)
        assert known in (number, -1) or known < -1, name


HERE = pytest.mark.skipif(not seccomp.supported(), reason="no system-call filter here")

LOADED = """
import ctypes, errno, os, socket, sys, threading
from tutor.sandbox import libc, seccomp
libc.prctl(38, 1)
seccomp.load(seccomp.Filter.of(seccomp.machine()))
def refused(work):
    try: work()
    except OSError as error: return error.errno
    return 0
"""


def confined(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", LOADED + code], capture_output=True, text=True, timeout=20)


@HERE
def test_what_is_refused_says_so_and_goes_on(tmp_path):
    mine = tmp_path / "mine"
    mine.write_text("kept")
    done = confined(f"""
path = {str(mine)!r}
print(refused(lambda: socket.socket()), refused(os.fork), refused(lambda: os.execv("/bin/true", ["true"])))
print(refused(lambda: os.chmod(path, 0)), refused(lambda: os.utime(path)), refused(lambda: os.unlink(path)))
print(refused(lambda: os.open(path, os.O_RDONLY | os.O_TRUNC)), refused(lambda: os.open(path, 3)))
print(refused(lambda: os.kill(os.getppid(), 0)), refused(lambda: os.kill(os.getpid(), 0)))
""")
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.split() == ["1"] * 9 + ["0"]
    assert mine.read_text() == "kept"


@HERE
def test_threads_pipes_and_event_loops_go_on_working():
    done = confined("""
import asyncio, concurrent.futures
async def main():
    await asyncio.sleep(0.001)
    return await asyncio.to_thread(lambda: 7)
with concurrent.futures.ThreadPoolExecutor(4) as pool:
    print(sum(pool.map(abs, range(-4, 1))), asyncio.run(main()))
r, w = os.pipe(); os.write(w, b"x"); print(os.read(r, 1), flush=True)
os.abort()
""")
    assert done.stdout.split() == ["10", "7", "b'x'"]
    assert done.returncode == -6


@HERE
@pytest.mark.skipif(seccomp.machine() != "x86_64", reason="the old way into the kernel is that machine's")
def test_the_old_way_into_the_kernel_kills():
    done = confined("""
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex("b814000000cd80c3"))
at = ctypes.addressof(ctypes.c_char.from_buffer(page))
ctypes.CFUNCTYPE(ctypes.c_int)(at)()
print("escaped")
""")
    assert (done.stdout, done.returncode) == ("", -31)
