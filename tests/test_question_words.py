import pytest

from oneiro.asking import plain_questions


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
        ("The user's neighbour can't kneel any more.", "What can't my neighbour kneel?"),
        ("The user can plaster a wall in one go.", "Where can I plaster a wall?"),
        ("The user has lived in Hull since 2015.", "Tell me since when I have lived."),
        ("The user works from home on Fridays.", "When do I work?"),
        ("The user stays at home on Sundays.", "What do I stay at?"),
        ("The user looks after a nephew on Fridays.", "When do I look?"),
        ("The user takes two pills a day.", "How long do I take?"),
        ("The user goes rowing twice a week.", "What do I go rowing?"),
        ("The user's uncle is in his seventies.", "Tell me where my uncle is."),
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
