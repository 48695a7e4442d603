import pytest

from oneiro.asking import of_today, plain_questions
from oneiro.asking.clauses import told_back
from oneiro.kinds import invent
from oneiro.screen import judge_words
from oneiro.text import words
from oneiro.types import BY_RULE, Dream


@pytest.mark.parametrize(
    ("statement", "turned"),
    [
        ("The user's brother Arne lives in Oslo.", "Your brother Arne lives in Oslo."),
        ("The user goes swimming every Tuesday.", "You go swimming every Tuesday."),
        ("The user always carries a compass.", "You always carry a compass."),
        ("The user has a cat and works in a dairy.", "You have a cat and work in a dairy."),
        ("The user renamed their dog.", "You renamed your dog."),
        ("The user's doctor has forbidden the user salt.", "Your doctor has forbidden you salt."),
        ("The user misses the user's aunt.", "You miss your aunt."),
        ("The user used to sing and now paints.", "You used to sing and now paint."),
    ],
)
def test_a_statement_is_told_to_its_user(statement: str, turned: str) -> None:
    answers = [asked.answer for asked in plain_questions(statement)]
    assert f"Yes, {turned[0].lower()}{turned[1:]}" in answers


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The user snores.", "What do I snore?"),
        ("The user is a beginner in beekeeping.", "What is my profession?"),
        ("The user's wife is a judge.", "What is my wife?"),
        ("The user's neighbour can't kneel any more.", "What can't my neighbour kneel?"),
        ("The user has no idea what it costs.", "What don't I have?"),
        ("The user can plaster a wall in one go.", "Where can I plaster a wall?"),
        ("The user's gran's brooch was in the piano.", "Who was in the piano?"),
        ("The user and Ida have given up tango.", "I forgot what I and."),
        ("The user's trip to Tampere is in May.", "Who is Tampere?"),
        ("The user's lodger in Tampere is called Eino.", "What is my lodger in called?"),
        ("The user's two lodgers sing at night.", "What do you know about my two?"),
        ("The user's favourite dish is soup of Roscoff onions.", "What do you know about Roscoff?"),
        ("The user's cottage has two stoves and is on a hill.", "Does my cottage have two stoves and is on a hill?"),
        ("The user's nan is deaf and travels with a parrot.", "Is my nan deaf and travels with a parrot?"),
        ("The user's nan sings well and plays the harp.", "Does my nan sing well and plays the harp?"),
        ("The user has known Gudrun since May.", "Do I have known Gudrun since May?"),
        ("The user is in Year 5.", "What do you know about Year?"),
        ("The user's narrowboat Petunia leaks.", "Who leaks?"),
        ("The user's aunts miss the bus.", "What do you know about my aunts miss the?"),
        ("The user bowls but doesn't bat.", "What do I bowl?"),
        ("The user swims a mile in 40 minutes.", "What do I do in 40 minutes?"),
        ("The user no longer goes to the choir.", "Remind me what I go to the."),
        ("The user is going to plant a hedge.", "Where am I going to?"),
        ("The user was born on a Friday.", "Where do I come from?"),
        ("The user is not supposed to eat salt.", "What don't I eat?"),
        ("The user's cousin is tall.", "What is my cousin like?"),
        (
            "The user's cousin is richer than the user.",
            "Somebody draws me next to my cousin. What should the picture respect?",
        ),
        ("The user works at a mill.", "Which company do I work for?"),
        ("The user moved from teaching to nursing.", "Where do I live now?"),
        ("The user mostly drives to markets in May.", "What do I mostly drive to?"),
        ("The user has a hearing test on Friday.", "Remind me what I have to pass."),
        ("The user's uncles' grave is in Bodø.", "Who is in Bodø?"),
        ("The user's nieces are called Asta and Runa.", "Do I have a nieces?"),
        ("The user's hens don't like it that the user was away.", "Was my hens don't like it that the user away?"),
        ("The user's sisters don't have a phone.", "What do you know about my sisters don't?"),
        ("The user's kayak is on an aunt's lawn.", "What is my kayak?"),
        ("The user's kayak was stolen in Bodø.", "What was my kayak?"),
        ("The user's ears are pierced.", "What are pierced?"),
        ("The user barely knows how a loom works.", "What do I know?"),
        ("The user is working the early shift.", "What am I working?"),
        ("The user is moving a week on Thursday.", "What am I doing on Thursday?"),
        ("The user scored 71 percent in the pilot's exam.", "How did I do in that contest of mine?"),
        ("The user was taught to row by a nun.", "Who was a nun to me?"),
        ("The user's aunt sings every Friday.", "Whom do I think of every Friday?"),
    ],
)
def test_a_statement_is_not_asked_what_it_does_not_tell(statement: str, question: str) -> None:
    assert question not in [asked.question for asked in plain_questions(statement)]


