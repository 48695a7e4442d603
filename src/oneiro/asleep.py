"""The awake side of a night: starts the sleeper in a process of its own and passes on what it reports.

Also the mind's lock, which the sleeper holds all night; whoever changes generations or copies a mind takes it too.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from oneiro.errors import MindBusyError, NightError
from oneiro.records import from_json
from oneiro.settings import LOCK, LOG
from oneiro.types import Event

_PATIENCE = 0.5  # s; who only looks whether the mind is asleep holds the lock for a moment
_GLANCE = 0.1  # s


def sleep(mind: Path, seed: int | None = None) -> Iterator[Event]:
    """Sleep one night; the last event carries the morning report. Leaving the iterator early stops the night.

    Raises:
        MindBusyError: another sleep is under way.
        NightError: the night broke off; yesterday's generation stays active.
    """
    command = [sys.executable, "-m", "oneiro.sleeper", str(mind)]
    if seed is not None:
        command += ["--seed", str(seed)]
    with (mind / LOG).open("a", encoding="utf-8") as log:  # the sleeper empties it when the lock is its own
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, encoding="utf-8")
    assert process.stdout is not None
    try:
        last = None
        for line in process.stdout:
            last = from_json(Event, line)
            if last.kind in ("busy", "error"):
                message, hint = last.text.split("\n", 1)
                raise (MindBusyError if last.kind == "busy" else NightError)(message, hint=hint)
            yield last
        process.wait()
        if last is None or last.kind != "report":
            raise _broken_off(mind, last, process.returncode)
    finally:
        _stop(process)


@contextmanager
def alone(mind: Path, *, patience: float = _PATIENCE) -> Iterator[None]:
    """Hold the mind's lock for the block, waiting for it this many seconds.

    Raises:
        MindBusyError: the mind is asleep.
    """
    lock = FileLock(mind / LOCK)
    try:
        lock.acquire(timeout=patience)
    except Timeout as error:
        raise MindBusyError(
            f"The mind in {mind} is asleep.", hint="Wait for the night to end (`oneiro status`)."
        ) from error
    try:
        yield
    finally:
        lock.release()


def is_asleep(mind: Path) -> bool:
    """Say whether a sleeper holds the mind's lock."""
    try:
        with alone(mind, patience=_GLANCE):
            return False
    except MindBusyError:
        return True


def _broken_off(mind: Path, last: Event | None, status: int) -> NightError:
    where = f" in the stage {last.stage}" if last else ""
    log = (mind / LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    why = log[-1] if log else f"the process ended with status {status}"
    if status < 0:
        why = f"the process was killed (signal {-status}); was there enough memory?"
    return NightError(
        f"The night broke off{where}: {why.rstrip('.')}.",
        hint=f"Yesterday's generation stays active. Details: {mind / LOG}. Sleep again to resume.",
    )


def _stop(process: subprocess.Popen[str]) -> None:
    if process.stdout:
        process.stdout.close()
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
