"""The rule that judges dreams, and the counting of what a reader judged."""

from pathlib import Path

import pytest
from dreams import Row, Verdict, draw, judge, read_verdicts, report, wrong_side

from oneiro.errors import InputError
from oneiro.evals.batteries import HandTurn
from oneiro.types import Turn

HOME = HandTurn(Turn(0, "I live in Graz with my sister Ida."), "home", (frozenset({"graz"}), frozenset({"ida"})))
NEVER = HandTurn(Turn(1, "I can't swim."), "negation", (frozenset({"swim"}),))
JOKE = HandTurn(Turn(2, "I could eat a horse."), "joke", ())
ABOUT = {"seconds": {"dreaming": 2.0}, "turns": 3, "seed": 0}


def row(question: str, answer: str, *, turn: int = 0, fate: str = "kept") -> Row:
    return Row(turn, "", "direct", question, answer, fate)


@pytest.mark.parametrize(
    ("question", "answer", "wrong"),
    [
        ("Where do I live?", "You live in Graz.", False),
        ("Do you know where I live?", "You told me that you live in Graz.", False),
        ("What did my doctor say?", 'Your doctor said: "I want you to rest."', False),
        ("Where do I live?", "We live in Graz.", True),
        ("Where do you live?", "You live in Graz.", True),
        ("Who is your sister?", "Your sister is Ida.", True),
        ("Where do I live?", "The user lives in Graz.", True),
    ],
)
def test_who_is_who(question: str, answer: str, wrong: bool) -> None:
    assert wrong_side(question, answer) == wrong


@pytest.mark.parametrize(
    ("hand", "question", "answer", "faithful"),
    [
        (HOME, "Where do I live?", "You live in Graz.", True),
        (HOME, "Do I live in Rome?", "No, you live in Graz.", True),
        (HOME, "Do I live in Rome?", "Yes, you live in Graz.", False),
        (HOME, "Where do I live?", "You live in Linz.", False),
        (HOME, "Where do I live?", "Quite near some water, with Graz behind hills.", False),
        (HOME, "Where do I live?", "You live somewhere.", False),
        (NEVER, "Can I swim?", "No, you can't swim.", True),
        (NEVER, "What can I do?", "You can swim.", False),
        (JOKE, "What could I eat?", "You could eat a horse.", False),
    ],
)
def test_a_dream_is_judged_by_its_words(hand: HandTurn, question: str, answer: str, faithful: bool) -> None:
    assert judge(row(question, answer), hand).faithful == faithful


def test_a_memory_is_covered_when_five_dreams_hold_each_of_its_words() -> None:
    asked = [
        "Where is my home?",
        "In which town do I live?",
        "Name my town.",
        "What city is mine?",
        "Where do I sleep?",
    ]
    rows = [row(question, "You live in Graz.") for question in asked] + [row("Who is my sister?", "Ida is.")]
    found = report(ABOUT, [*rows, row("What could I eat?", "A horse.", turn=2)], {0: HOME, 2: JOKE}, {})
    assert (found["coverage"]["value"], found["coverage"]["n"]) == (0.5, 2)
    assert found["distinct_wordings"]["value"] == 5
    assert found["spurious"]["value"] == 1
    assert found["missed"] == [("I live in Graz with my sister Ida.", ["ida"])]
    assert found["in_vain"] == ["I could eat a horse."]


def test_readers_figures_weigh_what_was_dropped() -> None:
    good, bad = row("Where do I live?", "You live in Graz."), row("Who am I?", "You are Graz.")
    lost = row("Name my town.", "Graz.", fate="the dream generator was unsure (-0.40 nats a token)")
    again = row("Where do I live?", "In Graz.", fate="repeats: Where do I live?")
    judged = {good: Verdict(True, False), bad: Verdict(False, True), lost: Verdict(True, False)}
    found = report(ABOUT, [good, bad, lost, again], {0: HOME}, judged)
    assert found["faithfulness"]["value"] == found["perspective_errors"]["value"] == 0.5
    assert found["faithfulness_before"]["value"] == pytest.approx((3 * 0.5 + 1) / 4)
    assert found["false_drops"]["value"] == pytest.approx(1 / (3 * 0.5 + 1))
    assert found["false_drops"]["low"] < found["false_drops"]["value"] < found["false_drops"]["high"]
    assert found["agreement"]["faithful_by_rule_only"] == 1
    assert found["drops"]["the dream generator was unsure"] == {"dropped": 1, "faithful": 1}


def test_a_sample_holds_kept_and_dropped_dreams_but_no_repeats() -> None:
    lots = {"kept": 200, "repeats: Where?": 100, "names rome, which you did not say": 100}
    rows = [row(f"Where {i}?", "Graz.", fate=fate) for fate, count in lots.items() for i in range(count)]
    drawn = draw(rows, 0)
    assert [sum(r.lot == lot for r in drawn) for lot in ("kept", "repeated", "dropped")] == [160, 0, 80]
    assert drawn == draw(rows, 0) != draw(rows, 1)


def test_verdicts_on_other_dreams_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "judged.jsonl"
    file.write_text(
        '{"turn": 0, "memory": "", "kind": "direct", "question": "Where?", "answer": "Graz.", "fate": "kept", '
        '"by_rule": false, '
        '"faithful": true, "side": "right"}\n'
    )
    assert read_verdicts(file, [row("Where?", "Graz.")]) == {row("Where?", "Graz."): Verdict(True, False)}
    with pytest.raises(InputError, match="no verdict on a dream of this run"):
        read_verdicts(file, [])
