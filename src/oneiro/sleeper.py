"""The process that sleeps: takes the mind's lock, loads the base, runs the night, writes events as JSON lines.

Run by `Mind.sleep` as `python -m oneiro.sleeper MIND [--seed N]`; a crash here never touches the awake mind.
Events go to the standard output as it was at the start; whatever a library prints goes to the log.
"""

import argparse
import os
import stat
import sys
from pathlib import Path

from oneiro.asleep import alone
from oneiro.embedded import cache_dir, resolve
from oneiro.errors import MindBusyError, OneiroError
from oneiro.records import to_json
from oneiro.settings import DATABASE, grow_on, read_settings
from oneiro.store import Store
from oneiro.types import Event


def main() -> int:
    """Sleep one night; 0 when a morning report was written, 2 after an error that was reported."""
    parser = argparse.ArgumentParser(prog="oneiro.sleeper")
    parser.add_argument("mind", type=Path)
    parser.add_argument("--seed", type=int)
    options = parser.parse_args()
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as events:
        os.dup2(2, 1)

        def emit(event: Event) -> None:
            events.write(to_json(event) + "\n")
            events.flush()

        try:
            _sleep(options.mind, options.seed, emit)
        except OneiroError as error:
            kind = "busy" if isinstance(error, MindBusyError) else "error"
            emit(Event("wake", kind, text=f"{error.message}\n{error.hint}"))
            return 2
    return 0


def _sleep(mind: Path, seed: int | None, emit) -> None:  # noqa: ANN001 - sleep.Emit, whose module loads torch
    with alone(mind):
        if stat.S_ISREG(os.fstat(2).st_mode):
            os.ftruncate(2, 0)  # the log of the night before
        from oneiro import dreamers, sleep  # noqa: PLC0415 - torch: not before the lock is ours
        from oneiro.llm import LLM  # noqa: PLC0415

        settings = read_settings(mind)
        base = resolve(settings.model)
        grow_on(mind, base.sha256)
        llm = LLM.load(base)
        sleeper = sleep.Sleeper(llm, dreamers.for_base(llm, mind), cache_dir(), dreamers.recogniser_for(llm, mind))
        sleep.sleep(mind, Store(mind / DATABASE), sleeper, settings.night_config(seed), emit=emit)


if __name__ == "__main__":
    sys.exit(main())
