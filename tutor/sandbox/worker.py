"""The child's side of everything: settle, wait for one job, do it, answer in frames, be gone.

The order in `be_forked` is the order of protection: descriptors, session, limits, filters, and only then the job.
"""

from __future__ import annotations

import contextlib
import gc
import io
import os
import random
import signal
import sys
import time
import warnings
from typing import Any, NoReturn

import msgspec
import numpy
import safetensors.torch
import torch

from tutor.sandbox import attacks, confine, gpu, names, probe, slot
from tutor.sandbox import judge as judging
from tutor.sandbox.describe import Describer, missing
from tutor.sandbox.fence import Fence
from tutor.sandbox.frame import Channel, Frames
from tutor.sandbox.layers import Layers
from tutor.sandbox.protocol import JSON_MOST, TENSORS_MOST, Calls, Event, Failure, Line, Observation, encode, plain
from tutor.sandbox.snippet import Snippet
from tutor.sandbox.training.recorder import Recorder

_FIRST_FREE = 10
_JOB, _RESULT, _RULES = 3, 4, 5
_REHEARSALS = 20
"""Python rewrites code that runs often, in place: what is settled before the fork, children share."""


def warm_up() -> None:
    """Touch what is slow the first time, on one thread and the CPU only."""
    torch.set_num_threads(1)
    with torch.random.fork_rng(devices=[]):
        x = torch.rand(2, 2, requires_grad=True)
        (x @ x).sum().backward()
        image = torch.rand(1, 1, 4, 4, requires_grad=True)
        torch.nn.functional.conv2d(image, torch.rand(1, 1, 2, 2)).sum().backward()
    describer = Describer()
    seen = describer.describe([x, 1.5, numpy.ones(1)])
    msgspec.convert(plain(seen), Observation)
    encode(plain(seen))
    safetensors.torch.save(describer.tensors)
    random.random()
    with torch.random.fork_rng(devices=[]), warnings.catch_warnings():
        probe.seed_all(0)
        for _ in range(_REHEARSALS):
            _rehearse()


def _rehearse() -> None:
    """What nearly every run does."""
    snippet, describer = Snippet(), Describer()
    snippet.run("x = torch.arange(6.0).reshape(2, 3)", "rehearsal.py", "setup")
    snippet.run_cell("x.sum(dim=0)", "rehearsal.py", lambda line: None)
    snippet.run_cell("y = x @ x", "rehearsal.py", lambda line: None)
    value, _ = probe.evaluate("x.mean(dim=1)", dict(snippet.namespace), "observe")
    encode(plain({"observed": {"y": probe.described(describer, value)}}))
    _saved(describer.tensors)


def warm_further() -> None:
    """The half of torch that the first optimizer imports, and the training it is imported for."""
    import torch._dynamo  # noqa: F401

    # An optimizer asks what the GPU is doing, and a driver that was asked once serves no fork.
    if os.environ.get("CUDA_VISIBLE_DEVICES") == "":
        _rehearse_training()


def _rehearse_training() -> None:
    """What a loop does that is there to learn."""
    with torch.random.fork_rng(devices=[]):
        net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.ReLU(), torch.nn.Linear(4, 1))
        adam = torch.optim.Adam(net.parameters())
        for _ in range(_REHEARSALS):
            loss = torch.nn.functional.mse_loss(net(torch.ones(2, 3)), torch.zeros(2, 1))
            adam.zero_grad()
            loss.backward()
            adam.step()


def be_forked(fds: tuple[int, ...], fence: Fence, parent: int, slot: int) -> NoReturn:
    """The life of a child that was forked with descriptors for job, result, stdout and stderr."""
    _rearrange(fds if fence.rules is None else (*fds, fence.rules))
    os.setsid()
    confine.settle(fence.held_at(_RULES), parent, slot)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.enable()
    if fence.gpu:
        gpu.warm()
        Channel(_JOB, _RESULT).write({"ready": True})
    serve(_JOB, _RESULT)
    os._exit(0)


def be_started_ahead(layers: Layers) -> NoReturn:
    """The life of a process started ahead, where fork is not to be had: jobs on stdin, results on stdout.

    What the code prints on either stream goes to stderr, merged.
    """
    job, result = os.dup(0), os.dup(1)
    if sys.platform == "win32":
        import msvcrt

        for fd in (job, result):
            msvcrt.setmode(fd, os.O_BINARY)
    os.dup2(2, 1)
    _nothing_on_stdin()
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    warm_up()
    fence = Fence.make(layers)
    confine.settle(fence)
    fresh_interpreter()
    gc.enable()
    if layers.gpu:
        gpu.warm()
    Channel(job, result).write({"ready": True, "identity": fence.way})
    serve(job, result)
    os._exit(0)


