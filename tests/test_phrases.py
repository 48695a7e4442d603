import pytest

from oneiro.asking import plain_questions
from oneiro.asking.by_phrase import asked_by_phrase
from oneiro.asking.clauses import Clause
from oneiro.asking.phrases import phrases
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
        ("The user is getting married in May.", "What am I getting?"),
        ("The user sings very badly at noon.", "What do I sing?"),
        ("The user swims 3 laps at noon.", "What do I swim?"),
        ("The user tells nobody on the tram the truth.", "What do I tell?"),
        ("The user keeps a diary in Morse.", "Where do I keep a diary?"),
        ("The user steers Gudrun's tram from 1932 called Bertha.", "What do I steer Gudrun's tram from?"),
        ("The user drives a tram from 1932.", "From which year do I drive a tram?"),
        ("The user is going to plant a hedge.", "What am I going to?"),
        ("The user's niece has been lame from birth.", "Tell me what my niece has been lame from."),
        ("The user dived at dawn for the first time.", "Tell me what I dived for."),
        ("The user is in debt.", "What am I in?"),
        ("The user is at the clinic with a cough.", "What am I with?"),
        ("The user puts the ladder in the loft.", "What do I put?"),
        ("The user tastes the salt from the lid in soup.", "What do I taste the salt from in soup?"),
        ("The user picks a leaf from every oak.", "What do I pick?"),
        ("The user prefers to sit on the floor.", "What do I prefer to?"),
        ("The user is saving for the bike of an aunt.", "Who am I saving for?"),
        ("The user came late to being a judge.", "Tell me who I came late to."),
        ("The user's niece became a judge.", "Tell me who my niece became."),
        ("The user's kite is pale green with dots.", "What is my kite pale green with?"),
        ("The user's best spot is a bench in the park.", "Where is my best spot a bench?"),
        ("The user likes praise for singing in tune.", "What do I like praise for?"),
        ("The user lives in a loft for 80 a week.", "How long do I live in a loft?"),
        ("The user moves into a loft a week on Friday.", "When do I move into a loft a week?"),
        ("The user emigrated at the age of nine.", "Tell me where I emigrated."),
        ("The user's dog barks at the milking.", "Where does my dog bark?"),
        ("The user is the first cook taken on in the mill.", "Where am I the first cook taken?"),
        ("The user's newt got at the jam.", "Tell me where my newt got."),
        ("The user turned down the post in Hull.", "Tell me where I turned down the post."),
        ("The user's newt used to be called Sly.", "Tell me what my newt used to be."),
        ("The user goes to the sauna every Friday with uncle Olle.", "Who do I go with?"),
        ("The user catches ten crabs an hour on a calm day.", "What do I catch?"),
        ("The user catches ten crabs an hour on a calm day.", "Where do I catch ten crabs an hour?"),
        ("The user used to have the girls in odd weeks.", "Tell me what I used to have."),
        ("The user is having a baby in May.", "Who am I having?"),
        ("The user gets paid in rice from the café.", "Tell me what I get paid from."),
        (
            "The user is rowing round the isle with oars in May with aunt Asta.",
            "Who am I rowing round the isle with oars with in May?",
        ),
        ("The user is renting a hut with two ovens in Hull.", "What am I renting a hut with?"),
        ("The user was taught Latin by a nun with a ruler.", "What was I taught Latin by a nun with?"),
        ("The user's niece wants to get married first.", "What does my niece want to get?"),
        ("The user turned vegan.", "Tell me what I turned."),
        ("The user works the early shift.", "Tell me what I work."),
        ("The user wants to work the early shift.", "Tell me what I want to work."),
        ("The user's niece mends nets for nothing.", "What does my niece mend nets for?"),
    ],
)
def test_no_question_is_asked_that_a_phrase_does_not_answer(statement: str, never: str) -> None:
    assert never not in {pair.question for pair in plain_questions(statement)}


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The user goes to bed at eight.", "Which piece of furniture do I go to?"),
        ("The user thinks pineapple on pizza is a crime.", "Which fruit do I think?"),
        ("The user cooks every Friday.", "Every which weekday do I cook?"),
        ("The user has no ukulele.", "Which instrument do I have?"),
        ("The user has sold the canoe.", "Tell me which boat I have."),
        ("The user went to the fair each May.", "Remind me which month I went to."),
        ("The user plays with an aunt.", "Which relative do I play with?"),
    ],
)
def test_a_kind_that_does_not_fit_is_not_asked_for(statement: str, question: str) -> None:
    assert question not in {pair.question for pair in plain_questions(statement)}
