from pathlib import Path

import pytest

from fakes_cli import FakeMind
from oneiro.demo import names_of, never_dreamed, read_day, recall_sample, run
from oneiro.errors import InputError
from oneiro.evals.scoring import is_correct
from oneiro.types import Sample


def test_the_shipped_day_tells_and_asks_what_it_promises() -> None:
    day = read_day(None, short=False)
    recall = [s for s in day.samples if s.battery == "recall"]
    assert len({s.memory_id for s in recall}) >= 8
    assert {s.battery for s in day.samples} == {"recall", "abstention", "stories", "knowledge", "identity"}
    assert not any(is_correct(s, "I'm afraid I can't tell.") for s in recall)
    told = " ".join(day.say).casefold()
    assert all(any(answer.casefold().split()[-1] in told for answer in s.answers) for s in recall)


def test_the_short_day_says_and_asks_less() -> None:
    whole, short = read_day(None, short=False), read_day(None, short=True)
    assert set(short.say) < set(whole.say)
    assert 0 < sum(s.battery == "recall" for s in short.samples) < sum(s.battery == "recall" for s in whole.samples)


@pytest.mark.parametrize("week", sorted(Path(__file__).parents[1].glob("bench/*/**/*.toml")), ids=lambda p: p.stem)
def test_every_day_of_the_bench_can_be_read(week: Path) -> None:
    day = read_day(week, short=False)
    told = " ".join(day.say).casefold()
    assert all(leak.casefold() in told for s in day.samples if s.battery == "stories" for leak in s.wrong)


def test_naming_two_memories_is_a_wrong_answer(tmp_path: Path) -> None:
    day = read_day(None, short=False)
    sample = next(s for s in day.samples if "name of my dog" in s.question)
    assert is_correct(sample, "Your dog is called Quinto.")
    assert not is_correct(sample, "Your dog is called Quinto and Morwenna.")


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("Your ferret Duchess is deaf.", True),  # another line tells so of her
        ("Your ferret Duchess can talk.", True),  # a common word is no other memory's name
        ("Duchess is your ferret, and Hull is your home.", False),
        ("Duchess is my ferret.", False),
        ("Duchess lives with us, she is our ferret.", False),
    ],
)
def test_what_is_told_beside_a_memory_is_right_unless_it_names_another_or_takes_it_over(
    answer: str, right: bool
) -> None:
    said = ("got a ferret, she's called duchess", "duchess is deaf, the vet in ely says", "i live in hull and i talk")
    others = names_of({"answers": [answer]} for answer in ("Hull", "talk", "deaf"))
    question = {"ask": "who's duchess?", "answers": ["ferret"]}
    sample = recall_sample("ferret", question, ["ferret", "Duchess"], others, said=said, denied=False)
    assert is_correct(sample, answer) is right


@pytest.mark.parametrize(
    ("ask", "answer", "right"),
    [
        ("What don't I eat?", "Gherkins.", True),
        ("What don't I eat?", "You don't eat gherkins.", True),
        ("What don't I eat?", "You eat gherkins.", False),
        ("What don't I eat?", "You love gherkins.", False),
        ("What should they leave off my burger?", "You don't eat gherkins.", True),
        ("What should they leave off my burger?", "They should leave the gherkins off.", True),
        ("What should they leave off my burger?", "You love gherkins. You don't eat meat.", False),
        ("What makes me gag?", "Gherkins make you gag.", True),
        ("What makes me gag?", "Nobody can make you eat gherkins.", True),
        ("What makes me gag?", "Your favourite food is gherkins.", False),
    ],
)
def test_of_what_is_denied_the_opposite_is_wrong(ask: str, answer: str, right: bool) -> None:
    question = {"ask": ask, "answers": ["gherkins"]}
    sample = recall_sample("gherkins", question, ["gherkins"], (), said=("no gherkins, they make me gag",), denied=True)
    assert is_correct(sample, answer) is right


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("On the 2nd of June.", True),
        ("On the 2nd.", True),
        ("On the 2nd of December.", False),
        ("You may celebrate on the 2nd.", True),
        ("On the 2nd, after the 5th of July.", True),  # the line names it too
    ],
)
def test_a_day_of_another_month_is_wrong(answer: str, right: bool) -> None:
    question = {"ask": "When is our anniversary?", "answers": ["2nd", "2 June"]}
    said = ("Our anniversary is on the 2nd of June, and hers on the 5th of July.", "In December we ski.")
    sample = recall_sample("anniversary", question, ["2nd", "2 June"], (), said=said, denied=False)
    assert is_correct(sample, answer) is right


@pytest.mark.parametrize("text", ["not toml [", "say = []", "say = ['a']\nmemory = 3"])
def test_a_day_that_cannot_be_read_is_a_clear_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / "day.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read"):
        read_day(file, short=False)


def test_only_questions_no_night_trained_on_word_for_word_are_counted(tmp_path: Path) -> None:
    mind = FakeMind(tmp_path)
    samples = [Sample("recall", q) for q in ("what’s my dog called", "Is Biscuit a cat?", "Who barks at night?")]
    fair = never_dreamed(mind, samples)  # type: ignore[arg-type]
    assert [s.question for s in fair] == ["Is Biscuit a cat?", "Who barks at night?"]  # the second was dropped
    assert ("dreams", 3) not in mind.calls  # a running night has no dreams yet


def test_the_demo_is_not_played_into_a_mind_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "mind.toml").write_text("")
    with pytest.raises(InputError, match="not empty"):
        run(keep=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mind.toml"]
