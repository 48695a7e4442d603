"""What a new day takes back: only on the user's own words, and only what they leave behind."""

from dataclasses import replace

import pytest

from oneiro.changes import Change, as_renamed, changes, holds, renewed
from oneiro.mixture import in_full
from oneiro.types import Dream

HOME = Dream(
    "home", "direct", "Where do I live?", "You live in Oslo.", "I live in Oslo with Ida.", "The user lives in Oslo."
)
LETTERS = replace(HOME, question="Which town do my letters go to?", answer="They go to Oslo.")
DOG = Dream("dog", "direct", "What is my dog called?", "Your dog is called Rex.", "My dog is called Rex.")
SHOW = replace(DOG, question="Who do I call for dinner?", answer="You call Rex.", held_out=True)
SPORT = Dream("sport", "direct", "What do I play?", "You play netball.", "I play netball.")


def new(source: str, question: str = "?", answer: str = "Yes.", *, confidence: float = 1.0) -> Dream:
    return Dream("new", "direct", question, answer, source, confidence=confidence)


MOVED = new("We've moved, home is Bergen now.", "Where do I live?", "Yes, you live in Bergen.")


def test_a_question_with_one_answer_that_has_another_one_now() -> None:
    (change,) = changes([HOME, DOG], [MOVED])
    assert (change.memory_id, change.by, change.gone) == ("home", MOVED, {"oslo"})
    assert not holds(HOME, [change])
    assert holds(DOG, [change])
    asked = renewed([HOME, LETTERS, DOG], [MOVED])  # but not again what is asked tonight
    assert [(d.memory_id, d.question, d.answer) for d in asked] == [("new", LETTERS.question, "You live in Bergen.")]


@pytest.mark.parametrize(
    "unchanged",
    [
        replace(MOVED, source="I live in Bergen."),  # no word of a change: it may be a second home
        replace(MOVED, source="I also live in Bergen now."),
        replace(MOVED, source="My new bar is Bergen."),  # not of living at all: the generator misread it
        replace(MOVED, confidence=-0.2),
        replace(MOVED, answer="You live in Oslo."),
        replace(MOVED, answer="You live there."),
        replace(MOVED, question="What do I play now?", answer="You play chess.", source="I play chess now."),
    ],
    ids=["no change", "besides", "another subject", "unsure", "same answer", "no value", "many answers"],
)
def test_nothing_is_taken_back_without_need(unchanged: Dream) -> None:
    assert changes([HOME, SPORT], [unchanged]) == ()


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("I quit netball last week.", {"netball"}),
        ("No more netball for me!", {"netball"}),
        ("Netball has been replaced by chess.", {"netball"}),
        ("I've switched from netball to chess.", {"netball"}),
        ("I love netball.", set()),
        ("I stopped at the netball court and sold lemonade.", set()),
        ("I've stopped playing netball.", {"netball"}),
        ("I don't play netball any more.", {"netball"}),
        ("I no longer play netball.", {"netball"}),
        ("I no longer watch netball.", set()),
        ("I haven't given up netball.", set()),
        ("I never gave up netball.", set()),
        ("I nearly quit netball.", set()),
        ("Should I quit netball?", set()),
        ("They cancelled netball tonight.", set()),
        ("No more netball for me today!", set()),
        ("I watched chess instead of netball.", set()),
        ("I sold my netball team's van.", set()),
        ("I've switched from chess to netball.", set()),
    ],
)
def test_what_the_user_leaves_behind(said: str, gone: set[str]) -> None:
    assert {word for change in changes([SPORT], [new(said)]) for word in change.gone} == gone


@pytest.mark.parametrize(
    "said",
    [
        "I dropped Rex at the vet's.",
        "I finally stopped Rex from barking.",
        "My dog has gone grey.",
        "My dog has left.",
        "We renamed the dog.",
    ],
)
def test_an_animal_or_somebody_is_not_left_behind_in_passing(said: str) -> None:
    asked = replace(DOG, question="Who is Rex?", answer="Rex is your dog.")
    assert changes([DOG, asked], [new(said)]) == ()


@pytest.mark.parametrize(
    ("told", "question", "answer", "said"),
    [
        ("I live in Lyon.", "Where do I live?", "You live in Lyon.", "I don't live in Lyon anymore"),
        ("I live in Lyon.", "Where do I live?", "You live in Lyon.", "I've left Lyon."),
        ("I work at Siemens.", "Where do I work?", "You work at Siemens.", "I left Siemens."),
        ("I work at Siemens.", "Where do I work?", "You work at Siemens.", "I don't work at Siemens any more"),
        ("I'm vegan.", "What am I?", "You are vegan.", "I'm not vegan anymore."),
        ("I smoke.", "What do I do?", "You smoke.", "I quit smoking."),
        ("I smoke.", "Do I smoke?", "Yes, you smoke.", "I quit smoking."),
    ],
)
def test_what_ended_is_taken_back_whatever_its_form(told: str, question: str, answer: str, said: str) -> None:
    old = Dream("old", "yesno" if answer.startswith("Yes") else "direct", question, answer, told)
    assert not holds(old, changes([old], [new(said)]))


@pytest.mark.parametrize(
    ("told", "said", "question", "before", "now"),
    [
        ("I'm 34.", "I turned 35.", "How old am I?", "You are 34.", "You are 35."),
        (
            *("I have two kids.", "I have three kids now.", "How many kids do I have?"),
            *("You have two kids.", "You have three kids."),
        ),
    ],
)
def test_another_age_and_another_number_are_answers_of_today(
    told: str, said: str, question: str, before: str, now: str
) -> None:
    (change,) = changes([Dream("old", "direct", question, before, told)], [new(said, question, now)])
    assert change.answer == now


