"""Asks about somebody or something of the user's: "The user's nan plays the ukulele." → "Who plays the ukulele?".

Clause → who or what it is, its name, what it is, has or does, whether that is so. Each answer is the statement, told to
its user.
"""

import re
from collections.abc import Iterator

from oneiro.asking.clauses import PLACE, PLURAL, PREPOSITIONS, Clause, before_the_time, head_and_name, particles
from oneiro.asking.persons import has_second_verb, to_me
from oneiro.asking.phrases import phrases
from oneiro.asking.question_words import NOT_WHAT
from oneiro.asking.questions import WRAPPED, Asked, lowered, no, yes
from oneiro.relations import is_somebody
from oneiro.text import opened, with_article
from oneiro.verbs import has_done, is_present, plain

NAME = r"(.+?)(?=$|,| (?:who|that|which|but)\b| and (?![A-ZÀ-Þ]))"  # of one or of several, and no more than that
_CALLED = re.compile(rf"is (?:called|named) {NAME}|are (?:called|named) (.+)")
_S_NAME = "'s name"
_NAMED_THINGS = frozenset(  # what has a name and is nobody
    "home house flat cottage cabin farm village town city island country school college university hospital office "
    "firm company shop café pub bar restaurant club team band choir church boat ship dinghy yacht houseboat "
    "narrowboat van car truck lorry tractor caravan motorbike bike moped scooter guitar violin book novel film song "
    "phone computer robot trip holiday journey".split()
)
_COUNTED = re.compile(
    r"(?:(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|and|a dozen|a hundred|a thousand)(?:[- ]|$))+(?P<things>.+)"
)
_OWNED = re.compile(r"(?:an?|the(?! same)|no|some|many|several|your|\d|two|three|four|five|six|seven|eight|nine|ten)\b")
_SO_FAR = re.compile(r" (?:already|so far|altogether|in all|left over)\b")
_STATE = re.compile(  # no place
    r"in (?:debt|love|danger|trouble|pain|tears|mourning|remission|labour)\b|at (?:risk|odds)\b|"
    r"in (?:[\w-]+ )*(?:twen|thir|for|fif|six|seven|eigh|nine)ties$"
)
_YEARS_OLD = re.compile(r"\S+ years old$")


def asked_about_another(clause: Clause) -> Iterator[Asked]:
    """Ask about somebody or something of the user's."""
    owner, verb, rest, answer = clause.owner, clause.verb, clause.rest, clause.told
    head, name = head_and_name(owner)
    if name:
        who = "Who or what" if _is_named_thing(head) else "Who"
        yield Asked("reverse", f"{who} is {name}?", f"{name} is your {head}.")
        yield Asked("reverse", f"What do you know about {name}?", answer)
        yield Asked("reverse", f"Tell me about {name}.", answer)
        yield Asked("direct", f"What is my {head} called?", f"Your {head} is called {name}.")
    called = _CALLED.match(f"{verb} {rest}")
    named = rest if head.endswith((_S_NAME, "first name")) and verb == "is" else ""
    if called:
        yield from asked_for_name(head, called[1] or called[2], be=verb)
    elif named:
        yield Asked("direct", f"What is my {head}?", answer)
        yield Asked("direct", f"Do you know my {head}?", yes(answer))
        yield Asked("yesno", f"Is my {head} {named}?", yes(answer))
        if head.endswith(_S_NAME):
            yield Asked("reverse", f"Who is {named}?", f"{named} is your {head.removesuffix(_S_NAME)}.")
    elif verb not in PLURAL - {"were"} and not clause.of_several:
        yield from _does(clause, head, answer)
    yield Asked("reverse", f"What do you know about my {head}?", answer)
    yield Asked("direct", f"What did I tell you about my {head}?", answer)
    yield Asked("yesno", f"Did I tell you that my {owner} {clause.adverb} {verb} {to_me(rest)}?", yes(answer))


def asked_for_name(head: str, name: str, *, be: str = "is") -> Iterator[Asked]:
    """Ask for a name, or for the names of several ("are")."""
    answer, who = f"Your {head} {be} called {name}.", "Who" if is_somebody(head) else "Who or what"
    names = "names" if be == "are" else "name"
    yield Asked("direct", f"What {be} my {head} called?", answer)
    if be == "is":
        yield Asked("direct", f"What's my {head}'s name?", f"Your {head}'s name is {name}.")
    yield Asked("direct", f"What {be} the {names} of my {head}?", f"The {names} of your {head} {be} {name}.")
    yield Asked("direct", f"Do you know what my {head} {be} called?", yes(answer))
    yield Asked("reverse", f"{who} {be} {name}?", f"{name} {be} your {head}.")
    yield Asked("reverse", f"What {be} {name} to me?", f"{name} {be} your {head}.")
    yield Asked("yesno", f"{be.title()} my {head} called {name}?", yes(answer))
    if be == "is" and "'s" not in head:
        yield Asked("yesno", f"Do I have {with_article(head)}?", f"Yes, your {head} is called {name}.")


