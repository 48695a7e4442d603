"""Question words: what asks for a phrase, and which preposition stays behind.

"on a trawler" → "What … on?", "in Perth" → "Where", "In which city", "with aunt Asta" → "Who … with?". Clause and
phrase → the words that a question for the phrase may open with; none where no question is sure to fit.

Source: question phrases as in Heilman and Smith's (2009) transformations; in place of the entity types that they tag
stand word lists (`relations.py`, `categories.py`), blind to what they do not hold.
"""

import re
from typing import NamedTuple

from oneiro.asking.inversion import Inverted
from oneiro.asking.phrases import DETERMINED, WHERE, Phrase
from oneiro.categories import categories
from oneiro.relations import ends_in_somebody, is_somebody
from oneiro.verbs import has_done

_LENGTH = re.compile(
    r"(?!.*(?<!half)(?<!about)(?<!around)(?<!over)(?<!nearly)(?<!almost)(?<!than) an? )"  # not "90 a week"
    r"([\w'’.,-]+ ){0,3}"
    r"(minutes?|hours?|days?|nights?|weeks?|months?|seasons?|years?|decades?|generations?|centuries|winters|summers)",
    re.IGNORECASE,
)
# Behind these stands a time, a way or a reason.
RARELY_A_THING = frozenset("after before during since until till without by as every".split()) | {"because of"}
NEEDS_MORE = frozenset("go went get got come came want have had".split())  # "What do I go with?" may be anything
MOVES = re.compile(  # "from" and "to" with these are asked for with "where"
    r"\b(go|goes|going|come|comes|coming|mov\w+|fl[iy]\w*|travel\w*|driv\w+|sail\w*|commut\w+|walk\w*|cycl\w+|"
    r"emigrat\w+|return\w*|depart\w*|trip|been|gone|drove|flew|went|came|train|bus)\b"
)
_DONE_TO = re.compile(  # behind these a thing is somewhere: "parked in the yard", "now in the yard"
    r"\b(?:\w{2,}ed|\w+ing|asleep|born|torn|stolen|hidden|broken|frozen|kept|left|built|put|hung|lost|made|stuck|set|done|taken|"
    r"held|bound|drawn|sewn|written|grown|together|be|now|still|mostly|usually|always|often|currently|already)$"
)
_IN_NO_PLACE = frozenset(  # "sings in Latin"
    "dream swear speak count sing pray write think read talk curse move moved".split()
)
_THE_JOB = re.compile(r"\bthe (?:job|post|offer|contract|internship|apprenticeship|traineeship|scholarship)$")
_USED = frozenset(("vehicle", "means of transport", "instrument", "machine", "gadget"))  # what one is on while at it
_STAYS = frozenset("live stay sleep sit stand camp".split())  # where, not on what: "lives on the third floor"
_SOMEBODY = re.compile(r"(your|his|her|their)\b|[A-ZÀ-Þ]")
_COUNTED = re.compile(r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|no)\b")
_FURTHER = re.compile(  # the verb behind the verb: "building a kite", "to sell the barge"
    r"(to (?!work\b)\w+|(?!working\b)\w+ing) "
    r"(?!(?:to|up|down|out|off|away|back|on|over|around|together|for|from|at|in|called|named|nicknamed|known)\b)\w"
)
NO_OBJECT = re.compile(  # what no verb acts on: "badly", "nobody", "3 laps"
    r"((?:very|so|quite|rather|pretty|really|extremely) (?:\w+ly|well|late|early|often|hard|fast)|"
    r"(?:any|every|some|no)(?:one|body)|no one|(?:once|twice|[a-z]+ times) an? \w+|"
    r"\w{2,}ed|\w+(ing|ly)|to|of|up|down|out|away|back|well|there|here|home|alone|awake|asleep|late|early|every|all|once|"
    r"twice|always|never|often|you|me|us|goal|first|second|third|last|instead|yesterday|today|tonight|now|"
    r"too|any ?more|at all|[a-z]+ times?)\b|\d+(?:st|nd|rd|th)?$|"
    r"[\w.,-]+ (?:km|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|laps?|minutes?|hours?|days?|nights?|weeks?|months?|"
    r"years?)$",
    re.IGNORECASE,
)
NOT_WHAT = re.compile(  # what a verb acts on does not begin so: "bowls but doesn't bat"
    r"(but|and|or|nor|because|when|while|if|unless|only|as|like)\b"
)
_NO_OBJECT_OF_ITS_OWN = frozenset(  # "turned vegan", "called the newt Sly"
    "call called name named make made let die died come came cry cried sleep slept go went get got turned work "
    "worked".split()
)
_GETS = re.compile(r"\bget(?:ting)?$")
_NO_WHO = re.compile(  # "to be a nurse", "having a baby"
    r"(?:to )?(?:be|being|become|becoming|(?:have|having|expecting) (?!(?:the|my|your|our)\b)\w+)\b"
)
_LASTS = frozenset("last lasted take took spend spent".split())  # "takes two hours"
_MEETS = re.compile(r"\b(?:marr(?:y|ied|ying)|dat(?:e|ed|ing)|meet(?:ing)?|met)$")
_STATES = frozenset("are is am was were have has had".split())  # what one is or has is asked for elsewhere
_KINDS = 2  # categories of a told word that it is asked for by
_KINDS_OF = {  # what may stand for "where" and "when"
    "Where": frozenset(("city", "country", "building", "room", "workplace", "kind of shop", "kind of school")),
    "When": frozenset(("month", "weekday")),
}
_TIMES = frozenset(("month", "months", "weekday", "weekdays"))
_SAYS = frozenset("think say believe claim".split())  # what follows is a clause: "thinks pineapple belongs on pizza"