def test_questions_are_well_spaced() -> None:
    asked = [
        pair.question
        for said in ("snores", "is ill", "goes to bed at nine")
        for pair in plain_questions(f"The user {said}.")
    ]
    assert {"Do I snore?", "Am I ill?", "When do I go to bed?"} <= set(asked)
    assert not [question for question in asked if "  " in question or " ?" in question]


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        ("The user's dog is called Rex.", "What is my dog called?", "Your dog is called Rex."),
        ("The user's dog is called Rex.", "Who or what is Rex?", "Rex is your dog."),
        ("The user has an owl called Ulla.", "Do I have an owl?", "Yes, your owl is called Ulla."),
        ("The user's nan's name is Ida.", "Who is Ida?", "Ida is your nan."),
        ("The user's nan plays the harp.", "What does my nan play?", "Your nan plays the harp."),
        ("The user's nan plays the harp.", "Who plays the harp?", "Your nan plays the harp."),
        ("The user's son Per is 9 years old.", "How old is my son?", "Your son Per is 9 years old."),
        (
            "The user's nieces are called Asta and Runa.",
            "Are my nieces called Asta and Runa?",
            "Yes, your nieces are called Asta and Runa.",
        ),
        (
            "The user's nieces are called Asta and Runa.",
            "What are the names of my nieces?",
            "The names of your nieces are Asta and Runa.",
        ),
        (
            "The user's uncles have all emigrated.",
            "What do you know about my uncles?",
            "Your uncles have all emigrated.",
        ),
        (
            "The user's hens don't like it that the user was away.",
            "Did I tell you that my hens don't like it that I was away?",
            "Yes, your hens don't like it that you were away.",
        ),
        (
            "The user's mill burned down before the user was born.",
            "What burned down before I was born?",
            "Your mill burned down before you were born.",
        ),
        ("The user's uncle can't have rye.", "Who can't have rye?", "Your uncle can't have rye."),
        (
            "The user departs from Bodø at noon, alone.",
            "Where do I depart from?",
            "You depart from Bodø at noon, alone.",
        ),
        (
            "The user is expected to fetch pupil Asta from Hull.",
            "Who am I expected to fetch?",
            "You are expected to fetch pupil Asta from Hull.",
        ),
        (
            "The user tutors the baker's nephew, who sings.",
            "Who do I tutor?",
            "You tutor the baker's nephew, who sings.",
        ),
        (
            "The user's kit has 900 beads already.",
            "How many beads does my kit have?",
            "Your kit has 900 beads already.",
        ),
        ("The user's lunch is fried rice.", "What is my lunch?", "Your lunch is fried rice."),
        ("The user's test is on the 9th of May.", "When is my test?", "Your test is on the 9th of May."),
        ("The user's boat is in the garage.", "Where is my boat?", "Your boat is in the garage."),
        ("The user lives in Graz.", "Where do I live?", "You live in Graz."),
        ("The user swims every Tuesday.", "When do I swim?", "You swim every Tuesday."),
        ("The user is allergic to latex.", "What am I allergic to?", "You are allergic to latex."),
        ("The user is saving up for a cello.", "What am I saving up for?", "You are saving up for a cello."),
        ("The user wants to be a nurse.", "What do I want to be?", "You want to be a nurse."),
        ("The user doesn't eat meat.", "Do I eat meat?", "No, you don't eat meat."),
        ("The user can't swim.", "Can I swim?", "No, you can't swim."),
        ("The user has no brothers.", "Do I have any brothers?", "No, you have no brothers."),
        ("The user has no phone.", "What don't I have?", "You have no phone."),
        ("The user has 31 old maps.", "How many old maps do I have?", "You have 31 old maps."),
        ("The user's shed has two doors.", "How many doors does my shed have?", "Your shed has two doors."),
        ("The user's flat has no clock.", "Tell me what my flat doesn't have.", "Your flat has no clock."),
        ("The user's maths teacher Ada is 88.", "Who is Ada?", "Ada is your maths teacher."),
        ("The user's boss has a son in Hull.", "Who does my boss have in Hull?", "Your boss has a son in Hull."),
        ("The user's mum has a boat in Hull.", "What does my mum have in Hull?", "Your mum has a boat in Hull."),
        ("The user moved from Lyon to Oslo.", "Where did I move to?", "You moved to Oslo."),
        (
            "The user's nan always wins at mahjong.",
            "What does my nan always win at?",
            "Your nan always wins at mahjong.",
        ),
        ("The user's nan never eats meat.", "Does my nan ever eat meat?", "No, your nan never eats meat."),
        ("The user's aunt Ada still lives in Hull.", "Where does Ada live?", "Your aunt Ada lives in Hull."),
        ("The user's newt is right next to a bed.", "Where is my newt?", "Your newt is next to a bed."),
        (
            "The user is running a marathon on the 9th of May.",
            "When is my marathon?",
            "You are running a marathon on the 9th of May.",
        ),
        (
            "The user is running a marathon on the 9th of May.",
            "What am I doing on the 9th of May?",
            "You are running a marathon on the 9th of May.",
        ),
        ("The user's nephew Sly sings.", "Who is Sly?", "Sly is your nephew."),
        (
            "The user's whole family lives in Hull.",
            "Where does my whole family live?",
            "Your whole family lives in Hull.",
        ),
        ("The user's vet said that mice bite.", "Who said that mice bite?", "Your vet said that mice bite."),
        ("The user's chemistry teacher is ill.", "Who is ill?", "Your chemistry teacher is ill."),
        ("The user's doctor in Tampere is ill.", "Who is ill?", "Your doctor in Tampere is ill."),
        ("The user's narrowboat Petunia leaks.", "Who or what is Petunia?", "Petunia is your narrowboat."),
        ("The user's gran has a lodger in Hull.", "Who does my gran have in Hull?", "Your gran has a lodger in Hull."),
        ("The user now trains the sons of a judge.", "Who do I train?", "You train the sons of a judge."),
        ("The user drives to town, alone.", "Where do I drive?", "You drive to town, alone."),
        (
            "The user's newt lives on soup of Roscoff onions.",
            "What does my newt live on?",
            "Your newt lives on soup of Roscoff onions.",
        ),
        (
            "The user grew up on a barge.",
            "Where could I show a friend the places of my childhood?",
            "On a barge, where you come from.",
        ),
        (
            "The user has broken the user's thumb twice.",
            "How often have I broken my thumb?",
            "You have broken your thumb twice.",
        ),
        (
            "The user's colleague is called Eino.",
            "Which colleague have I told you about?",
            "You told me about Eino.",
        ),
        ("The user quit smoking.", "Did I tell you that I quit smoking?", "Yes, you quit smoking."),
    ],
)
def test_a_plain_question_is_asked_of_a_statement(statement: str, question: str, answer: str) -> None:
    assert (question, answer) in [(asked.question, asked.answer) for asked in plain_questions(statement)]


