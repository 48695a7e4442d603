"""A statement cut at its verb: of whom it tells, the verb, and the rest, told to the user.

"The user's nan always plays the ukulele." → owner "nan", adverb "always", verb "plays", rest "the ukulele"; told back:
"Your nan always plays the ukulele." What follows the verb is read here as far as questions need it: the time it names,
and the words that still belong to the verb.

Word lists and forms of verbs, no parser: the dream generator's reader words its statements alike. What is no statement
about the user, or has no verb that the lists know, is no clause.
"""

import re
from typing import NamedTuple

from oneiro.asking.persons import to_you
from oneiro.relations import is_person_or_animal, is_somebody
from oneiro.text import CALENDAR, opened, proper_names, tidied
from oneiro.verbs import ADVERB, is_present, is_verb, plain

PLACE = frozenset("in at near outside inside by under behind beside opposite above right next".split())  # tell where
_PARTICLES = frozenset(
    "up down out off on in at to of for from with about as into over away back through around against towards".split()
)
PREPOSITIONS = PLACE | _PARTICLES
TO_A_THING = frozenset(  # after these, "to" may stand before a bare noun: "listens to jazz"
    "go goes going went gone listen listens listening belong belongs belonging talk talks talking speak speaks move "
    "moved come comes came prefer prefers allergic addicted related immune sensitive devoted".split()
)
_NUMBERED = frozenset("flat house no number room gate floor platform page ward level unit row seat lane".split())
_TIME = re.compile(
    r"(?<!\ba week)(?<!\ba fortnight)"  # "a week on Thursday" is another day
    r"\s(?!in \S+ (?:second|minute|hour)s?\b)"  # how long it takes
    rf"(?!(?:at|on|in) (?:{'|'.join(sorted(_NUMBERED))}) \d)"
    rf"(?:every|on|in|at|since|until|from|next|last)\s(?:the\s)?(?:\w+\s)?(?:{'|'.join(sorted(CALENDAR))}|\d|"
    r"noon|midnight|half past|quarter|weekends?|mornings?|evenings?|"
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)|"
    r"\sin (?:an?|a few|a couple of|several) (?:day|week|month|year)s?\b|"
    r"\severy (?:day|week|month|year|morning|evening|night|summer|winter|weekend)\b",
    re.IGNORECASE,
)
_HOW_OFTEN = frozenset("all both never always often usually mostly rarely seldom hardly sometimes".split())
ADDS_NOTHING = frozenset("really also just absolutely simply actually now still".split())  # of adverbs
_DENIES = frozenset("never longer hardly barely scarcely".split())
_NO_ADVERB = frozenset("family belly bully jelly lily dolly trolley".split())  # what ends an owner: "whole family"
_SUBJECT = re.compile(r"The user(['’]s)? (.+)[.!]$")
_BE = ("is", "are", "was", "were", "has", "have")
_ONCE = re.compile(  # a name of before, no place: "my lodger in Tampere is called Eino"
    r"^(The user['’]s [a-z][a-z -]*?)(?<! in| at| on| of| to| by)(?<! from| near) [A-ZÀ-Þ]\w+ "
    r"(?=(?:is|are) (?:called|named) )"
)
_NOW = re.compile(r" (?:now|these days)(?=\.?$)")  # part of no name: "The user's dog is called Toffee now."
PLURAL = frozenset("were have haven't weren't aren't don't".split())  # verbs of "your aunts"
_HELPER = re.compile(r".+n't|cannot|can|could|will|would|must|should|may|might|to")
_RELATIVE = frozenset("who that which".split())
_SEVERAL = re.compile(r"[\w-]*(?:[^s]s|children|men|in-laws)")
_THEY_DO = frozenset(  # of several: "grandparents bake"; no nouns that they go before, as in "girls dance class"
    "live love like hate adore enjoy prefer want need own keep make bake eat drink go come arrive work speak talk know "
    "think sing play read write run grow breed sell buy rent visit move meet take give catch call sleep stay study "
    "teach learn practise wear watch listen share travel".split()
)
_AT_SCHOOL = frozenset("class year grade".split())  # "in year 9"
_OPENS_A_NOUN = frozenset("a an the at to of in for from with about as into by".split())
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand|million"
)


class Clause(NamedTuple):
    """A statement cut at its verb; `owner` is empty when the user is the subject."""

    owner: str
    adverb: str
    verb: str
    rest: str

    @property
    def told(self) -> str:
        """The clause, told to its user: "Your dog is ill."."""
        subject, verb = (f"your {self.owner}", self.verb) if self.owner else ("you", plain(self.verb))
        return opened(f"{tidied(f'{subject} {self.adverb} {verb} {self.rest}')}.")

    @property
    def is_denied(self) -> bool:
        """Whether its adverb denies it, wholly or nearly: "no longer", "hardly ever"."""
        return bool(_DENIES & set(self.adverb.split()))

    @property
    def of_several(self) -> bool:
        """Whether several of the user's do it now: "parents live"."""
        return bool(self.owner) and self.verb in _THEY_DO


class Owner(NamedTuple):
    """Somebody or something of the user's: what it is to them, "best mate", and its name, empty where none is told."""

    head: str
    name: str