def _does(clause: Clause, head: str, answer: str) -> Iterator[Asked]:
    """Ask what somebody or something of the user's is or does."""
    verb, rest = clause.verb, to_me(clause.rest)
    somebody = is_somebody(head) or (head != clause.owner and not _is_named_thing(head))
    if _YEARS_OLD.match(clause.rest):
        yield Asked("direct", f"How old is my {head}?", answer)
    yield from _who(clause, rest, answer, somebody=somebody)
    if clause.is_denied and not is_present(verb):
        return
    if verb in ("is", "are", "was", "were"):
        yield from _is(clause, rest, answer, somebody=somebody)
    elif verb == "has":
        yield from _owns(clause, rest, answer)
    elif is_present(verb):
        base = plain(verb)
        if "never" in clause.adverb:
            yield Asked("yesno", f"Does my {clause.owner} ever {base} {rest}?", no(answer))
            return
        if not has_second_verb(rest):
            yield Asked("yesno", f"Does my {clause.owner} {clause.adverb} {base} {rest}?", yes(answer))
        if not (clause.is_denied or phrases(clause.rest)):
            yield from _whole(head, base, rest, answer)


def _who(clause: Clause, rest: str, answer: str, *, somebody: bool) -> Iterator[Asked]:
    """Ask who or what is or does it."""
    does = f"{clause.adverb} {clause.verb} {rest}"
    if somebody:
        yield Asked("reverse", f"Who {does}?", answer)
        yield Asked("reverse", f"Do you know who {does}?", yes(answer))
        yield Asked("reverse", f"Tell me who {does}.", answer)
        yield Asked("reverse", f"Remind me who {does}.", answer)
    elif clause.verb not in ("are", "were"):
        yield Asked("reverse", f"What {does}?", answer)


def _is(clause: Clause, rest: str, answer: str, *, somebody: bool) -> Iterator[Asked]:
    """Ask what, when or where somebody or something of the user's is."""
    verb, (first, second) = clause.verb, [*rest.split(), "", ""][:2]
    done = has_done(first) and (not second or second in PREPOSITIONS)  # "stolen in May", but not "fried rice"
    if before_the_time(rest) == "" and first != "from":
        yield Asked("direct", f"When {verb} my {clause.owner}?", answer)
    elif first in PLACE and not _STATE.match(rest):
        yield Asked("direct", f"Where {verb} my {clause.owner}?", answer)
    elif not (somebody or done or first in PREPOSITIONS):
        yield Asked("direct", f"What {verb} my {clause.owner}?", answer)
    if not has_second_verb(rest):
        yield Asked("yesno", f"{verb.title()} my {clause.owner} {rest}?", yes(answer))


def _owns(clause: Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what somebody or something of the user's has, or has not."""
    if rest.startswith("no "):
        yield Asked("yesno", f"Does my {clause.owner} have any {rest[3:]}?", no(answer))
    elif _OWNED.match(rest) and not has_second_verb(rest):
        yield Asked("yesno", f"Does my {clause.owner} have {rest}?", yes(answer))
    yield from asked_for_belongings(f"my {clause.owner}", clause.rest, answer=answer)


def asked_for_belongings(owner: str, rest: str, *, answer: str) -> Iterator[Asked]:
    """Ask what something of the user's ("my flat") has, and how many of what it, or the user ("I"), has there are."""
    helper, verb = ("do", "have") if owner == "I" else ("does", "has")
    rest = _SO_FAR.sub("", rest)
    counted, lacks = _COUNTED.fullmatch(rest), rest.startswith("no ")
    had = phrases(counted["things"] if counted else rest) if counted or _OWNED.match(rest) else []
    if not had or had[0].preposition or not (counted or owner != "I"):
        return
    one = "Who" if is_somebody(had[0].words) else "What"
    wh = f"How many {to_me(had[0].words)}" if counted else one
    beside = to_me("".join(f" {other.said}" for other in had[1:]))
    yield Asked("direct", f"{wh} {helper} {owner} {'not ' if lacks else ''}have{beside}?", answer)
    for kind, question, told in WRAPPED:
        has = f"{helper}n't have" if lacks else verb
        asked = question.format(f"{wh[:1].lower()}{wh[1:]} {owner} {has}{beside}")
        yield Asked(kind, asked, opened(told.format(lowered(answer))))


def _whole(head: str, base: str, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what somebody does, where it is told in more than a plain row of phrases."""
    before, first = before_the_time(rest), (rest.split() or [""])[0]
    if before is not None:
        yield Asked("direct", f"When does my {head} {base} {before}?", answer)
    if first in PLACE and before != "":
        yield Asked("direct", f"Where does my {head} {base}?", answer)
    elif first and before != "" and not NOT_WHAT.match(rest):
        yield Asked("direct", f"What does my {head} {base}{particles(rest, base)}?", answer)


def _is_named_thing(head: str) -> bool:
    """Say whether it is no person or animal whose name follows: "narrowboat"."""
    return head.split()[-1] in _NAMED_THINGS
