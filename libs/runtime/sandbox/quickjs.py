"""JavaScript: QuickJS, compiled to WebAssembly, a fresh instance for every call.

The engine's imports are all ours, and none leads anywhere: its clock stands still at the call's
`now`, its randomness is the call's seed, there is no file and no environment.
"""

import hashlib
import json
import struct
from collections.abc import Callable, Sequence
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import wasmtime
from wasmtime import Func, FuncType, Instance, Linker, Memory, Module, Store, Trap, TrapCode

from libs.runtime.sandbox.allowance import Allowance, killed_after
from libs.runtime.sandbox.limits import (
    ANSWER_BYTES_MAX,
    CPU_BACKSTOP_SECONDS,
    CPU_SECONDS,
    MEMORY_BYTES,
    STACK_BYTES,
)
from libs.runtime.sandbox.outcome import Reason, failure

GUEST = "quickjs_rs/_guest.wasm"  # QuickJS-ng; of the package we take this file alone
GUEST_SHA256 = "647ab11ae29cc6d39a6d17d3aa1e7a6a0b5fb9c44b4864475a18bc644f926050"
PRELUDE = Path(__file__).with_name("prelude.js").read_text().rstrip().rstrip(";")
_NO_FILE = 8  # WASI's EBADF


class NotTheGuest(Exception):
    """The engine's file is another one than what was tried."""


def compiled() -> bytes:
    """The engine in this machine's own code; it takes half a second.  Raises NotTheGuest."""
    path = Path(str(distribution("quickjs-rs").locate_file(GUEST)))
    guest = path.read_bytes()
    found = hashlib.sha256(guest).hexdigest()
    if found != GUEST_SHA256:
        raise NotTheGuest(f"{GUEST} has the hash {found}: try it, then change the pin")
    return bytes(Module(_engine(), guest).serialize())


def _engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.epoch_interruption = True
    config.max_wasm_stack = STACK_BYTES
    return wasmtime.Engine(config)


class QuickJs:
    """Runs pieces of JavaScript, one after the other, none of which sees another."""

    def __init__(self, code: bytes) -> None:
        self._engine = _engine()
        self._module = Module.deserialize(self._engine, code)
        self._allowance = Allowance(self._engine.increment_epoch)
        self._now_ns = 0
        self._linker = Linker(self._engine)
        for wanted in self._module.imports:
            answer, sees_memory = self._import(str(wanted.name))
            assert isinstance(wanted.type, FuncType)
            self._linker.define_func(
                wanted.module, str(wanted.name), wanted.type, answer, access_caller=sees_memory
            )

    def run(self, code: str, names: Sequence[str], given: str, now_ms: int, seed: int) -> bytes:
        """Call the function with this body and these parameters; `given` is a JSON list."""
        self._now_ns = now_ms * 1_000_000
        return self._answer([_function(code, names)], given, seed)

    def check(self, code: str, names: Sequence[str]) -> bytes:
        """Read a function's body without running it."""
        self._now_ns = 0
        return self._answer([_function(code, names), _method(code, names)], None, 0)

    def _answer(self, parts: Sequence[str], given: str | None, seed: int) -> bytes:
        seeds = struct.unpack("<4I", hashlib.sha256(str(seed).encode()).digest()[:16])
        arguments = ",".join(json.dumps(each) for each in (parts, given, seeds, ANSWER_BYTES_MAX))
        store = Store(self._engine)
        try:
            store.set_limits(memory_size=MEMORY_BYTES, instances=1, memories=1, tables=1)
            store.set_epoch_deadline(1)
            with killed_after(CPU_BACKSTOP_SECONDS), self._allowance.of(CPU_SECONDS):
                return _Fresh(store, self._linker.instantiate(store, self._module)).value_of(
                    f"({PRELUDE})({arguments})"
                )
        except Trap as trap:
            return _failure_of(trap)
        finally:
            store.close()

    def _import(self, name: str) -> tuple[Callable[..., Any], bool]:
        """What an import of the engine does, and whether it sees memory."""
        answers: dict[str, tuple[Callable[..., Any], bool]] = {
            "clock_time_get": (self._clock_time_get, True),
            "random_get": (_random_get, True),
            "environ_sizes_get": (_environ_sizes_get, True),
            "environ_get": (_nothing, False),
            "fd_close": (_no_file, False),
            "fd_fdstat_get": (_no_file, False),
            "fd_seek": (_no_file, False),
            "fd_write": (_no_file, False),
            "proc_exit": (_end, False),
            "host_interrupt": (_nothing, False),
            "host_call": (_refused, False),
            "host_module_normalize": (_nothing, False),
            "host_module_load": (_nothing, False),
        }
        return answers[name]

    def _clock_time_get(self, caller: wasmtime.Caller, _id: int, _precision: int, at: int) -> int:
        _memory(caller).write(caller, struct.pack("<Q", self._now_ns), at)
        return 0


