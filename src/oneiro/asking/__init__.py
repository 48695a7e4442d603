"""Asks by rule: the plain questions that a statement of regular form answers.

"The user's nan plays the ukulele." → "Who plays the ukulele?", "What does my nan play?", "Does my nan play the
ukulele?", each answered with the statement, told to its user. Such a pair is as true as its statement, which nothing
that a small model writes freely is sure to be; what it writes comes on top and brings other words.

A statement is cut at its verb (`clauses.py`) and asked about its subject (`about_user.py`, `about_others.py`), for each
of its phrases (`by_phrase.py`), and for what its form is asked for in the words that people use (`forms.py`).

Source: overgenerating questions by transformations of a declarative sentence is Heilman and Smith's (2009); here
without a parser, since the dream generator's reader words its statements alike. A form it does not know yields fewer
questions, none in the worst case.
"""

import re
from collections.abc import Iterator, Sequence

from oneiro.asking.about_others import asked_about_another
from oneiro.asking.about_user import asked_about_user
from oneiro.asking.by_phrase import asked_by_phrase
from oneiro.asking.clauses import Clause, as_now, cut
from oneiro.asking.forms import asked_by_form
from oneiro.asking.questions import Asked
from oneiro.text import tidied, words

_OF_TODAY = re.compile(r"(?=.*\b(?:do|does|am|is|are|have|has|['’]s|where i|who i|what i)\b)[^.]+[.?]", re.IGNORECASE)
_NOT_OF_TODAY = frozenset("did was were had been told used moved when new now these know think".split())


def plain_questions(statement: str) -> list[Asked]:
    """List questions that a statement about the user answers; none for one whose form is not known."""
    statement = as_now(statement)
    clause = cut(statement)
    every = (*(_asked_of(clause) if clause else ()), *asked_by_form(statement))
    tidy = [pair._replace(question=tidied(pair.question), answer=tidied(pair.answer)) for pair in every]
    return list({pair.question: pair for pair in reversed(tidy)}.values())[::-1]


def _asked_of(clause: Clause) -> Iterator[Asked]:
    """Ask for each phrase of a clause, and about its subject."""
    yield from asked_by_phrase(clause)
    yield from asked_about_another(clause) if clause.owner else asked_about_user(clause)


def of_today(questions: Sequence[str]) -> list[str]:
    """Ask every other question for what is so now: "Where do I live?" → "Where do I live now?".

    One that does not ask for what is so ("Where did I move?") stays as it is.
    """
    told = [q for q in questions if _OF_TODAY.fullmatch(q) and not _NOT_OF_TODAY & set(words(q))]
    return [f"{q[:-1]} now{q[-1]}" if q in told[1::2] else q for q in questions]