class QuestionWords(NamedTuple):
    """What questions for a phrase may open with ("Where", "in which city"), and the preposition that stays behind."""

    openings: tuple[str, ...]
    stranded: str


class _Word(NamedTuple):
    """A question word, and the preposition that stays behind."""

    wh: str
    stranded: str = ""


def question_words(about: Inverted, phrase: Phrase) -> QuestionWords:
    """Choose what asks for a phrase: a question word, and what a told word is a kind of; nothing where none may fit."""
    word = _question_word(about, phrase) or _Word("")
    return QuestionWords((*filter(None, [word.wh]), *_by_kind(about, phrase, word)), word.stranded)


def _question_word(about: Inverted, phrase: Phrase) -> _Word | None:
    """Choose the question word and the preposition that stays behind; None where no question is sure to fit."""
    said, preposition = phrase.words, phrase.preposition.lower()
    somebody = is_somebody(said) and not re.search(r"\b(called|named)\b|['’]s\b|^be(com)?ing\b", said)
    if not preposition:
        return _of_object(about, said, somebody=somebody)
    if preposition in ("for", "since") and _LENGTH.fullmatch(said):
        return _Word("How long")
    took = preposition == "in" and _LENGTH.fullmatch(said) and not re.match(r"(?:the|this|that|my|your)\b", said)
    if took and not about.auxiliary:
        return None  # how long it took: "learned Finnish in two years"
    if phrase.is_time:
        empty = not phrase.before and (not about.base or about.base in NEEDS_MORE) and preposition != "from"
        return None if empty else _of_time(preposition, said)
    if preposition in RARELY_A_THING:
        return None
    if said == "home":
        return _Word("Where", "from" if preposition == "from" else "")
    if somebody:
        return _Word("Who", preposition)
    if (preposition in WHERE or preposition == "with") and _is_like_that(about, phrase):
        return None
    if preposition in WHERE:
        return _of_place(about, phrase)
    return _of_another(about, phrase)


def _is_like_that(about: Inverted, phrase: Phrase) -> bool:
    """Say whether a phrase tells what a thing is like: "pale green with dots", unlike "parked in the yard"."""
    thing = about.mine != ("I",) and not is_somebody(about.mine[0])
    return thing and not about.base and bool(phrase.before) and not _DONE_TO.search(phrase.before)


def _of_time(preposition: str, said: str) -> _Word | None:
    if preposition in ("until", "till", "since"):
        return _Word(f"{preposition.title()} when")
    if preposition == "from":
        return _Word("From which year") if re.fullmatch(r"\d{4}", said) else None
    return _Word("When") if preposition in ("in", "on", "at", "after", "before", "during", "every") else None


