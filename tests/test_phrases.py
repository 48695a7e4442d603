import pytest

from oneiro.asking import plain_questions
from oneiro.phrases import asked_by_phrase, clause, phrases
from oneiro.text import words

CASES = [
    (
        "The user's mum works on a trawler out of Bluff.",
        [("What does my mum work on?", "Your mum works on a trawler.")],
    ),
    (
        "The user's best mate Wiremu builds drones in his garage.",
        [
            ("What does Wiremu build?", "Your best mate Wiremu builds drones."),
            ("Where does my best mate build drones?", "Your best mate Wiremu builds drones in his garage."),
        ],
    ),
    (
        "The user is flying to Iceland with the user's friend Tobias in June.",
        [
            ("Where am I flying to?", "You are flying to Iceland."),
            ("Who am I flying with?", "You are flying with your friend Tobias."),
            ("Do you know when I am flying?", "Yes, you are flying in June."),
        ],
    ),
    ("The user moved from Lyon to Oslo in March.", [("Tell me where I moved to.", "You moved to Oslo.")]),
    ("The user's press is from 1911.", [("From which year is my press?", "Your press is from 1911.")]),
    ("The user eats porridge every morning.", [("When do I eat porridge?", "You eat porridge every morning.")]),
    ("The user is married to Ines.", [("Who am I married to?", "You are married to Ines.")]),
    (
        "The user is building a kite out of old invoices.",
        [("I forgot what I am building a kite out of.", "You are building a kite out of old invoices.")],
    ),
    (
        "The user will deliver a lecture on comets in May.",
        [
            ("What will I deliver?", "You will deliver a lecture."),
            ("When will I deliver a lecture?", "You will deliver a lecture in May."),
        ],
    ),
    ("The user's brother can't eat onions.", [("What can't my brother eat?", "Your brother can't eat onions.")]),
    (
        "The user hasn't drunk coffee since the ulcer.",
        [("What haven't I drunk since the ulcer?", "You haven't drunk coffee since the ulcer.")],
    ),
    ("The user never eats meat.", [("What do I never eat?", "You never eat meat.")]),
    ("The user is ashamed of the hat.", [("What am I ashamed of?", "You are ashamed of the hat.")]),
]


@pytest.mark.parametrize(("statement", "expected"), CASES, ids=lambda case: case if isinstance(case, str) else "")
def test_every_phrase_is_asked_for_and_answered_with_no_more(statement: str, expected: list[tuple[str, str]]) -> None:
    asked = {(pair.question, pair.answer) for pair in plain_questions(statement)}
    assert set(expected) <= asked


@pytest.mark.parametrize(
    ("verb", "rest", "adverb"), [("doesn't", "play cricket in June", ""), ("eats", "meat in June", "never")]
)
def test_what_is_denied_is_denied_in_full(verb: str, rest: str, adverb: str) -> None:
    about = clause("", verb, rest, adverb=adverb)
    assert about
    answers = [answer for _, _, answer in asked_by_phrase(about, to_me=str)]
    assert len(answers) >= 10
    assert all("June" in answer for answer in answers)


@pytest.mark.parametrize(
    ("owner", "verb", "rest"),
    [("", "moved", "from Lyon to Oslo in March"), ("best mate Wiremu", "builds", "drones in his garage")],
)
def test_no_word_is_told_that_was_not_said(owner: str, verb: str, rest: str) -> None:
    about = clause(owner, verb, rest)
    assert about
    pairs = list(asked_by_phrase(about, to_me=str))
    assert len(pairs) >= 12
    said = set(words(f"you your yes that {owner} {verb} {rest}"))
    assert all(set(words(answer)) <= said for _, _, answer in pairs)
    assert len({question for _, question, _ in pairs}) == len(pairs)


@pytest.mark.parametrize(
    "rest", ["tea but not coffee", "the man who sold the world", "Lyon, Oslo", "never been to Peru"]
)
def test_what_is_no_plain_row_of_phrases_is_left_alone(rest: str) -> None:
    assert phrases(rest) == []


@pytest.mark.parametrize(
    ("statement", "never"),
    [
        ("The user wants to visit Japan in May.", "What do I want to?"),
        ("The user fits tyres for a living.", "What do I fit tyres for?"),
        ("The user's sister teaches physics at a school.", "When does my sister teach physics?"),
        ("The user can't stand coriander.", "Tell me what I can't."),
        ("The user's friend Ada's dog eats liver.", "What does Ada eat?"),
    ],
)
def test_no_question_is_asked_that_a_phrase_does_not_answer(statement: str, never: str) -> None:
    assert never not in {pair.question for pair in plain_questions(statement)}
