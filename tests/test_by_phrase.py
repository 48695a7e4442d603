import pytest

from oneiro.asking import plain_questions
from oneiro.asking.by_phrase import asked_by_phrase
from oneiro.asking.clauses import Clause
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
            ("When am I flying?", "You are flying in June."),
            ("In which month am I flying?", "You are flying in June."),
        ],
    ),
    ("The user moved from Lyon to Oslo in March.", [("Tell me where I moved to.", "You moved to Oslo.")]),
    ("The user's press is from 1911.", [("From which year is my press?", "Your press is from 1911.")]),
    ("The user plays the ukulele.", [("Which instrument do I play?", "You play the ukulele.")]),
    ("The user owns a red canoe.", [("Which boat do I own?", "You own a red canoe.")]),
    ("The user works in Perth.", [("In which city do I work?", "You work in Perth.")]),
    ("The user's aunt breeds alpacas.", [("Which animals does my aunt breed?", "Your aunt breeds alpacas.")]),
    ("The user runs on Sundays.", [("On which weekday do I run?", "You run on Sundays.")]),
    ("The user eats porridge every morning.", [("When do I eat porridge?", "You eat porridge every morning.")]),
    ("The user is married to Ines.", [("Who am I married to?", "You are married to Ines.")]),
    (
        "The user is building a kite out of old invoices.",
        [("I forgot what I am building a kite out of.", "You are building a kite out of old invoices.")],
    ),
    ("The user's ferry takes two hours.", [("How long does my ferry take?", "Your ferry takes two hours.")]),
    (
        "The user's aunt has dug peat for thirty-one winters.",
        [("Tell me how long my aunt has dug peat.", "Your aunt has dug peat for thirty-one winters.")],
    ),
    ("The user sleeps on the top floor.", [("Where do I sleep?", "You sleep on the top floor.")]),
    ("The user rows down by the weir at noon.", [("When do I row by the weir?", "You row by the weir at noon.")]),
    (
        "The user's tutor has worked with the user 9 years.",
        [("Tell me who my tutor has worked with.", "Your tutor has worked with you 9 years.")],
    ),
    (
        "The user's uncle lives in the room above the user.",
        [("Where does my uncle live?", "Your uncle lives in the room above you.")],
    ),
    ("The user prefers to sit on the floor.", [("Where do I prefer to sit?", "You prefer to sit on the floor.")]),
    ("The user is going to judo.", [("What am I going to?", "You are going to judo.")]),
    (
        "The user has baked a cake with a star for Gudrun's birthday.",
        [
            (
                "Remind me what I have baked a cake with a star for.",
                "You have baked a cake with a star for Gudrun's birthday.",
            )
        ],
    ),
    (
        "The user collects a stamp from every port.",
        [("What do I collect from every port?", "You collect a stamp from every port.")],
    ),
    ("The user is at the clinic with the user's aunt.", [("Who am I with?", "You are with your aunt.")]),
    ("The user's kayak is now in the yard.", [("Where is my kayak now?", "Your kayak is now in the yard.")]),
    (
        "The user is riding round the lake on a tandem.",
        [("What am I riding round the lake on?", "You are riding round the lake on a tandem.")],
    ),
    ("The user is driving the user's niece to Hull.", [("Who am I driving?", "You are driving your niece.")]),
    ("The user is moving in with uncle Olle.", [("Who am I moving in with?", "You are moving in with uncle Olle.")]),
    ("The user's kayak was stolen in Bodø.", [("Where was my kayak stolen?", "Your kayak was stolen in Bodø.")]),
    (
        "The user swims with an aunt on the first Friday of each month.",
        [("When do I swim with an aunt?", "You swim with an aunt on the first Friday of each month.")],
    ),
    ("The user is ashamed of the hat.", [("What am I ashamed of?", "You are ashamed of the hat.")]),
    ("The user's nan plays the harp.", [("What does my nan play?", "Your nan plays the harp.")]),
    ("The user lives in Graz.", [("Where do I live?", "You live in Graz.")]),
    ("The user swims every Tuesday.", [("When do I swim?", "You swim every Tuesday.")]),
    ("The user is allergic to latex.", [("What am I allergic to?", "You are allergic to latex.")]),
    ("The user is saving up for a cello.", [("What am I saving up for?", "You are saving up for a cello.")]),
    ("The user wants to be a nurse.", [("What do I want to be?", "You want to be a nurse.")]),
    (
        "The user has lived in Hull since 2015.",
        [("Tell me since when I have lived in Hull.", "You have lived in Hull since 2015.")],
    ),
    (
        "The user mended a boat in the first week.",
        [("Tell me when I mended a boat.", "You mended a boat in the first week.")],
    ),
    ("The user works from home on Fridays.", [("Where do I work from?", "You work from home.")]),
    ("The user takes two pills a day.", [("What do I take?", "You take two pills a day.")]),
    ("The user married Ines in May.", [("Tell me who I married.", "You married Ines.")]),
    ("The user's newt is right next to a bed.", [("Where is my newt?", "Your newt is next to a bed.")]),
]


@pytest.mark.parametrize(("statement", "expected"), CASES, ids=lambda case: case if isinstance(case, str) else "")
def test_every_phrase_is_asked_for_and_answered_with_no_more(statement: str, expected: list[tuple[str, str]]) -> None:
    asked = {(pair.question, pair.answer) for pair in plain_questions(statement)}
    assert set(expected) <= asked


@pytest.mark.parametrize(
    ("verb", "rest", "adverb"), [("doesn't", "play cricket in June", ""), ("eats", "meat in June", "never")]
)
def test_what_is_denied_is_denied_in_full(verb: str, rest: str, adverb: str) -> None:
    answers = [answer for _, _, answer in asked_by_phrase(Clause("", adverb, verb, rest))]
    assert len(answers) >= 10
    assert all("June" in answer for answer in answers)


def test_what_is_mostly_so_is_asked_for_with_all_that_was_told() -> None:
    asked = {pair.question for pair in plain_questions("The user mostly drives to markets in May.")}
    assert "What do I mostly drive to?" not in asked


@pytest.mark.parametrize(
    ("owner", "verb", "rest"),
    [("", "moved", "from Lyon to Oslo in March"), ("best mate Wiremu", "builds", "drones in his garage")],
)
def test_no_word_is_told_that_was_not_said(owner: str, verb: str, rest: str) -> None:
    pairs = list(asked_by_phrase(Clause(owner, "", verb, rest)))
    assert len(pairs) >= 12
    said = set(words(f"you your yes that {owner} {verb} {rest}"))
    assert all(set(words(answer)) <= said for _, _, answer in pairs)
    assert len({question for _, question, _ in pairs}) == len(pairs)
