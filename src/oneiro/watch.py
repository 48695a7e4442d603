"""Shows the night and the training of a dreamer as they happen: live lines on a terminal, plain ones elsewhere.

In: events. Out: lines on a console and, for a night, its morning report.

Run: `oneiro sleep`, `oneiro dreamer train`
"""

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Column
from rich.text import Text

from oneiro.errors import NightError
from oneiro.show import join, one_line
from oneiro.types import Event, MorningReport

NIGHT_STOPPED = "The night was stopped. Yesterday's generation stays active, and nothing you said is lost."
_TRAINING_LINES = 20  # lines of a whole training where no terminal can redraw one line

Item = TypeVar("Item")


def closable(items: Iterable[Item]) -> Generator[Item, None, None]:
    """Pass items on; closing this closes a generator underneath."""
    yield from items


def watch_night(events: Iterable[Event], console: Console) -> MorningReport:
    """Show a night as it happens and return its report.

    Raises:
        NightError: the night ended without a report.
        KeyboardInterrupt: the user stopped it; its message says what that means.
    """
    show = _live_lines if console.is_terminal else _plain_lines
    try:
        with closing(closable(events)) as night, show(console) as show_event:
            for event in night:
                if event.report is not None:
                    return event.report
                show_event(event)
    except KeyboardInterrupt as stop:
        raise KeyboardInterrupt(NIGHT_STOPPED) from stop
    raise NightError("The night ended without a report; yesterday's generation stays active.", hint="Sleep again.")


@contextmanager
def _plain_lines(console: Console) -> Iterator[Callable[[Event], None]]:
    """Print a line as a stage begins and ends, and every note: for pipes and logs."""

    def show(event: Event) -> None:
        text = one_line(event.text)
        if event.kind == "begin":
            console.print(f"{event.stage}: {text}" if text else event.stage)
        elif event.kind == "end":
            console.print(f"  {join(text, f'{event.seconds:.1f} s')}")
        elif event.kind == "note":
            console.print(f"  {text}")

    yield show


@contextmanager
def _live_lines(console: Console) -> Iterator[Callable[[Event], None]]:
    """Keep one line per stage on the terminal: bar, time left, and the newest thing it said."""
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
        TextColumn(
            "{task.fields[text]}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
        ),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, expand=True) as progress:

        def show(event: Event) -> None:
            if event.stage not in tasks:
                tasks[event.stage] = progress.add_task(f"{event.stage:<9}", total=None, text="")
            task, text = tasks[event.stage], one_line(event.text)
            if event.kind == "note":
                progress.console.print(Text(f"{event.stage:<9} {text}", style="dim"))
            elif event.kind == "end":
                now = progress.tasks[progress.task_ids.index(task)]
                total, said = now.total or 1, text or now.fields["text"]
                progress.update(task, total=total, completed=total, text=join(f"{event.seconds:.1f} s", said))
            else:
                progress.update(task, total=event.total or None, completed=event.done, text=text)

        yield show


class ShowStep(Protocol):
    """Shows how far a training is: the step, of how many, and the loss where there is one."""

    def __call__(self, step: int, steps: int, loss: float | None = None) -> None:
        """Show it."""
        ...


@contextmanager
def watch_training(console: Console) -> Iterator["ShowStep"]:
    """Show step, loss and time left: one line redrawn on a terminal, a few lines elsewhere."""
    began, last = time.monotonic(), 0
    with console.status("reading") as spinner:

        def show(step: int, steps: int, loss: float | None = None) -> None:
            nonlocal began, last
            if step < last:  # another training has begun
                began = time.monotonic()
            last = step
            left = (time.monotonic() - began) / max(1, step) * (steps - step)
            line = f"step {step} of {steps}, " + (f"loss {loss:.3f}, " if loss is not None else "")
            line += f"{_duration(left)} left"
            spinner.update(line)
            every = max(1, steps // _TRAINING_LINES)
            if not console.is_terminal and step % every == 0:
                console.print(line)

        yield show


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