@pytest.mark.parametrize(
    "statement",
    [
        "",
        "The user",
        "The user's",
        "The user's.",
        "The sea is salty.",
        "I drive a van.",
        "The user's dog.",
        "The user .",
    ],
)
def test_what_is_no_statement_is_asked_nothing(statement: str) -> None:
    assert plain_questions(statement) == []


def test_of_the_statements_of_the_library_most_are_asked_for_and_the_screen_finds_no_wrong_side() -> None:
    facts = [(t.turn.text, fact.statement) for t in invent(400, seed=3, nothing=0) for fact in t.facts]
    asked = [(source, statement, plain_questions(statement)) for source, statement in facts]
    assert sum(len(pairs) >= 3 for *_, pairs in asked) > 0.8 * len(asked)
    for source, statement, pairs in asked:
        for pair in pairs:
            dream = Dream(
                "m", pair.kind, pair.question, pair.answer, f"{source} {statement}", statement, confidence=BY_RULE
            )
            assert not str(judge_words(dream)).startswith(("told from", "a never-told", "says no")), pair


@pytest.mark.parametrize("dog", ["dog", "dog Rex"])
def test_neither_now_nor_the_name_before_is_part_of_a_name(dog: str) -> None:
    asked = {pair.question: pair.answer for pair in plain_questions(f"The user's {dog} is called Toffee now.")}
    assert asked["What is my dog called?"] == "Your dog is called Toffee."
    assert not any({"now", "rex"} & set(words(text)) for pair in asked.items() for text in pair)
    assert told_back(f"The user's {dog} is called Toffee now.") == "Your dog is called Toffee."


def test_every_other_question_for_what_is_so_asks_for_today_s() -> None:
    asked = [
        "Where do I live?",
        "Remind me where I live.",
        "What did I sell?",
        "What's my job?",
        "I'm lost. What do I do?",
    ]
    assert of_today(asked) == [
        "Where do I live?",
        "Remind me where I live now.",
        "What did I sell?",
        "What's my job?",
        "I'm lost. What do I do?",
    ]
    of_change = ["Where do I live?", "What is my new dog called?", "Where do I live these days?"]
    assert of_today(of_change) == of_change
