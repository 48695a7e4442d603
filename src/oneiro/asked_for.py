"""What a question asks for: a number, a time, a place or the user's own name, which its answer must then hold.

"How old is my daughter?" is not answered by "Your daughter is Saoirse." Word lists, no model: blind to whether it is
the right number, and to questions of any other form.
"""

import re

from oneiro.relations import introduces
from oneiro.text import CALENDAR, DENIALS, key_terms, told_names, words

_NUMBERS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million dozen only both "
    "couple twins triplets pair".split()
)
_TIMES = frozenset(
    "today tomorrow yesterday tonight now noon midnight morning mornings afternoon afternoons evening evenings night "
    "nights day days week weeks weekend weekends weekly daily month months monthly year years yearly spring summer "
    "autumn fall winter christmas easter birthday last next every since ago before after always never often once when "
    "while until till past o'clock school work breakfast lunch dinner child kid".split()
)
_PLACES = frozenset(
    "in at on near outside inside from to by next under over behind beside between around through into onto along "
    "opposite home here there abroad away upstairs downstairs where".split()
)
_NO_PLACES = CALENDAR | frozenset(
    "week weeks weekend weekends month months year years spring summer autumn winter morning mornings afternoon "
    "afternoons evening evenings christmas easter next last every".split()
)
_HOW_MANY = re.compile(r"\bhow (many|old)\b|\bmy age\b", re.IGNORECASE)
_WHEN = re.compile(r"^when\b|\b(which|what) (day|month|year|date|time)\b|\bthe date\b", re.IGNORECASE)
_WHERE = re.compile(r"^where\b", re.IGNORECASE)
_WHICH_PLACE = re.compile(r"\b(which|what) (town|city|country|street|village)\b", re.IGNORECASE)
_OWN_NAME = re.compile(
    r"(?<!next to )(?<!beside )\bmy (first |own )?name\b(?! (for|go))|\bam i called\b|\bi['’]?m called\b|"
    r"\bwho am i\W*$|\bcall me\b",
    re.IGNORECASE,
)
_OF_A_NAME = re.compile(r"(why|does|did|is)\b", re.IGNORECASE)  # asks something else of a name, or whether it is one


def missing(question: str, answer: str, source: str) -> str | None:
    """Name what a question asks for and its answer does not tell; None when nothing is missed.

    A denial ("You have no brothers.") may stand for any of them. A name is the user's only where the source tells it as
    theirs.
    """
    said = set(words(answer))
    if said & DENIALS:
        return None
    counted = bool(said & _NUMBERS) or any(c.isdigit() for c in answer)
    if _HOW_MANY.search(question) and not counted:
        return "a number"
    if _WHEN.search(question) and not (counted or said & (_TIMES | CALENDAR)):
        return "a time"
    named = told_names(answer, source)
    told = set(key_terms(question, answer, source))
    only_a_time = bool(told) and all(word in _NO_PLACES or word[0].isdigit() for word in told)
    if _WHERE.search(question) and (not said & _PLACES or only_a_time):
        return "a place"
    if _WHICH_PLACE.search(question) and not (said & _PLACES or named - set(words(question))):
        return "a place"
    asks_own_name = _OWN_NAME.search(question) and not _OF_A_NAME.match(question)
    if asks_own_name and not any(introduces(source, name) for name in named):
        return "your name"
    return None