@pytest.mark.parametrize(
    ("said", "home"),
    [
        ("I moved to Bergen last week.", "Bergen"),
        ("I've just moved to Bergen.", "Bergen"),
        ("I moved to Bergen when I was six.", ""),
        ("I've moved back to Oslo.", ""),
        ("My sister has just moved to Bergen.", ""),
    ],
)
def test_who_has_moved_to_a_town_lives_there(said: str, home: str) -> None:
    assert {change.name for change in changes([HOME, DOG], [new(said)])} == ({home} if home else set())


@pytest.mark.parametrize(
    "said", ["Rex is called Max now.", "We have renamed Rex to Max.", "Not Rex but Max, sorry.", "It's Max, not Rex."]
)
def test_a_new_name_goes_into_the_old_answers(said: str) -> None:
    anew = renewed([DOG, SHOW], [new(said)])
    assert [(d.question, d.answer, d.held_out) for d in anew] == [
        ("What is my dog called?", "Your dog is called Max.", False),
        ("Who do I call for dinner now?", "You call Max.", True),
    ]
    assert {(d.memory_id, d.kind, d.source) for d in anew} == {("new", "change", said)}


def test_half_of_what_is_asked_anew_asks_for_what_is_so_now() -> None:
    dogs = [replace(DOG, question=q) for q in ("What is my dog called?", "What's my dog's name?", "Who is my dog?")]
    anew = renewed(dogs, [new("Rex is called Max now.")])
    assert [d.question for d in anew] == ["What is my dog called?", "What's my dog's name now?", "Who is my dog?"]


def test_a_question_that_holds_more_of_the_old_telling_gets_no_new_answer() -> None:
    with_ida = replace(HOME, question="Where do I live with Ida?", answer="You live in Oslo with Ida.")
    assert [d.question for d in renewed([HOME, with_ida, LETTERS], [MOVED])] == [LETTERS.question]


@pytest.mark.parametrize(
    ("said", "changed"),
    [
        ("I've moved from Oslo to Bergen.", {"home"}),
        ("My sister has moved from Oslo to Bergen.", {"sister"}),
        ("My sister and I have moved from Oslo to Bergen.", {"home", "sister"}),
        ("My brother has moved from Oslo to Bergen.", set()),
    ],
)
def test_what_is_told_of_somebody_else_is_not_taken_back_with_ones_own(said: str, changed: set[str]) -> None:
    sister = Dream("sister", "direct", "Where does she live?", "Your sister lives in Oslo.", "My sister lives in Oslo.")
    assert {change.memory_id for change in changes([HOME, sister], [new(said)])} == changed


def test_a_dream_of_another_memory_holds_whatever_it_says() -> None:
    assert holds(replace(HOME, memory_id="sister"), [Change("home", MOVED, frozenset({"oslo"}))])


@pytest.mark.parametrize(
    ("statement", "said", "renamed"),
    [
        ("The user has a newt called Rex.", "My newt Rex is called Max now.", "The user has a newt called Max."),
        ("The user's newt Rex is called Max now.", "Rex is called Max now.", "The user's newt Rex is called Max now."),
        ("The user's newt was called Rex.", "Rex is called Max now.", "The user's newt was called Rex."),
        ("The user has a newt called Rex.", "My newt is called Rex.", "The user has a newt called Rex."),
        ("The user left Oslo.", "I've moved from Oslo to Bergen.", "The user left Oslo."),
    ],
)
def test_a_statement_is_told_with_the_name_that_is_right_now(statement: str, said: str, renamed: str) -> None:
    assert as_renamed(statement, said) == renamed


@pytest.mark.parametrize(
    ("told", "touched"),
    [
        ("The user lives in Leeds.", True),
        ("The user's flat is in Leeds.", True),
        ("The user was born in Leeds.", False),
        ("The user studied chemistry in Leeds.", False),
        ("The user used to work in Leeds.", False),
        ("The user supports Leeds.", False),
    ],
)
@pytest.mark.parametrize("said", ["I've moved from Leeds to York.", "We moved away from Leeds."])
def test_who_moves_lives_elsewhere_and_was_born_where_they_were(told: str, said: str, *, touched: bool) -> None:
    old = Dream("old", "direct", "Which town was that?", "Leeds.", told.replace("The user", "I"), told)
    assert bool(changes([old], [new(said)])) == touched


def test_what_is_asked_anew_of_a_renamed_dog_is_answered_with_its_own_fact() -> None:
    told = "The user's dog Rex plays fetch in the park."
    old = Dream("old", "direct", "Where does my dog play?", "Rex plays in the park.", "Rex plays in the park.", told)
    (asked,) = renewed([old], [replace(new("Rex is called Max now."), statement="The user's dog is called Max.")])
    assert in_full(asked).answer == "Your dog Max plays fetch in the park."


def test_what_is_asked_tonight_is_not_asked_again_for_what_is_so_now() -> None:
    old = [replace(HOME, question=q) for q in ("Which town is home?", "Where's home?", "Where is my home?")]
    tonight = replace(MOVED, question="Where's home now?")
    asked = [d.question for d in renewed([*old, HOME], [MOVED, tonight])]
    assert "Where's home now?" not in asked
    assert len(set(asked)) == len(asked) > 0
