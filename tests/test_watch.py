import io
from pathlib import Path

import pytest
from rich.console import Console

from fakes_cli import NIGHT, WOKE, FakeMind
from oneiro.errors import NightError
from oneiro.types import Event
from oneiro.watch import watch_night, watch_training


def console(*, terminal: bool) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, force_terminal=terminal, width=120, markup=False, emoji=False, highlight=False), file


def test_a_pipe_gets_plain_lines():
    to, file = console(terminal=False)
    assert watch_night(NIGHT, to) == WOKE
    assert file.getvalue() == "journal\n  0.1 s\ndream\n  20.0 s\n  dropped: Am I a cat? → Yes (never said)\n"


def test_a_terminal_shows_the_newest_dream_and_the_loss():
    to, file = console(terminal=True)
    assert watch_night(NIGHT, to) == WOKE
    for words in ("What is my dog called?", "never said", "loss 1.234"):
        assert words in file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_control_characters_and_markup_in_a_dream_are_harmless(terminal: bool):
    to, file = console(terminal=terminal)
    odd = "[bold]{task}\x07\n[/nope] %s"
    watch_night([Event("dream", "progress", text=odd), Event("screen", "note", text=odd), NIGHT[-1]], to)
    assert "\x07" not in file.getvalue()
    assert "[bold]{task} [/nope] %s" in file.getvalue()


def test_a_night_without_a_report_is_an_error():
    with pytest.raises(NightError, match="without a report"):
        watch_night(NIGHT[:-1], console(terminal=False)[0])


def test_ctrl_c_closes_the_night_and_names_what_stays(tmp_path: Path):
    mind = FakeMind(tmp_path, events=(NIGHT[0], KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt, match="stays active"):
        watch_night(mind.sleep(), console(terminal=False)[0])
    assert mind.closed


@pytest.mark.parametrize("terminal", [True, False])
def test_training_shows_step_loss_and_time_left(terminal: bool):
    to, file = console(terminal=terminal)
    with watch_training(to) as watch:
        for step in range(1, 101):
            watch(step, 100, 1.5)
    if not terminal:
        assert file.getvalue().count("\n") == 20
        assert "step 100 of 100, loss 1.500, 0 s left" in file.getvalue()