def _of_place(about: Inverted, phrase: Phrase) -> _Word | None:
    preposition = phrase.preposition.lower()
    if phrase.is_place:
        if (preposition == "in" and about.base in _IN_NO_PLACE) or (
            about.mine == ("I",) and not about.base and not phrase.before
        ):
            return None
        got_at = preposition == "at" and about.base in ("get", "got") and not phrase.before  # "got at the jam"
        if got_at or _THE_JOB.search(phrase.before):  # "turned down the job in Hull"
            return None
        used = not phrase.before or _is_used(about, phrase)
        on_what = preposition == "on" and used and about.base not in _STAYS
        return _Word("What", "on") if on_what else _Word("Where")
    return None if phrase.before or not about.base or DETERMINED.match(phrase.words) else _Word("What", preposition)


def _is_used(about: Inverted, phrase: Phrase) -> bool:
    """Say whether what one is on is used: "plays a tune on the harp", unlike "is a cook on a bus"."""
    does = about.base or re.match(r"\w+ing\b", phrase.before)
    return bool(does and _USED & {*categories(phrase.words)})


def _of_another(about: Inverted, phrase: Phrase) -> _Word | None:
    """Ask for what comes with "to", "from", "with" and the like."""
    said, preposition = phrase.words, phrase.preposition.lower()
    if re.match(r"(you|me)\b", said):
        return _Word("Who", preposition)
    if re.match(r"(same|other|that|those)\b|the (same|other)\b|[12]\d{3}\b", said):
        return None
    if not about.base and re.match(r"(a|an|the)\b", phrase.before):
        return None  # "the one with the hat"
    if preposition == "with" and _SOMEBODY.match(said):
        return None
    if preposition == "with" and re.search(r"\ban? ", phrase.before) and _COUNTED.match(said):
        return None  # "a flat with two bedrooms"
    if said[:1].isupper() and preposition in ("to", "from", "into"):
        moves = MOVES.search(f"{about.base} {phrase.before}")
        bound = re.search(r"\b(married|engaged|related)$", phrase.before)
        if moves:
            return _Word("Where", "" if preposition == "into" else preposition)
        return _Word("Who", "to") if bound else None
    return _Word("What", preposition)


def _of_object(about: Inverted, said: str, *, somebody: bool) -> _Word | None:
    """Ask for what the verb, or the one behind it ("building"), acts on; what "is" or "has" is asked for elsewhere."""
    further = _FURTHER.match(said)
    acted_on = said[further.end() - 1 :] if further else ""
    nothing = NO_OBJECT.fullmatch(acted_on) and not re.search(r"\d|ing$", acted_on)  # "getting married"
    gets = further and _GETS.search(further[1]) and NO_OBJECT.match(acted_on)  # "to get married first"
    if further and not (nothing or gets or (further[1].startswith("to ") and about.verb_yours in _STATES)):
        who = ends_in_somebody(acted_on) or _meets(further[1], acted_on)
        return _Word("Who" if who and not _NO_WHO.match(said) else "What", further[1])
    if about.base in _LASTS and _LENGTH.fullmatch(said):
        return _Word("How long")
    if about.verb_yours in _STATES or about.base in _NO_OBJECT_OF_ITS_OWN or NO_OBJECT.match(said):
        return None
    somebody = somebody or _meets(about.base, said)
    return _Word("Who" if somebody and about.base not in ("become", "became") else "What")


def _meets(verb: str, whom: str) -> bool:
    """Say whether somebody known by name alone is met: "married" "Ines"."""
    return bool(_MEETS.search(verb)) and whom[:1].isupper()


def _by_kind(about: Inverted, phrase: Phrase, word: _Word) -> list[str]:
    """Open a question with what a told word is a kind of: "Which instrument", "In which city".

    "What do I have?" may be anything, so that is asked in this way only.
    """
    owned = about.base in ("have", "own", "keep") and not (phrase.preposition or phrase.words.startswith("no "))
    owned = owned and not has_done(phrase.words.split()[0])  # "has sold the canoe"
    if about.base in _SAYS or (phrase.preposition == "to" and not DETERMINED.match(phrase.words)):
        return []  # "thinks pineapple belongs on pizza", "goes to bed"
    kinds = categories(phrase.words)[:_KINDS]
    if not phrase.is_time:
        kinds = [kind for kind in kinds if kind not in _TIMES]  # not in "went to the fair each May"
    if word.wh == "What" or owned:
        return [f"which {kind}" for kind in kinds]
    fitting = [kind for kind in kinds if kind in _KINDS_OF.get(word.wh, ()) and phrase.preposition != "every"]
    return [f"{'' if word.stranded else phrase.preposition} which {kind}".strip() for kind in fitting]