def _rearrange(fds: tuple[int, ...]) -> None:
    import fcntl

    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, _FIRST_FREE) for fd in fds]
    for source, target in zip(high, (_JOB, _RESULT, 1, 2, _RULES), strict=False):
        os.dup2(source, target, inheritable=target <= 2)
    _nothing_on_stdin()
    os.closerange(_RULES if len(fds) == 4 else _RULES + 1, 4096)


def _nothing_on_stdin() -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    if nothing != 0:
        os.dup2(nothing, 0)
        os.close(nothing)


def fresh_interpreter() -> None:
    """An environment without the machine's, and streams as every snippet finds them; before there are children, so that
    it costs none of them memory of its own."""
    for name in [n for n in os.environ if n not in _KEPT]:
        del os.environ[name]
    sys.argv = [""]
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - a descriptor, kept for life.
    sys.stdout, sys.stderr = _stream(1), _stream(2)
    for name in ("stdin", "stdout", "stderr"):
        setattr(sys, f"__{name}__", getattr(sys, name))


_KEPT = {
    "PATH", "LANG", "HOME", "SYSTEMROOT", "TEMP", "TMP", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS",
    "CUDA_VISIBLE_DEVICES", "CUDA_LAUNCH_BLOCKING", "CUDA_CACHE_DISABLE", "PYTORCH_NVML_BASED_CUDA_CHECK",
    "LD_LIBRARY_PATH", "TORCHINDUCTOR_CACHE_DIR",
}  # fmt: skip


def _stream(fd: int) -> io.TextIOWrapper:
    raw = io.FileIO(fd, "w", closefd=False)
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="backslashreplace", line_buffering=True)


def serve(job: int, result: int) -> None:
    """Do the one job that comes: a run, a play session, the judge's work, or telling what this machine has."""
    channel = Channel(job, result, Frames(6 * JSON_MOST, 2 * TENSORS_MOST + (1 << 20)))
    frame = channel.read()
    if frame is None:
        return
    message = frame[0]
    channel.mark = message.pop("mark", "").encode()
    works = {"run": run, "series": series, "play": play, "judge": judge, "facts": facts, "attack": attack}
    works[message.pop("op")](channel, message)
    channel.close()


def judge(channel: Channel, message: dict[str, Any]) -> None:
    """Compare outcomes until no more come."""
    confine.limit(message["memory_mb"], None)
    judging.serve(channel)


def run(channel: Channel, message: dict[str, Any]) -> None:
    """One snippet. What to observe arrives only after it has ended."""
    snippet, lines = Snippet(), list[Line]()
    snippet.become_main()
    _prepare(message)
    recorder = Recorder(message["filename"]) if message["training"] else None
    failed = snippet.run(message["setup"], "given.py", "setup")
    if recorder:
        recorder.begin()
    if failed is None and message["trace"]:
        failed = snippet.run_traced(message["code"], message["filename"], lines.append)
    elif failed is None:
        failed = snippet.run(message["code"], message["filename"])
    if failed is not None:
        # What filled the memory may be needed for saying so.
        snippet.namespace.clear()
    rng = probe.rng_state()
    channel.write({"ended": True})
    asked = channel.read()
    if asked is not None:
        describer, observed, calls = _probed(snippet, failed, asked[0], message["setup"])
        _report(channel, snippet, failed, lines, describer, observed, calls, rng, _ended(recorder))


def series(channel: Channel, message: dict[str, Any]) -> None:
    """Programs of an author's, one after the other, each in a namespace of its own; one report for each."""
    _prepare(message)
    began = time.monotonic()
    _one_of_many(message)
    least = 2 * (time.monotonic() - began)
    seconds = max(slot.LEAST, 2 * least)
    for program in message["programs"]:
        found: tuple[Any, ...] = ()
        with slot.of(seconds) as late:
            found = _one_of_many({**message, "code": program})
        if late:
            # Where one runs for ever several may, and all of them together get little.
            seconds = max(least, seconds / 2)
            found = Snippet(), Failure(type="Overtime", message="it takes too long"), [], Describer(), {}
        _report(channel, *found)


def _one_of_many(message: dict[str, Any]) -> tuple[Any, ...]:
    """What is to be reported of one program, run as the first one was."""
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    probe.seed_all(message["seed"])
    snippet = Snippet()
    snippet.become_main()
    recorder = Recorder(message["filename"]) if message["training"] else None
    events: tuple[Event, ...] = ()
    try:
        failed = snippet.run(message["setup"], "given.py", "setup")
        if recorder:
            recorder.begin()
        failed = failed or snippet.run(message["code"], message["filename"])
        rng = probe.rng_state()
        describer, observed, calls = _probed(snippet, failed, message["asked"], message["setup"])
    finally:
        events = _ended(recorder)
    return snippet, failed, [], describer, observed, calls, rng, events