def as_now(statement: str) -> str:
    """Leave out "now" and a name that was: "The user's dog Rex is called Max now." is that of a dog called Max."""
    return _ONCE.sub(r"\1 ", _NOW.sub("", statement))


def cut(statement: str) -> Clause | None:
    """Cut a statement at its verb; None when its form is not known."""
    found = _SUBJECT.match(statement)
    if not found:
        return None
    parts = found[2].split()
    if not found[1]:
        return None if parts[0] in ("and", "or") else _of_the_user(parts)
    at = _verb_of_another(parts)
    if not at:
        return None
    whose = next((n for n in range(at, 1, -1) if not _is_adverb(parts, n - 1)), 1)  # "nan always wins"
    adverbs = " ".join(part for part in parts[whose:at] if part not in ADDS_NOTHING)
    return Clause(" ".join(parts[:whose]), adverbs, parts[at], to_you(" ".join(parts[at + 1 :]), own=False))


def told_back(statement: str) -> str | None:
    """Tell a statement to its user: "The user's dog is ill." → "Your dog is ill."; None when its form is not known."""
    statement = as_now(statement)
    clause = cut(statement)
    if clause:
        return clause.told
    anothers = _SUBJECT.match(statement)  # told with whatever verb
    return opened(to_you(statement, own=False)) if anothers and anothers[1] else None


def _is_adverb(parts: list[str], at: int) -> bool:
    """Say whether a word before a verb is an adverb: "hardly ever", "no longer", but no "best cake ever"."""
    word = parts[at]
    if word == "ever":
        return parts[at - 1] in _DENIES
    return word in _HOW_OFTEN or bool(word[:1].islower() and ADVERB.match(word) and word not in _NO_ADVERB)


def _of_the_user(parts: list[str]) -> Clause:
    """Cut what stands behind "The user" at its first word that is no adverb."""
    at = next((n for n, part in enumerate(parts) if not ADVERB.match(part)), 0)
    rest = to_you(" ".join(parts[at + 1 :]), own=True)
    return Clause("", " ".join(parts[:at]), parts[at], rest)


def _verb_of_another(parts: list[str]) -> int:
    """Find the verb of what stands behind "The user's"; 0 where there is none."""
    verbs = [n for n in range(1, len(parts)) if _may_be_verb(parts, n)]
    several = next((n for n in range(1, len(parts)) if _is_of_several(parts, n)), 0)
    if several and not any(n < several for n in verbs):
        return several
    be = next((n for n in verbs if parts[n] in _BE), 0)
    if be and not _RELATIVE & set(parts[:be]):
        verbs = [n for n in verbs if n <= be]
    after_name = [  # "school sports teacher Ada sings", but not "lives on soup of Roscoff onions"
        n
        for n in verbs
        if parts[n - 1][:1].isupper() and (parts[n] in _BE or not PREPOSITIONS & set(parts[verbs[0] : n]))
    ]
    return next((n for n in after_name or verbs if n + 1 not in verbs or parts[n + 1] not in _BE), 0)  # "two girls are"


def _may_be_verb(parts: list[str], at: int) -> bool:
    """Say whether a word may be a verb in the third person: no "former pupils", and no noun, as in "in two weeks"."""
    part, before = parts[at], parts[at - 1]
    if is_somebody(part) or parts[max(at - 2, 0) : at] == ["the", "user"]:
        return False
    if part in PLURAL:
        return not _HELPER.fullmatch(before)
    counts = _NUMBER.fullmatch(before) and parts[at - 2].lower() not in _NUMBERED | _AT_SCHOOL
    ends_a_noun = before in _OPENS_A_NOUN or bool(counts)
    return is_verb(part) and not (ends_a_noun and is_present(part))


def _is_of_several(parts: list[str], at: int) -> bool:
    """Say whether a word is a verb of several people or animals before it: "grandparents still bake"."""
    who = next((parts[n] for n in range(at - 1, -1, -1) if not _is_adverb(parts, n)), "")
    several = bool(_SEVERAL.fullmatch(who)) and (is_somebody(who) or is_person_or_animal(who))
    return several and parts[at] in _THEY_DO


def head_and_name(owner: str) -> Owner:
    """Part "best mate Wiremu"; the name is empty where none of theirs ends it ("friend Ada's dog", "trip to Oslo")."""
    name = next(iter(proper_names(f"a {owner}")[-1:]), "")
    head = owner.removesuffix(name).strip()
    parted = head and head != owner and head.split()[-1] not in PREPOSITIONS | {"and"}
    return Owner(head, name) if parted else Owner(owner, "")


def before_the_time(rest: str) -> str | None:
    """What stands before a time: "swimming" of "swimming every Tuesday"; None where no time is told."""
    when = _TIME.search(f" {rest}")
    return rest[: when.start()].strip() if when else None


def particles(rest: str, verb: str) -> str:
    """The words that still belong to a verb: "up for" of "up for a trip", "to be" of "to be a nurse"."""
    parts = rest.split()
    count = next((n for n, part in enumerate(parts) if part not in _PARTICLES), len(parts))
    if count and parts[count - 1] == "to" and len(parts) > count + 1 and verb not in TO_A_THING:
        count += 1
    return "".join(f" {part}" for part in parts[:count])