class _Fresh:
    """An instance in which nothing has run yet."""

    def __init__(self, store: Store, instance: Instance) -> None:
        self._store = store
        self._exports = instance.exports(store)

    def value_of(self, code: str) -> bytes:
        """The text that the code is worth, or a failure."""
        written = code.encode()
        at = self._call("qjs_alloc", len(written))
        where = self._call("qjs_alloc", 4)
        memory = self._memory
        memory.write(self._store, written, at)
        if self._call("eval_code", at, len(written), where) != 0:
            return self._overdrawn()
        value = int.from_bytes(memory.read(self._store, where, where + 4), "little")
        if self._call("get_string", value) != 0:
            return self._overdrawn()
        length, start = self._call("qjs_last_len"), self._call("qjs_last_ptr")
        if length > ANSWER_BYTES_MAX + len('{"value":}'):
            return failure(Reason.SIZE, f"it gave more than {ANSWER_BYTES_MAX} bytes")
        return bytes(memory.read(self._store, start, start + length))

    def _overdrawn(self) -> bytes:
        """Not even the failure could be told: of what it takes, only memory can be at an end."""
        return failure(Reason.MEMORY, f"it used more than {MEMORY_BYTES >> 20} MB of memory")

    def _call(self, name: str, *arguments: int) -> int:
        export = self._exports[name]
        assert isinstance(export, Func)
        return int(export(self._store, *arguments))

    @property
    def _memory(self) -> Memory:
        memory = self._exports["memory"]
        assert isinstance(memory, Memory)
        return memory


def _failure_of(trap: Trap) -> bytes:
    if trap.trap_code is TrapCode.INTERRUPT:
        return failure(Reason.TIME, f"it used more than {CPU_SECONDS * 1_000:.0f} ms of CPU time")
    if trap.trap_code is TrapCode.STACK_OVERFLOW:
        return failure(Reason.STACK, "it called itself too deep, or is nested too deep")
    return failure(Reason.MEMORY, "it ran out of memory")


def _function(code: str, names: Sequence[str]) -> str:
    return f"(function ({', '.join(names)}) {{{code}\n}})"


def _method(code: str, names: Sequence[str]) -> str:
    """Also as a method: a body that closes one of the two and opens another fits only one."""
    return f"({{ body({', '.join(names)}) {{{code}\n}} }})"


def _memory(caller: wasmtime.Caller) -> Memory:
    memory = caller["memory"]
    assert isinstance(memory, Memory)
    return memory


def _random_get(caller: wasmtime.Caller, at: int, length: int) -> int:
    """What the engine draws for itself; `Math.random` is ours."""
    _memory(caller).write(caller, bytes(length), at)
    return 0


def _environ_sizes_get(caller: wasmtime.Caller, count: int, size: int) -> int:
    for at in (count, size):
        _memory(caller).write(caller, bytes(4), at)
    return 0


def _nothing(*_: int) -> int:
    return 0


def _no_file(*_: int) -> int:
    return _NO_FILE


def _refused(*_: int) -> int:
    return -1


def _end(_: int) -> None:
    """Whoever asks for the process's end goes on into a trap."""
