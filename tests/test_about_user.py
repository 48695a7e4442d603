import pytest

from oneiro.asking import plain_questions


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        ("The user has an owl called Ulla.", "Do I have an owl?", "Yes, your owl is called Ulla."),
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
        ("The user doesn't eat meat.", "Do I eat meat?", "No, you don't eat meat."),
        ("The user listens to jazz and blues.", "What do I listen to?", "You listen to jazz and blues."),
        ("The user has a newt called Sly and an owl called Ulla.", "Who or what is Ulla?", "Ulla is your owl."),
        ("The user keeps a newt called Sly who sings.", "Who or what is Sly?", "Sly is your newt."),
        ("The user is trying to mend a boat.", "What am I trying to mend?", "You are trying to mend a boat."),
        ("The user is learning to row.", "What am I learning to do?", "You are learning to row."),
        ("The user can't swim.", "Can I swim?", "No, you can't swim."),
        ("The user has no brothers.", "Do I have any brothers?", "No, you have no brothers."),
        ("The user no longer has a boat.", "Do I have a boat?", "No, you no longer have a boat."),
        ("The user has no phone.", "What don't I have?", "You have no phone."),
        ("The user has 31 old maps.", "How many old maps do I have?", "You have 31 old maps."),
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
        ("The user drives to town, alone.", "Where do I drive?", "You drive to town, alone."),
        ("The user quit smoking.", "Did I tell you that I quit smoking?", "Yes, you quit smoking."),
    ],
)
def test_a_statement_of_the_user_is_asked_what_it_tells(statement: str, question: str, answer: str) -> None:
    assert (question, answer) in [(asked.question, asked.answer) for asked in plain_questions(statement)]


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The user snores.", "What do I snore?"),
        ("The user has no idea what it costs.", "What don't I have?"),
        ("The user has known Gudrun since May.", "Do I have known Gudrun since May?"),
        ("The user is in Year 5.", "What do you know about Year?"),
        ("The user bowls but doesn't bat.", "What do I bowl?"),
        ("The user swims a mile in 40 minutes.", "What do I do in 40 minutes?"),
        ("The user no longer goes to the choir.", "Remind me what I go to the."),
        ("The user is going to plant a hedge.", "Where am I going to?"),
        ("The user barely knows how a loom works.", "What do I know?"),
        ("The user is working the early shift.", "What am I working?"),
        ("The user is moving a week on Thursday.", "What am I doing on Thursday?"),
        ("The user gets up at 6:30.", "What do I get up at?"),
        ("The user is allergic to crab and latex.", "What am I allergic to crab?"),
        ("The user has finally mended the boat.", "Do I have finally mended the boat?"),
        ("The user usually wakes up at seven.", "What do I wake up at?"),
        ("The user is trying to mend a boat.", "Where am I trying to?"),
        ("The user is learning to row.", "What am I learning to?"),
        ("The user is mending the kitchen in May.", "When is my kitchen?"),
        ("The user is having a baby in May.", "When is my baby?"),
        ("The user is rowing to Hull in two weeks.", "What is my plan for two weeks?"),
        ("The user is rowing to Hull in two weeks.", "What is my plan for in two weeks?"),
        ("The user learned Latin in two years.", "Tell me when I learned Latin."),
    ],
)
def test_a_statement_of_the_user_is_not_asked_what_it_does_not_tell(statement: str, question: str) -> None:
    assert question not in [asked.question for asked in plain_questions(statement)]
