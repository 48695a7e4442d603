"""Asks for every phrase of a clause: object, place, time, company and whatever else a preposition brings.

"Your mum works on a trawler out of Bluff." → "What does my mum work on?", "Tell me what my mum works out of.", each
answered with no more than is asked: "Your mum works out of Bluff." Only cutting and moving of words that were said.

Source: transformations of a declarative sentence after Heilman and Smith (2009), without a parser.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import cycle, product

from oneiro.asking.clauses import Clause
from oneiro.asking.inversion import Inverted, inverted
from oneiro.asking.persons import to_me
from oneiro.asking.phrases import ONLY_THEN, Phrase, phrases
from oneiro.asking.question_words import MOVES, NEEDS_MORE, RARELY_A_THING, question_words
from oneiro.asking.questions import WRAPPED, Asked
from oneiro.relations import ends_in_somebody
from oneiro.text import opened, tidied

_BELONGS = frozenset([("by", "with"), ("with", "from")])  # "by a nun with a ruler", "with the lads from the mill"
_PUTS = re.compile(  # these need a place
    r"(?:to )?(?:puts?|putting|lays?|laid|sets?|place[sd]?|hangs?|hung|sticks?|stuck)\b"
    r"(?! (?:up|off|out|on|down|away)\b)"
)
_TELLS_TOO_LITTLE = re.compile(  # a verb that tells nothing alone: "lived" (in Hull), "look" (after a nephew)
    r"\b(?:liv(?:e|ed|ing)|stay(?:ed|ing)?|remain(?:ed|ing)?|look(?:ed|ing)?|belong(?:ed|ing)?|depend(?:ed|ing)?)$"
)
_HAS_THE = re.compile(r"(?:to )?have (?:the|my|your|our) ")


def asked_by_phrase(clause: Clause) -> Iterator[Asked]:
    """Ask for each phrase of a clause.

    Where there are several phrases, every other question holds all the others and is answered with the whole clause:
    who has learned "Where do I work?" and "When do I work?" would answer "Where do I work after school?" with either.
    """
    about = inverted(clause)
    if about is None:
        return
    found = phrases(about.rest, about.base)
    for at, phrase in enumerate(found):
        openings, stranded = question_words(about, phrase)
        if not openings:
            continue
        if at and openings[0] == "What" and not about.base and not phrase.before:
            continue  # who is "at the clinic with a cough" is not "with a cough"
        if at and (found[at - 1].preposition.lower(), phrase.preposition.lower()) in _BELONGS:
            continue
        ways = [(to_me(rest), tidied(answer)) for rest, answer in _ways(about, found, at, stranded)]
        yield from _worded(about, openings, ways)


def _ways(about: Inverted, found: Sequence[Phrase], at: int, stranded: str) -> Iterator[tuple[str, str]]:
    """Ask for a phrase alone and beside all the others: what follows the verb, and the answer.

    What came before the phrase is told before the preposition that stays behind: "baked a cake with a star for". What
    came after it may belong to it, as in "from the salt in soup", unless it is a time or the like.
    """
    phrase = found[at]
    timed = [other for other in found if other.is_time]
    others = [other for other in found if other is not phrase and other.preposition]
    before = [other for other in found[:at] if other in others and other not in timed]
    after = [other for other in others if other not in before]
    moves = MOVES.search(f"{about.base} {phrase.before}")
    hangs_on = before and phrase.preposition.lower() == "from" and not moves  # "paid in rice from the café"
    if not others or not (about.whole or hangs_on or _needs_all(about, phrase, others)):
        yield f"{phrase.before} {stranded}", f"{about.yours} {about.verb_yours} {phrase.before} {phrase.said}."
    belong = [other for other in after if other not in timed and other.preposition.lower() not in RARELY_A_THING]
    twice = stranded and any(other.preposition.lower() == stranded for other in others)  # "with tents with"
    if others and not twice and not (stranded and phrase.preposition and belong):
        rest = [phrase.before, *(other.said for other in before), stranded, *(other.said for other in after)]
        yield " ".join(rest), f"{about.yours} {about.verb_yours} {' '.join(one.said for one in found)}."


def _needs_all(about: Inverted, phrase: Phrase, others: Sequence[Phrase]) -> bool:
    """Say whether a part of a clause tells too little: "put the ladder" (in the loft), "a stamp" (from every port)."""
    acted_on = phrase.before or phrase.words
    each = any(re.match(r"(?:every|each)\b", other.words) for other in (phrase, *others))
    beside = phrase.preposition == "with" and not phrase.before and about.base in NEEDS_MORE  # "goes with an aunt"
    only_then = any(ONLY_THEN.match(other.words) for other in others)  # "ten knots" (on a good day)
    stays = _HAS_THE.match(acted_on) and ends_in_somebody(acted_on)  # "has the girls" (at weekends)
    puts = _PUTS.match(about.base) or _PUTS.match(acted_on)
    timed = phrase.is_time or phrase.preposition.lower() in ("for", "since")
    at_home = any(other.words == "home" for other in others)  # who works "from home" on Fridays works elsewhere too
    hangs = timed and (at_home or _TELLS_TOO_LITTLE.search(f"{about.base} {phrase.before}".strip()))
    return bool(puts or hangs or beside or only_then or stays or (each and re.match(r"(?:an?|one)\b", acted_on)))


def _worded(about: Inverted, openings: Sequence[str], ways: Sequence[tuple[str, str]]) -> Iterator[Asked]:
    """Put each way of asking, what follows the verb and its answer, into a question, and by turns into other words."""
    for subject, (rest, answer), wh in product(about.mine if about.auxiliary else (), ways, openings):
        question = opened(tidied(f"{wh} {about.auxiliary} {subject} {about.base} {rest}?"))
        yield Asked("direct", question, opened(answer))
    turns = cycle(product(about.mine, ways, openings))
    for (kind, question, told), (subject, (rest, answer), wh) in zip(WRAPPED, turns, strict=False):
        indirect = tidied(f"{wh[:1].lower()}{wh[1:]} {subject} {about.verb_mine} {rest}")
        yield Asked(kind, question.format(indirect), opened(told.format(answer)))
