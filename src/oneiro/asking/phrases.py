"""Asks for every phrase of a clause: object, place, time, company and whatever else a preposition brings.

"Your mum works on a trawler out of Bluff." → "What does my mum work on?", "Tell me what my mum works out of.", each
answered with no more than is asked: "Your mum works out of Bluff." Only cutting and moving of words that were said; a
clause that a comma or a conjunction makes longer is left alone.

Source: transformations of a declarative sentence after Heilman and Smith (2009), without a parser: an English clause is
cut before its prepositions.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import cycle, pairwise, product
from typing import NamedTuple

from oneiro.asking.persons import to_me
from oneiro.asking.questions import WRAPPED, Asked
from oneiro.categories import categories
from oneiro.relations import ends_in_somebody, is_somebody
from oneiro.text import CALENDAR, opened, tidied, words
from oneiro.verbs import has_done, is_present, plain

_PREPOSITIONS = frozenset(
    "in on at near with for from to by under over above below behind beside opposite into onto through across "
    "against around along between inside outside about after before during since until till as without "
    "towards every".split()
)
_TWO = {"out": "of", "next": "to", "close": "to", "because": "of"}
_LONGER = re.compile(
    r"[,;:()\"“]|\b(and|or|but|that|which|who|whose|because|when|while|if|so|too|n|then|than|where|like|not|never|again|lol)\b|"
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
_CLOCK = re.compile(
    r"\d{1,2}(:\d\d|\.\d\d)?(am|pm|th|st|nd|rd|ish)?|[12]\d{3}s?|noon|midnight|weekends?|mornings?|afternoons?|evenings?|"
    r"nights?|spring|summers?|autumn|winters?|day|week|month|year|christmas|easter|dawn|dusk|one|two|three|four|five|six|"
    r"seven|eight|nine|ten|eleven|twelve"
)
_BESIDE_A_TIME = frozenset(
    "the this next last early late of and about around at half past quarter to every each other first second third my "
    "am pm o'clock until till".split()
)
_DAILY = re.compile(r"(school|work|breakfast|lunch|dinner|bed|church)$", re.IGNORECASE)
_TO_A_THING = frozenset(  # after these, "to" may stand before a bare noun: "listens to jazz"
    "go goes going went gone listen listens listening belong belongs belonging talk talks talking speak speaks move "
    "moved come comes came prefer prefers allergic addicted related immune sensitive devoted".split()
)
# After these, "to" mostly stands before what is done ("going to sing"), or before a bare noun of `_GONE_TO`.
_MAY_DO = frozenset("going went came come comes prefer prefers".split())
_GONE_TO = re.compile(
    r"school|nursery|kindergarten|college|university|uni|church|chapel|mass|mosque|temple|work|bed|sea|court|prison|jail|"
    r"town|hospital|market|war|yoga|judo|karate|choir|practice|therapy|physio|[a-z]+(?:ing|[^su]s)"
)
_OF_A_YEAR = re.compile(r"from [12]\d{3}\b(?! (?:to|until|till|on)\b)")  # "a tram from 1932"
_LENGTH = re.compile(
    r"(?!\d+ an? )([\w'’.,-]+ ){0,3}"  # not "for 90 a week"
    r"(minutes?|hours?|days?|nights?|weeks?|months?|seasons?|years?|decades?|generations?|centuries|winters|summers)",
    re.IGNORECASE,
)
_DETERMINED = re.compile(r"(the|a|an|my|your|his|her|their|our|this|one|two|old|some)\b|[A-ZÀ-Þ]")
_WHERE = frozenset(
    [
        *"in at near under above below behind beside opposite inside outside on between along".split(),
        "next to",
        "close to",
    ]
)
_RARELY_A_THING = frozenset("after before during since until till without by as every".split()) | {"because of"}
_SOMEBODY = re.compile(r"(your|his|her|their)\b|[A-ZÀ-Þ]")
MOVES = re.compile(
    r"\b(go|goes|going|come|comes|coming|mov\w+|fl[iy]\w*|travel\w*|driv\w+|sail\w*|commut\w+|walk\w*|cycl\w+|"
    r"emigrat\w+|return\w*|depart\w*|trip|been|gone|drove|flew|went|came|train|bus)\b"
)
_BELONGS = frozenset([("by", "with"), ("with", "from")])  # "by a nun with a ruler", "with the lads from the mill"
_HAS_A_PLACE = frozenset("for to from by".split())  # "for the opera in Ghent"
_NO_PLACE = re.compile(
    r"\b(age|list|coat|hat|shoes?|boots?|socks?|dress|uniform|suit|gale|rain|storm|snow|heat|cold|sun|fog|dark|side|way|"
    r"hurry|voice|"
    r"colou?r|ink|style|go|aeroplane|plane|key|role|row|mood|opinion|case|danger|love|trouble|pain|tears|Dutch|English|"
    r"French|German|Spanish|Italian|Portuguese|Polish|Russian|Arabic|Hindi|Latin|Greek|Welsh|Irish|Turkish|Swedish|Norwegian|Danish|Finnish|"
    r"Japanese|Chinese|Korean|Gaelic|Catalan|Basque|Hungarian|Czech|Slovak|Croatian|Serbian|Romanian|Bulgarian|"
    r"Ukrainian|Hebrew|Yiddish|Ladino|Urdu|Bengali|Tamil|Punjabi|Swahili|Zulu|Thai|Vietnamese|Farsi|Persian|Icelandic|"
    r"Esperanto|Braille|shorthand|Morse|pencil|chalk|capitals)\b"
)
_EVENT = re.compile(  # no place: "at the milking"
    r"\b(?!(?:building|crossing|landing|clearing|meeting|wedding|parking|spring|railing|ceiling)$)[a-z]{3,}ing$"
)
_THE_JOB = re.compile(r"\bthe (?:job|post|offer|contract|internship|apprenticeship|traineeship|scholarship)$")
_USED = frozenset(("vehicle", "means of transport", "instrument", "machine", "gadget"))  # what one is on while at it
_STAYS = frozenset("live stay sleep sit stand camp".split())  # where, not on what: "lives on the third floor"
_DONE_TO = re.compile(  # behind these a thing is somewhere: "parked in the yard", "now in the yard"
    r"\b(?:\w{2,}ed|\w+ing|asleep|born|torn|stolen|hidden|broken|frozen|kept|left|built|put|hung|lost|made|stuck|set|done|taken|"
    r"held|bound|drawn|sewn|written|grown|together|be|now|still|mostly|usually|always|often|currently|already)$"
)
_PUTS = re.compile(  # these need a place
    r"(?:to )?(?:puts?|putting|lays?|laid|sets?|place[sd]?|hangs?|hung|sticks?|stuck)\b"
    r"(?! (?:up|off|out|on|down|away)\b)"
)
_LIKES = frozenset("like love hate enjoy dislike".split())
_LIKED_FOR = re.compile(r"(?!\w+ing\b).* for \w+ing\b")
_KINDS = 2  # categories of a told word that it is asked for by
_KINDS_OF = {  # what may stand for "where" and "when"
    "Where": frozenset(("city", "country", "building", "room", "workplace", "kind of shop", "kind of school")),
    "When": frozenset(("month", "weekday")),
}
_TIMES = frozenset(("month", "months", "weekday", "weekdays"))
_SAYS = frozenset("think say believe claim".split())
_LASTS = frozenset("last lasted take took spend spent".split())
_STATES = frozenset("are is am was were have has had".split())
_NEEDS_MORE = frozenset("go went get got come came want have had".split())
_IN_NO_PLACE = frozenset("dream swear speak count sing pray write think read talk curse move moved".split())
_NO_OBJECT_OF_ITS_OWN = frozenset(
    "call called name named make made let die died come came cry cried sleep slept go went get got turned work "
    "worked".split()
)
NO_OBJECT = re.compile(
    r"((?:very|so|quite|rather|pretty|really|extremely) (?:\w+ly|well|late|early|often|hard|fast)|"
    r"(?:any|every|some|no)(?:one|body)|no one|"
    r"\w{2,}ed|\w+(ing|ly)|to|of|up|down|out|away|back|well|there|here|home|alone|awake|asleep|late|early|every|all|once|"
    r"twice|always|never|often|you|me|us|goal|first|second|third|last|instead|yesterday|today|tonight|now|"
    r"too|any ?more|at all|[a-z]+ times?)\b|\d+(?:st|nd|rd|th)?$|"
    r"[\w.,-]+ (?:km|kilomet(?:re|er)s?|miles?|met(?:re|er)s?|laps?|minutes?|hours?|days?|nights?|weeks?|months?|"
    r"years?)$",
    re.IGNORECASE,
)
_FURTHER = re.compile(
    r"(to (?!work\b)\w+|(?!working\b)\w+ing) "
    r"(?!(?:to|up|down|out|off|away|back|on|over|around|together|for|from|at|in|called|named|nicknamed|known)\b)\w"
)
_GETS = re.compile(r"\bget(?:ting)?$")
_NO_WHO = re.compile(  # "to be a nurse", "having a baby"
    r"(?:to )?(?:be|being|become|becoming|(?:have|having|expecting) (?!(?:the|my|your|our)\b)\w+)\b"
)
_ONLY_THEN = re.compile(  # what is told of such a time need not be so at others
    r"an? (?:good|bad|fine|calm|dry|wet|hot|cold|warm|rainy|sunny|clear|busy|quiet|lucky|normal) "
    r"(?:day|night|morning|evening|week|month|season|year)$"
)
_HAS_THE = re.compile(r"(?:to )?have (?:the|my|your|our) ")
_COUNTED = re.compile(r"(?:\d|one|two|three|four|five|six|seven|eight|nine|ten|no)\b")
_HELPERS = frozenset("does do did can cannot could will would must should may might shall".split())
_HELPED = {  # what opens a question about the user, and about another, where the statement's verb needs another one
    **{"will": ("will", "will"), "shall": ("will", "will"), "won't": ("won't", "won't"), "can": ("can", "can")},
    **{"can't": ("can't", "can't"), "cannot": ("can't", "can't"), "doesn't": ("don't", "doesn't")},
    **{"didn't": ("didn't", "didn't"), "hasn't": ("haven't", "hasn't")},
}
_ADVERBS = frozenset("never always still often usually mostly rarely seldom hardly sometimes".split())
# With these behind it a verb of `_HELPED` asks for no phrase: "can't help knocking on wood".
_OPENS_NOTHING = frozenset("be have been had not even only help seem get never always still hardly barely".split())


class Clause(NamedTuple):
    """Who does what: the subject in the user's mouth (perhaps in two ways) and in the answer, the verb, all the rest.

    `auxiliary` opens a question ("does", "am"), `base` is the verb behind it ("work"; empty with a form of "be").
    What is true of a `whole` clause need not be of a part: who doesn't play cricket in June may play it in May.
    """

    mine: tuple[str, ...]
    yours: str
    auxiliary: str
    base: str
    verb_mine: str
    verb_yours: str
    rest: str
    whole: bool = False


class Phrase(NamedTuple):
    """One phrase: what stands between the verb and it, its preposition (none for an object) and its words."""

    before: str
    preposition: str
    words: str

    @property
    def said(self) -> str:
        """The phrase as it was said."""
        return f"{self.preposition} {self.words}".strip()


def clause(owner: str, verb: str, rest: str, *, adverb: str = "", known_as: tuple[str, ...] = ()) -> Clause | None:
    """Describe a clause about the user (no owner) or about somebody or something of theirs; the verb is "builds".

    `adverb` stands before the verb ("never"); `known_as` are other ways in which the user may speak of the owner. None
    for a verb that needs another which no question can begin with.
    """
    mine, yours = ((*known_as, f"my {owner}")[:2], f"your {owner}") if owner else (("I",), "you")
    if verb in _HELPED:
        helper, (base, _, further) = _HELPED[verb][bool(owner)], rest.partition(" ")
        if base in _OPENS_NOTHING or adverb or base.endswith("ly"):
            return None
        helped = f"{helper} {base}"
        return Clause(mine, yours, helper, base, helped, helped, further, whole=helper != "will")
    if verb.endswith("n't") or verb in _HELPERS or (adverb and adverb not in _ADVERBS):
        return None
    you, before = plain(verb), f"{adverb} " if adverb else ""
    if verb in ("is", "was", "are", "were"):
        am = "am" if verb == "is" and not owner else verb
        is_so, are_so = f"{am} {adverb}".strip(), f"{verb if owner else you} {adverb}".strip()
        return Clause(mine, yours, am, adverb, is_so, are_so, rest, whole=bool(adverb))
    with_you = before + (verb if owner else you)
    helper = ("does" if owner else "do") if is_present(verb) else ""
    return Clause(mine, yours, helper, before + you, with_you, with_you, rest, whole=bool(adverb))


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
        last = found[-1] if found else None
        if last and _is_place(preposition, said) and (_is_place(*last[1:]) or last.preposition.lower() in _HAS_A_PLACE):
            found[-1] = last._replace(words=f"{last.words} {preposition} {said}")
        else:
            found.append(Phrase(first, preposition, said))
    return found


def _is_place(preposition: str, said: str) -> bool:
    """Say whether a phrase tells a place."""
    beside = said in ("you", "me") and preposition.lower() not in ("in", "at", "on")  # "in the room above you"
    placed = preposition.lower() in _WHERE and bool(beside or _DETERMINED.match(said)) and not _NO_PLACE.search(said)
    event = (preposition.lower() == "at" and _EVENT.search(said)) or _ONLY_THEN.match(said)
    return placed and not event and not _timed(preposition.lower(), said)


def _starts(tokens: list[str], n: int, verb: str) -> bool:
    """Say whether a phrase begins at a word."""
    token, following = tokens[n].lower(), tokens[n + 1].lower() if n + 1 < len(tokens) else ""
    before = tokens[n - 1].lower() if n else verb.rpartition(" ")[2]
    if n and (_TWO.get(before) == token or (token == "every" and before in _PREPOSITIONS)):  # "from every port"
        return False
    if token == "from" and {"a", "an"} & set(tokens[:n]) and _OF_A_YEAR.match(" ".join(tokens[n:])):
        return False
    if (
        token == "to"
        and not _DETERMINED.match(tokens[n + 1] if following else "")
        and following[:1] not in "0123456789"
    ):
        if before in _MAY_DO:
            return bool(_GONE_TO.fullmatch(following))
        return bool(_TO_A_THING & {*(t.lower() for t in tokens[:n]), verb})  # not in "wants to sail"
    if n and token in ("on", "in", "by", "over", "through") and following in _PREPOSITIONS - {"every"}:
        return False  # "taken on in the workshop"
    return _TWO.get(token) == following or token in _PREPOSITIONS


def asked_by_phrase(about: Clause) -> Iterator[Asked]:
    """Ask for each phrase of a clause.

    Where there are several phrases, every other question holds all the others and is answered with the whole clause:
    who has learned "Where do I work?" and "When do I work?" would answer "Where do I work after school?" with either.
    """
    found = phrases(about.rest, about.base)
    for at, phrase in enumerate(found):
        wh, stranded = _question_words(about, phrase) or ("", "")
        openings = [*filter(None, [wh]), *_by_kind(about, phrase, wh, stranded)]
        if not openings:
            continue
        if at and wh == "What" and not about.base and not phrase.before:
            continue  # who is "at the clinic with a cough" is not "with a cough"
        if at and (found[at - 1].preposition.lower(), phrase.preposition.lower()) in _BELONGS:
            continue
        ways = [(to_me(rest), tidied(answer)) for rest, answer in _ways(about, found, at, stranded)]
        yield from _worded(about, openings, ways)


def _ways(about: Clause, found: Sequence[Phrase], at: int, stranded: str) -> Iterator[tuple[str, str]]:
    """Ask for a phrase alone and beside all the others: what follows the verb, and the answer.

    What came before the phrase is told before the preposition that stays behind: "baked a cake with a star for". What
    came after it may belong to it, as in "from the salt in soup", unless it is a time or the like.
    """
    phrase = found[at]
    timed = [other for other in found if _timed(other.preposition.lower(), other.words)]
    others = [other for other in found if other is not phrase and other.preposition]
    before = [other for other in found[:at] if other in others and other not in timed]
    after = [other for other in others if other not in before]
    moves = MOVES.search(f"{about.base} {phrase.before}")
    hangs_on = before and phrase.preposition.lower() == "from" and not moves  # "paid in rice from the café"
    if not others or not (about.whole or hangs_on or _needs_all(about, phrase, others)):
        yield f"{phrase.before} {stranded}", f"{about.yours} {about.verb_yours} {phrase.before} {phrase.said}."
    belong = [other for other in after if other not in timed and other.preposition.lower() not in _RARELY_A_THING]
    twice = stranded and any(other.preposition.lower() == stranded for other in others)  # "with tents with"
    if others and not twice and not (stranded and phrase.preposition and belong):
        rest = [phrase.before, *(other.said for other in before), stranded, *(other.said for other in after)]
        yield " ".join(rest), f"{about.yours} {about.verb_yours} {' '.join(one.said for one in found)}."


def _needs_all(about: Clause, phrase: Phrase, others: Sequence[Phrase]) -> bool:
    """Say whether a part of a clause tells too little: "put the ladder" (in the loft), "a stamp" (from every port)."""
    acted_on = phrase.before or phrase.words
    each = any(re.match(r"(?:every|each)\b", other.words) for other in (phrase, *others))
    beside = phrase.preposition == "with" and not phrase.before and about.base in _NEEDS_MORE  # "goes with an aunt"
    only_then = any(_ONLY_THEN.match(other.words) for other in others)  # "ten knots" (on a good day)
    stays = _HAS_THE.match(acted_on) and ends_in_somebody(acted_on)  # "has the girls" (at weekends)
    puts = _PUTS.match(about.base) or _PUTS.match(acted_on)
    return bool(puts or beside or only_then or stays or (each and re.match(r"(?:an?|one)\b", acted_on)))


def _by_kind(about: Clause, phrase: Phrase, wh: str, stranded: str) -> list[str]:
    """Open a question with what a told word is a kind of: "Which instrument", "In which city".

    "What do I have?" may be anything, so that is asked in this way only.
    """
    owned = about.base in ("have", "own", "keep") and not (phrase.preposition or phrase.words.startswith("no "))
    owned = owned and not has_done(phrase.words.split()[0])  # "has sold the canoe"
    if about.base in _SAYS or (phrase.preposition == "to" and not _DETERMINED.match(phrase.words)):
        return []  # "thinks pineapple belongs on pizza", "goes to bed"
    kinds = categories(phrase.words)[:_KINDS]
    if not _timed(phrase.preposition.lower(), phrase.words):
        kinds = [kind for kind in kinds if kind not in _TIMES]  # not in "went to the fair each May"
    if wh == "What" or owned:
        return [f"which {kind}" for kind in kinds]
    fitting = [kind for kind in kinds if kind in _KINDS_OF.get(wh, ()) and phrase.preposition != "every"]
    return [f"{'' if stranded else phrase.preposition} which {kind}".strip() for kind in fitting]


def _worded(about: Clause, openings: Sequence[str], ways: Sequence[tuple[str, str]]) -> Iterator[Asked]:
    """Put each way of asking, what follows the verb and its answer, into a question, and by turns into other words."""
    for subject, (rest, answer), wh in product(about.mine if about.auxiliary else (), ways, openings):
        question = opened(tidied(f"{wh} {about.auxiliary} {subject} {about.base} {rest}?"))
        yield Asked("direct", question, opened(answer))
    turns = cycle(product(about.mine, ways, openings))
    for (kind, question, told), (subject, (rest, answer), wh) in zip(WRAPPED, turns, strict=False):
        indirect = tidied(f"{wh[:1].lower()}{wh[1:]} {subject} {about.verb_mine} {rest}")
        yield Asked(kind, question.format(indirect), opened(told.format(answer)))


def _question_words(about: Clause, phrase: Phrase) -> tuple[str, str] | None:
    """Choose the question word and the preposition that stays behind; None where no question is sure to fit."""
    said, preposition = phrase.words, phrase.preposition.lower()
    somebody = is_somebody(said) and not re.search(r"\b(called|named)\b|['’]s\b|^be(com)?ing\b", said)
    if not preposition:
        return _of_object(about, said, somebody=somebody)
    if preposition in ("for", "since") and _LENGTH.fullmatch(said):
        return ("How long", "")
    if _timed(preposition, said):
        empty = not phrase.before and (not about.base or about.base in _NEEDS_MORE) and preposition != "from"
        return None if empty else _of_time(preposition, said)
    if preposition in _RARELY_A_THING:
        return None
    if somebody:
        return ("Who", preposition)
    if (preposition in _WHERE or preposition == "with") and _is_like_that(about, phrase):
        return None
    if preposition in _WHERE:
        return _of_place(about, phrase)
    return _of_another(about, phrase)


def _is_like_that(about: Clause, phrase: Phrase) -> bool:
    """Say whether a phrase tells what a thing is like: "pale green with dots", unlike "parked in the yard"."""
    thing = about.mine != ("I",) and not is_somebody(about.mine[0])
    return thing and not about.base and bool(phrase.before) and not _DONE_TO.search(phrase.before)


def _timed(preposition: str, said: str) -> bool:
    """Say whether a phrase tells a time and nothing else."""
    if preposition in ("after", "before", "during") and _DAILY.match(said):
        return True
    heard = words(said)
    times = [word for word in heard if word in CALENDAR or word.removesuffix("s") in CALENDAR or _CLOCK.fullmatch(word)]
    return bool(times) and set(heard) <= _BESIDE_A_TIME | set(times)


def _of_time(preposition: str, said: str) -> tuple[str, str] | None:
    if preposition in ("until", "till", "since"):
        return (f"{preposition.title()} when", "")
    if preposition == "from":
        return ("From which year", "") if re.fullmatch(r"\d{4}", said) else None
    return ("When", "") if preposition in ("in", "on", "at", "after", "before", "during", "every") else None


def _of_place(about: Clause, phrase: Phrase) -> tuple[str, str] | None:
    preposition = phrase.preposition.lower()
    if _is_place(preposition, phrase.words):
        if (preposition == "in" and about.base in _IN_NO_PLACE) or (
            about.mine == ("I",) and not about.base and not phrase.before
        ):
            return None
        got_at = preposition == "at" and about.base in ("get", "got") and not phrase.before  # "got at the jam"
        if got_at or _THE_JOB.search(phrase.before):  # "turned down the job in Hull"
            return None
        used = not phrase.before or _is_used(about, phrase)
        on_what = preposition == "on" and used and about.base not in _STAYS
        return ("What", "on") if on_what else ("Where", "")
    return None if phrase.before or not about.base or _DETERMINED.match(phrase.words) else ("What", preposition)


def _is_used(about: Clause, phrase: Phrase) -> bool:
    """Say whether what one is on is used: "plays a tune on the harp", unlike "is a cook on a bus"."""
    does = about.base or re.match(r"\w+ing\b", phrase.before)
    return bool(does and _USED & {*categories(phrase.words)})


def _of_another(about: Clause, phrase: Phrase) -> tuple[str, str] | None:
    """Ask for what comes with "to", "from", "with" and the like."""
    said, preposition = phrase.words, phrase.preposition.lower()
    if re.match(r"(you|me)\b", said):
        return ("Who", preposition)
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
        return ("Where", "" if preposition == "into" else preposition) if moves else ("Who", "to") if bound else None
    return ("What", preposition)


def _of_object(about: Clause, said: str, *, somebody: bool) -> tuple[str, str] | None:
    """Ask for what the verb, or the one behind it ("building"), acts on; what "is" or "has" is asked for elsewhere."""
    further = _FURTHER.match(said)
    acted_on = said[further.end() - 1 :] if further else ""
    nothing = NO_OBJECT.fullmatch(acted_on) and not re.search(r"\d|ing$", acted_on)  # "getting married"
    gets = further and _GETS.search(further[1]) and NO_OBJECT.match(acted_on)  # "to get married first"
    if further and not (nothing or gets or (further[1].startswith("to ") and about.verb_yours in _STATES)):
        return ("Who" if ends_in_somebody(acted_on) and not _NO_WHO.match(said) else "What", further[1])
    if about.base in _LASTS and _LENGTH.fullmatch(said):
        return ("How long", "")
    if about.verb_yours in _STATES or about.base in _NO_OBJECT_OF_ITS_OWN or NO_OBJECT.match(said):
        return None
    return ("Who", "") if somebody and about.base not in ("become", "became") else ("What", "")
