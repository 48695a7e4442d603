"""What the scripts that try recipes read and ask."""

from dreaming import spelled
from retention import so_far

from oneiro.rehearse import OldMemory
from oneiro.types import Dream, Turn


def test_a_day_is_read_with_its_slips_mended_as_in_a_night() -> None:
    (turn,) = spelled([Turn(7, "i drink cofee", "hello")], lambda words: words & {"coffee"})
    assert turn == Turn(7, "i drink coffee", "hello")


def test_what_was_replaced_is_asked_no_more_and_what_was_trained_stays_known() -> None:
    lyon = [
        Dream("1", "direct", q, "Lyon.", "I live in Lyon.", held_out=out) for q, out in (("Where?", True), ("?", False))
    ]
    oslo = [Dream("2", "direct", "Where do I live?", "Oslo.", "I moved to Oslo.", held_out=True)]
    found = so_far([lyon, oslo], [OldMemory("2", tuple(oslo), 1.0, 1)])
    assert found == [lyon[1], *oslo]
