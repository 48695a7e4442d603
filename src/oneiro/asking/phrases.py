"""Phrases: what follows the verb of a clause, cut before its prepositions.

"drones in his garage" → "drones" and "in his garage". Clause's rest → its object and its prepositional phrases, and
which of them tell a place or a time. Only cutting of words that were said; what a comma or a conjunction makes longer
is left alone.

Source: ours, in place of the parser that Heilman and Smith (2009) take phrases from.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from oneiro.asking.clauses import PREPOSITIONS, TO_A_THING
from oneiro.text import CALENDAR, words

_OPENS_NONE = frozenset("up down out off of away back right next".split())  # "gets up", "a bit of cake"
_PREPOSITIONS = (PREPOSITIONS - _OPENS_NONE) | frozenset(
    "below onto across along between after before during since until till without every".split()
)
_TWO = {"out": "of", "next": "to", "close": "to", "because": "of"}
_LONGER = re.compile(
    r"[,;()\"“]|:(?!\d)|\b(and|or|but|that|which|who|whose|because|when|while|if|so|too|n|then|than|where|like|not|never|again|lol)\b|"
    r"\ba (?:week|fortnight) on (?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.IGNORECASE,
)
_AND_WHERE = re.compile(r", (?=(?:in|near|at|on|outside|by) )")  # "in Colonia, in Uruguay"
_EXACTLY = re.compile(
    r"\b(?:right|just|directly) (?=(?:next|under|above|below|behind|beside|opposite)\b)|"
    r"^(?:down|up|over|out|back) (?=by (?:the|a|an|my|your)\b)"  # "down by the weir"
)
_FIXED = re.compile(
    r"(for (a living|fun|free|nothing|now|good|sure|example|once|ages|the [a-z-]+ time( ever)?)|"
    r"from (birth|childhood|infancy|scratch|memory|time to time|then on|now on|(day|week|year) to (day|week|year))|"
    r"at (all|least|last|most|present|the moment|times|once)|"
    r"in (general|person|fact|advance|total|particular|time|front|my own)|on (time|purpose|and off|top)|"
    r"by (far|now|the way)|to (be|do|have|go|get|see|make|take|learn|keep|[a-z]+ [a-z]+ing)\b.*|as (well|usual))$",
    re.IGNORECASE,
)
_LIKES = frozenset("like love hate enjoy dislike".split())
_LIKED_FOR = re.compile(r"(?!\w+ing\b).* for \w+ing\b")
# After these, "to" mostly stands before what is done ("going to sing"), or before a bare noun of `_GONE_TO`.
_MAY_DO = frozenset("going went came come comes prefer prefers".split())
_GONE_TO = re.compile(
    r"school|nursery|kindergarten|college|university|uni|church|chapel|mass|mosque|temple|work|bed|sea|court|prison|jail|"
    r"town|hospital|market|war|yoga|judo|karate|choir|practice|therapy|physio|[a-z]+(?:ing|[^su]s)"
)
_OF_A_YEAR = re.compile(r"from [12]\d{3}\b(?! (?:to|until|till|on)\b)")  # "a tram from 1932"
DETERMINED = re.compile(r"(the|a|an|my|your|his|her|their|our|this|one|two|old|some)\b|[A-ZÀ-Þ]")
WHERE = frozenset(
    [
        *"in at near under above below behind beside opposite inside outside on between along".split(),
        "next to",
        "close to",
    ]
)
_HAS_A_PLACE = frozenset("for to from by".split())  # "for the opera in Ghent"
_NO_PLACE = re.compile(
    r"\b(age|list|coat|hat|shoes?|boots?|socks?|dress|uniform|suit|gale|rain|storm|snow|heat|cold|sun|fog|dark|side|way|"
    r"hurry|voice|"
    r"colou?r|ink|style|go|aeroplane|plane|key|role|row|mood|opinion|case|danger|love|trouble|pain|tears|Dutch|English|"
    r"French|German|Spanish|Italian|Portuguese|Polish|Russian|Arabic|Hindi|Latin|Greek|Welsh|Irish|Turkish|Swedish|Norwegian|Danish|Finnish|"
    r"Japanese|Chinese|Korean|Gaelic|Catalan|Basque|Hungarian|Czech|Slovak|Croatian|Serbian|Romanian|Bulgarian|"
    r"Ukrainian|Hebrew|Yiddish|Ladino|Urdu|Bengali|Tamil|Punjabi|Swahili|Zulu|Thai|Vietnamese|Farsi|Persian|Icelandic|"
    r"Esperanto|Braille|shorthand|Morse|pencil|chalk|capitals|debt|risk|(?:twen|thir|for|fif|six|seven|eigh|nine)ties)\b"
)
_EVENT = re.compile(  # no place: "at the milking"
    r"\b(?!(?:building|crossing|landing|clearing|meeting|wedding|parking|spring|railing|ceiling)$)[a-z]{3,}ing$"
)
ONLY_THEN = re.compile(  # what is told of such a time need not be so at others
    r"an? (?:good|bad|fine|calm|dry|wet|hot|cold|warm|rainy|sunny|clear|busy|quiet|lucky|normal) "
    r"(?:day|night|morning|evening|week|month|season|year)$"
)
_CLOCK = re.compile(
    r"\d{1,2}(:\d\d|\.\d\d)?(am|pm|th|st|nd|rd|ish)?|[12]\d{3}s?|noon|midnight|weekends?|mornings?|afternoons?|evenings?|"
    r"nights?|spring|summers?|autumn|winters?|days?|weeks?|months?|years?|christmas|easter|dawn|dusk|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve"
)
_BESIDE_A_TIME = frozenset(
    "the this next last early late of a few couple and about around at half past quarter to every each other first "
    "second third my am pm o'clock until till".split()
)
_DAILY = re.compile(r"(school|work|breakfast|lunch|dinner|bed|church)$", re.IGNORECASE)


class Phrase(NamedTuple):
    """One phrase: what stands between the verb and it, its preposition (none for an object) and its words."""

    before: str
    preposition: str
    words: str

    @property
    def said(self) -> str:
        """The phrase as it was said."""
        return f"{self.preposition} {self.words}".strip()

    @property
    def is_place(self) -> bool:
        """Whether it tells a place."""
        preposition, said = self.preposition.lower(), self.words
        beside = said in ("you", "me") and preposition not in ("in", "at", "on")  # "in the room above you"
        placed = preposition in WHERE and bool(beside or DETERMINED.match(said)) and not _NO_PLACE.search(said)
        event = (preposition == "at" and _EVENT.search(said)) or ONLY_THEN.match(said)
        return placed and not event and not self.is_time

    @property
    def is_time(self) -> bool:
        """Whether it tells a time and nothing else."""
        if self.preposition.lower() in ("after", "before", "during") and _DAILY.match(self.words):
            return True
        said = words(self.words)
        times = [one for one in said if one in CALENDAR or one.removesuffix("s") in CALENDAR or _CLOCK.fullmatch(one)]
        return bool(times) and set(said) <= _BESIDE_A_TIME | set(times)


def phrases(rest: str, verb: str = "") -> list[Phrase]:
    """Cut what follows the verb; none where it is no plain row of phrases. Places side by side are one phrase."""
    rest = _EXACTLY.sub("", _AND_WHERE.sub(" ", rest))
    if _LONGER.search(rest):
        return []
    if verb.rpartition(" ")[2] in _LIKES and _LIKED_FOR.match(rest):
        return [Phrase("", "", rest)]  # not praise is liked, but "praise for singing in tune"
    tokens = rest.split()
    starts = [n for n in range(len(tokens)) if _starts(tokens, n, verb)]
    edges = [*starts, len(tokens)]
    first = " ".join(tokens[: edges[0]])
    found = [Phrase("", "", first)] if first else []
    for start, end in pairwise(edges):
        size = 2 if tokens[start].lower() in _TWO else 1
        preposition, said = " ".join(tokens[start : start + size]), " ".join(tokens[start + size : end])
        if not said or _FIXED.match(" ".join(tokens[start:end])):
            continue
        phrase, last = Phrase(first, preposition, said), found[-1] if found else None
        if last and phrase.is_place and (last.is_place or last.preposition.lower() in _HAS_A_PLACE):
            found[-1] = last._replace(words=f"{last.words} {phrase.said}")
        else:
            found.append(phrase)
    return found


def _starts(tokens: list[str], n: int, verb: str) -> bool:
    """Say whether a phrase begins at a word."""
    token, following = tokens[n].lower(), tokens[n + 1].lower() if n + 1 < len(tokens) else ""
    before = tokens[n - 1].lower() if n else verb.rpartition(" ")[2]
    if n and (_TWO.get(before) == token or (token == "every" and before in _PREPOSITIONS)):  # "from every port"
        return False
    if token == "from" and {"a", "an"} & set(tokens[:n]) and _OF_A_YEAR.match(" ".join(tokens[n:])):
        return False
    if token == "to" and not DETERMINED.match(tokens[n + 1] if following else "") and following[:1] not in "0123456789":
        if before in _MAY_DO:
            return bool(_GONE_TO.fullmatch(following))
        return bool(TO_A_THING & {*(t.lower() for t in tokens[:n]), verb})  # not in "wants to sail"
    if n and token in ("on", "in", "by", "over", "through") and following in _PREPOSITIONS - {"every"}:
        return False  # "taken on in the workshop"
    return _TWO.get(token) == following or token in _PREPOSITIONS