def _ended(recorder: Recorder | None) -> tuple[Event, ...]:
    if recorder is None:
        return ()
    recorder.end()
    return recorder.events


def _prepare(message: dict[str, Any]) -> None:
    confine.limit(message["memory_mb"], message["cpu_seconds"])
    if message["device"] != "cpu":
        torch.set_default_device(message["device"])
        gpu.bound(message["device"], message["gpu_memory_mb"])
    probe.seed_all(message["seed"])


def _probed(snippet: Snippet, failed: Failure | None, asked: dict[str, Any], setup: str) -> tuple[Any, ...]:
    describer, expressions = Describer(), tuple(asked["observe"])
    if failed is not None:
        return describer, {e: missing() for e in expressions}, ()
    observed = probe.observe(snippet, expressions, asked["draw"], describer)
    calls = msgspec.convert(asked["calls"], Calls) if asked["calls"] else None
    return describer, observed, probe.Caller(snippet, calls, asked["draw"], setup, describer).all() if calls else ()


def _report(
    channel: Channel,
    snippet: Snippet,
    failed: Failure | None,
    lines: list[Line],
    describer: Describer,
    observed: dict[str, Observation],
    calls: tuple[Any, ...] = (),
    rng: int = 0,
    events: tuple[Event, ...] = (),
) -> None:
    """One frame with everything; when it is too long, without what may be left out."""
    _flush()
    with contextlib.suppress(OSError):
        os.write(2, channel.mark)
    told = {"warnings": snippet.warned, "lines": lines, "observed": observed, "calls": calls, "events": events}
    report = plain({**told, "asides": snippet.asides, "rng": rng})
    if failed is not None:
        report["error"] = plain(failed)
    tensors = _saved(describer.tensors)
    frame = encode(report, tensors)
    if len(frame) - len(tensors) > JSON_MOST or len(tensors) > TENSORS_MOST:
        too_much = Failure(type="OverflowError", message="there is too much here to look at", where="observe")
        frame = encode(plain({"observed": {e: missing(too_much) for e in observed}, "error": failed or too_much}))
    channel.send(frame)


def _saved(tensors: dict[str, torch.Tensor]) -> bytes:
    try:
        return safetensors.torch.save(tensors) if tensors else b""
    except Exception:  # noqa: BLE001 - a dtype this version cannot carry; the values in the report are left.
        return b""


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
        with contextlib.suppress(Exception):  # The code may have replaced or closed them.
            stream.flush()  # type: ignore[union-attr]


def play(channel: Channel, message: dict[str, Any]) -> None:
    """A session whose namespace stays: cells to run and texts to complete, one frame back for each."""
    snippet = Snippet()
    snippet.become_main()
    _prepare(message)
    failed = snippet.run(message["setup"], message["setup_name"], "setup")
    _report(channel, snippet, failed, [], Describer(), {})
    number = 0
    while (frame := channel.read()) is not None:
        asked = frame[0]
        if asked["op"] == "complete":
            channel.write({"names": names.complete(asked["text"], snippet.namespace)})
            continue
        number += 1
        _cell(channel, snippet, asked["code"], f"line-{number}.py")


def _cell(channel: Channel, snippet: Snippet, code: str, filename: str) -> None:
    lines = list[Line]()
    snippet.warned = []
    describer, observed = Describer(), dict[str, Observation]()
    describer.carrying = False
    failed: Failure | None = None
    with interruptible():
        failed, value = snippet.run_cell(code, filename, lines.append)
        if value is not None:
            observed["_"] = probe.described(describer, value)
            snippet.namespace["_"] = value
    _report(channel, snippet, failed, lines, describer, observed)


@contextlib.contextmanager
def interruptible() -> Any:
    """Within it SIGINT raises KeyboardInterrupt; one that comes a moment too late is dropped."""
    with contextlib.suppress(KeyboardInterrupt):
        signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, signal.SIG_IGN)


def facts(channel: Channel, message: dict[str, Any]) -> None:
    """Versions, devices and protections. Looking for devices may load drivers, so it is done in here only."""
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    cuda = [torch.cuda.get_device_name(i) for i in range(count)]
    protections = confine.in_force()
    channel.write(
        {
            "python": ".".join(map(str, sys.version_info[:3])),
            "torch": torch.__version__,
            "cuda": cuda,
            "mps": bool(torch.backends.mps.is_available()),
            "protections": protections,
        }
    )


def attack(channel: Channel, message: dict[str, Any]) -> None:
    """What a snippet would get away with, tried."""
    channel.write({"held": attacks.held(message["targets"])})
