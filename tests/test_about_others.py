import pytest

from oneiro.asking import plain_questions


@pytest.mark.parametrize(
    ("statement", "question", "answer"),
    [
        ("The user's dog is called Rex.", "What is my dog called?", "Your dog is called Rex."),
        ("The user's dog is called Rex.", "Who or what is Rex?", "Rex is your dog."),
        ("The user's nan's name is Ida.", "Who is Ida?", "Ida is your nan."),
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
        ("The user's uncle can't have rye.", "Who can't have rye?", "Your uncle can't have rye."),
        (
            "The user's kit has 900 beads already.",
            "How many beads does my kit have?",
            "Your kit has 900 beads already.",
        ),
        ("The user's lunch is fried rice.", "What is my lunch?", "Your lunch is fried rice."),
        ("The user's test is on the 9th of May.", "When is my test?", "Your test is on the 9th of May."),
        ("The user's ferry leaves at 8:15.", "When does my ferry leave?", "Your ferry leaves at 8:15."),
        ("The user's test is in a few days.", "When is my test?", "Your test is in a few days."),
        ("The user's niece is called Asta and is nine.", "Who is Asta?", "Asta is your niece."),
        ("The user's kids are called noor, bo and al.", "Who are noor, bo and al?", "noor, bo and al are your kids."),
        (
            "The user's neighbour Ignatius from flat 6 waters the user's plants.",
            "What does my neighbour Ignatius from flat 6 water?",
            "Your neighbour Ignatius from flat 6 waters your plants.",
        ),
        ("The user's boat is in the garage.", "Where is my boat?", "Your boat is in the garage."),
        ("The user's shed has two doors.", "How many doors does my shed have?", "Your shed has two doors."),
        ("The user's flat has no clock.", "Tell me what my flat doesn't have.", "Your flat has no clock."),
        ("The user's boss has a son in Hull.", "Who does my boss have in Hull?", "Your boss has a son in Hull."),
        ("The user's mum has a boat in Hull.", "What does my mum have in Hull?", "Your mum has a boat in Hull."),
        ("The user's nan never eats meat.", "Does my nan ever eat meat?", "No, your nan never eats meat."),
        ("The user's narrowboat Petunia leaks.", "Who or what is Petunia?", "Petunia is your narrowboat."),
        ("The user's gran has a lodger in Hull.", "Who does my gran have in Hull?", "Your gran has a lodger in Hull."),
    ],
)
def test_a_statement_of_somebody_else_is_asked_what_it_tells(statement: str, question: str, answer: str) -> None:
    assert (question, answer) in [(asked.question, asked.answer) for asked in plain_questions(statement)]


@pytest.mark.parametrize(
    ("statement", "question"),
    [
        ("The user's wife is a judge.", "What is my wife?"),
        ("The user's gran's brooch was in the piano.", "Who was in the piano?"),
        ("The user's cottage has two stoves and is on a hill.", "Does my cottage have two stoves and is on a hill?"),
        ("The user's nan is deaf and travels with a parrot.", "Is my nan deaf and travels with a parrot?"),
        ("The user's nan sings well and plays the harp.", "Does my nan sing well and plays the harp?"),
        ("The user's narrowboat Petunia leaks.", "Who leaks?"),
        ("The user's uncles' grave is in Bodø.", "Who is in Bodø?"),
        ("The user's nieces are called Asta and Runa.", "Do I have a nieces?"),
        ("The user's kayak is on an aunt's lawn.", "What is my kayak?"),
        ("The user's kayak was stolen in Bodø.", "What was my kayak?"),
        ("The user's ears are pierced.", "What are pierced?"),
        ("The user's nieces love boats.", "Who love boats?"),
        ("The user's stepson rows.", "What rows?"),
        ("The user's uncle is in debt.", "Where is my uncle?"),
        ("The user's kayak is on floor 3.", "When is my kayak?"),
        ("The user's ferry leaves at 8:15.", "Where does my ferry leave?"),
        ("The user's test is in two weeks.", "Where is my test?"),
        ("The user's talk with Dr. Patel is on Monday.", "Who is Patel?"),
        ("The user's boat starts when an aunt swears at it.", "What does my boat start?"),
        ("The user's nan no longer has a boat.", "Does my nan have a boat?"),
        ("The user's nan hardly ever eats meat, or so I am told.", "What does my nan eat?"),
    ],
)
def test_a_statement_of_somebody_else_is_not_asked_what_it_does_not_tell(statement: str, question: str) -> None:
    assert question not in [asked.question for asked in plain_questions(statement)]
