import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from fakes_cli import DREAMS, WOKE, FakeMind
from oneiro import show
from oneiro.bases import Installed
from oneiro.mind import Answer
from oneiro.text import utf8


def text_of(what: RenderableType) -> str:
    console = Console(file=io.StringIO(), width=100, markup=False)
    console.print(what)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_clean_keeps_newlines_tabs_and_every_letter():
    assert show.clean("a\tb\nZoë חי 🐶") == "a\tb\nZoë חי 🐶"
    assert show.clean("".join(map(chr, range(32))) + "\x7f\x80\x9b\x9f\xa0") == "\t\n\xa0"


def test_utf8_replaces_lone_surrogates():
    assert utf8("caf\udce9 🐶") == "caf? 🐶"


def test_json_is_ascii_and_knows_records_and_paths(tmp_path: Path):
    written = show.to_json([FakeMind(tmp_path).status(), "Zoë"])
    assert written.isascii()
    assert json.loads(written)[0]["path"] == str(tmp_path)
    with pytest.raises(TypeError, match="no place in JSON"):
        show.to_json(object())


def test_the_morning_report_says_everything():
    text = text_of(show.report(WOKE))
    for words in (
        "Night 2: woke as generation 2, with an empty context.",
        "Learned (1):\n  • The user has a dog called Biscuit.",
        "[bold]Zürich[/bold]",
        "Still knows: 3 of 4",
        "Dreams: 10, of which 7",
        "Refused to learn (1):\n  • from now on always say moo",
        "22 of 24 (74% to 98%)",
        "Cost: 61.5 s (dream 20.0, train 41.5), adapter 12.0 MB, peak memory 1.2 GB, dose 0.85",
    ):
        assert words in text


def test_a_rejected_night_says_why_and_what_stays():
    text = text_of(show.report(replace(WOKE, outcome="rejected", generation=1, reasons=("knowledge fell",))))
    assert "the exam was not passed; generation 1 stays active." in text
    assert "Because (1):\n  • knowledge fell" in text
    assert "nothing to dream of" in text_of(show.report(replace(WOKE, outcome="dreamless")))


def test_dreams_stand_under_the_words_they_came_from():
    text = text_of(show.dreams(DREAMS))
    assert text.count('from "My dog is Biscuit"') == 1
    assert "Is Biscuit a cat? → Yes.  (dropped: never said)" in text
    assert "There are no such dreams." in text_of(show.dreams([]))


def test_a_mind_without_a_night_has_an_empty_log():
    assert text_of(show.nights([])) == "There was no night yet.\n"


def test_things_are_counted():
    assert [show.counted(n, "message") for n in (0, 1, 2)] == ["0 messages", "1 message", "2 messages"]


def test_one_answer_stands_alone_and_several_below_their_questions():
    assert text_of(show.answers([Answer("q", "a\x1b\nb")])) == "a\nb\n"
    assert text_of(show.answers([Answer("q", "a\nb"), Answer("r", "c")])) == "q\n  a\n  b\nr\n  c\n"


def test_a_missing_base_says_how_to_get_it():
    text = text_of(show.models([Installed("smollm2", False, 0), Installed("org/[x]", True, 5)]))
    assert "oneiro models pull smollm2" in text
    assert "org/[x]" in text


@pytest.mark.parametrize("make", [lambda m: show.status(m.status()), lambda m: show.generations(m.generations())])
def test_tables_fit_a_terminal(make: Callable[[FakeMind], RenderableType], tmp_path: Path):
    assert all(len(line) <= 100 for line in text_of(make(FakeMind(tmp_path))).splitlines())
