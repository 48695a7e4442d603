"""Asks by rule: the plain questions that a statement of regular form answers.

"The user's nan plays the ukulele." → "Who plays the ukulele?", "What does my nan play?", "Does my nan play the
ukulele?", each answered with the statement, told to its user. Such a pair is as true as its statement, which nothing
that a small model writes freely is sure to be; what it writes comes on top and brings other words.

What people tell most is asked for in the words that people use ("Which instrument do I play?"): `dreamer_data/forms`
holds forms of statements, regular expressions with named word lists, each with up to 14 questions.

Source: overgenerating questions by transformations of a declarative sentence is Heilman and Smith's (2009); here
without a parser, since the dream generator's reader words its statements alike. A form it does not know yields fewer
questions, none in the worst case.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from oneiro.asking import phrases
from oneiro.asking.forms import asked_by_form
from oneiro.asking.persons import has_second_verb, to_me, to_you
from oneiro.asking.questions import WRAPPED, Asked, lowered, no, yes
from oneiro.relations import ends_in_somebody, is_somebody
from oneiro.text import CALENDAR, opened, proper_names, tidied, with_article, words
from oneiro.verbs import ADVERB, has_done, is_present, is_verb, plain

_PLACE = frozenset("in at near outside inside by under behind beside opposite above right next".split())
_PARTICLES = frozenset(
    "up down out off on in at to of for from with about as into over away back through around against towards".split()
)
_PREPOSITIONS = _PLACE | _PARTICLES
_TIME = re.compile(
    r"(?<!\ba week)(?<!\ba fortnight)"  # "a week on Thursday" is another day
    r"\s(?!in \S+ (?:second|minute|hour)s?\b)"  # how long it takes
    rf"(?:every|on|in|at|since|until|from|next|last)\s(?:the\s)?(?:\w+\s)?(?:{'|'.join(sorted(CALENDAR))}|\d|"
    r"noon|midnight|half past|quarter|weekends?|mornings?|evenings?|"
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b)|"
    r"\severy (?:day|week|month|year|morning|evening|night|summer|winter|weekend)\b",
    re.IGNORECASE,
)
_HOW_OFTEN = frozenset("all both never always often usually mostly rarely seldom hardly sometimes".split())
_HARDLY = frozenset("longer barely hardly scarcely".split())
_ADDS_NOTHING = frozenset("really also just absolutely simply actually now still".split())
_SUBJECT = re.compile(r"The user(['’]s)? (.+)[.!]$")
_CALLED = re.compile(r"(?:is|are) (?:called|named) (.+)")
_HAS_CALLED = re.compile(r"(?:has|keeps|owns) an? (.+) (?:called|named) (.+)")
_S_NAME = "'s name"
_BE = ("is", "are", "was", "were", "has", "have")
_ONCE = re.compile(  # a name of before, no place: "my lodger in Tampere is called Eino"
    r"^(The user['’]s [a-z][a-z -]*?)(?<! in| at| on| of| to| by)(?<! from| near) [A-ZÀ-Þ]\w+ "
    r"(?=(?:is|are) (?:called|named) )"
)
_NOW = re.compile(r" (?:now|these days)(?=\.?$)")  # part of no name: "The user's dog is called Toffee now."
_OF_TODAY = re.compile(r"(?=.*\b(?:do|does|am|is|are|have|has|['’]s|where i|who i|what i)\b)[^.]+[.?]", re.IGNORECASE)
_NO_NAME = re.compile(  # a letter, or what stands before a number: "Year 9"
    r"[A-ZÀ-Þ]|Year|Grade|Class|Form|Level|Part|Term|Room|Unit|Group|Row|Route|Line|Gate|Plot|Stage|Floor|Flat|No|Number"
)
_NAMED_THINGS = frozenset(  # what has a name and is nobody
    "home house flat cottage cabin farm village town city island country school college university hospital office "
    "firm company shop café pub bar restaurant club team band choir church boat ship dinghy yacht houseboat "
    "narrowboat van car truck lorry tractor caravan motorbike bike moped scooter guitar violin book novel film song "
    "phone computer robot trip holiday journey".split()
)
_NOT_OF_TODAY = frozenset("did was were had been told used moved when new now these know think".split())
_COUNTED = re.compile(
    r"(?:(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|and|a dozen|a hundred|a thousand)(?:[- ]|$))+(?P<things>.+)"
)
_NO_THING = re.compile(r"no (?:idea|clue|doubt|wish|choice|way|time|intention|interest|plans?)\b")
_OWNED = re.compile(r"(?:an?|the(?! same)|no|some|many|several|your|\d|two|three|four|five|six|seven|eight|nine|ten)\b")
# What a verb acts on does not begin so: "bowls but doesn't bat".
_NOT_WHAT = re.compile(r"(but|and|or|nor|because|when|while|if|unless|only|as|like)\b")
_TO_DO = re.compile(r"(?:going|about|due|set|supposed|meant) to (?!the\b|an?\b|my\b|[A-ZÀ-Þ])")
_SO_FAR = re.compile(r" (?:already|so far|altogether|in all|left over)\b")
_PLURAL = frozenset("were have haven't weren't aren't don't".split())  # verbs of "your aunts"
_HELPER = re.compile(r".+n't|cannot|can|could|will|would|must|should|may|might|to")
_BECOMES = re.compile(r"\b(?:be|become|have)$")
_RELATIVE = frozenset("who that which".split())
_YEARS_OLD = re.compile(r"\S+ years old$")


class _Clause(NamedTuple):
    """A statement cut at its verb; `owner` is empty when the user is the subject."""

    owner: str
    adverb: str
    verb: str
    rest: str


def plain_questions(statement: str) -> list[Asked]:
    """List questions that a statement about the user answers; none for one whose form is not known."""
    statement = _as_now(statement)
    clause = _cut(statement)
    if clause is None:
        return []
    asked = _about_another(clause) if clause.owner else _about_the_user(clause)
    every = (*_by_phrase(clause), *asked, *asked_by_form(statement))
    tidy = [pair._replace(question=tidied(pair.question), answer=tidied(pair.answer)) for pair in every]
    return list({pair.question: pair for pair in reversed(tidy)}.values())[::-1]


def of_today(questions: Sequence[str]) -> list[str]:
    """Ask every other question for what is so now: "Where do I live?" → "Where do I live now?".

    One that does not ask for what is so ("Where did I move?") stays as it is.
    """
    told = [q for q in questions if _OF_TODAY.fullmatch(q) and not _NOT_OF_TODAY & set(words(q))]
    return [f"{q[:-1]} now{q[-1]}" if q in told[1::2] else q for q in questions]


def told_back(statement: str) -> str | None:
    """Tell a statement to its user: "The user's dog is ill." → "Your dog is ill."; None when its form is not known."""
    clause = _cut(_as_now(statement))
    return _told(clause) if clause else None


def _as_now(statement: str) -> str:
    """Leave out "now" and a name that was: "The user's dog Rex is called Max now." is that of a dog called Max."""
    return _ONCE.sub(r"\1 ", _NOW.sub("", statement))


def _by_phrase(clause: _Clause) -> Iterator[Asked]:
    """Ask for each phrase of the clause."""
    head, name = _head_and_name(clause.owner)
    inside = set(head.split()) & _PREPOSITIONS  # "my gran's house in Hull"
    known_as = (f"my {head}", name) if name and not inside else ()
    adverb = " ".join(word for word in clause.adverb.split() if word not in _ADDS_NOTHING)
    about = phrases.clause(clause.owner, clause.verb, clause.rest, adverb=adverb, known_as=known_as)
    if about:
        yield from phrases.asked_by_phrase(about)


def _head_and_name(owner: str) -> tuple[str, str]:
    """Part "best mate Wiremu"; the name is empty where none of theirs ends it ("friend Ada's dog", "trip to Oslo")."""
    name = next(iter(proper_names(f"a {owner}")[-1:]), "")
    head = owner.removesuffix(name).strip()
    parted = head and head != owner and head.split()[-1] not in _PREPOSITIONS | {"and"}
    return (head, name) if parted else (owner, "")


def _told(clause: _Clause) -> str:
    """The statement, told to its user: "The user's dog is ill." → "Your dog is ill."."""
    subject, verb = (f"your {clause.owner}", clause.verb) if clause.owner else ("you", plain(clause.verb))
    return opened(f"{tidied(f'{subject} {clause.adverb}{verb} {clause.rest}')}.")


def _cut(statement: str) -> _Clause | None:
    found = _SUBJECT.match(statement)
    if not found:
        return None
    parts = found[2].split()
    if not found[1] and parts[0] in ("and", "or"):
        return None
    if not found[1]:
        at = next((n for n, part in enumerate(parts) if not ADVERB.match(part)), 0)
        rest = to_you(" ".join(parts[at + 1 :]), own=True)
        return _Clause("", "".join(f"{part} " for part in parts[:at]), parts[at], rest)
    verbs = [  # no "former pupils"
        n
        for n, part in enumerate(parts)
        if n and not is_somebody(part) and (is_verb(part) or (part in _PLURAL and not _HELPER.fullmatch(parts[n - 1])))
    ]
    be = next((n for n in verbs if parts[n] in _BE), 0)
    if be and not _RELATIVE & set(parts[:be]):
        verbs = [n for n in verbs if n <= be]
    after_name = [  # "school sports teacher Ada sings", but not "lives on soup of Roscoff onions"
        n
        for n in verbs
        if parts[n - 1][:1].isupper() and (parts[n] in _BE or not _PREPOSITIONS & set(parts[verbs[0] : n]))
    ]
    at = next((n for n in after_name or verbs if n + 1 not in verbs or parts[n + 1] not in _BE), 0)  # "two girls are"
    if not at:
        return None
    adverb = _HOW_OFTEN | _ADDS_NOTHING  # "nan always wins"
    whose = next((n for n in range(at, 1, -1) if parts[n - 1] not in adverb), 1)
    adverbs = "".join(f"{part} " for part in parts[whose:at] if part not in _ADDS_NOTHING)
    return _Clause(" ".join(parts[:whose]), adverbs, parts[at], to_you(" ".join(parts[at + 1 :]), own=False))


def _about_another(clause: _Clause) -> Iterator[Asked]:
    """Ask about somebody or something of the user's."""
    owner, verb, rest, answer = clause.owner, clause.verb, clause.rest, _told(clause)
    head, name = _head_and_name(owner)
    if name:
        who = "Who or what" if _is_named_thing(head) else "Who"
        yield Asked("reverse", f"{who} is {name}?", f"{name} is your {head}.")
        yield Asked("reverse", f"What do you know about {name}?", answer)
        yield Asked("reverse", f"Tell me about {name}.", answer)
        yield Asked("direct", f"What is my {head} called?", f"Your {head} is called {name}.")
    called = _CALLED.match(f"{verb} {rest}")
    named = rest if head.endswith((_S_NAME, "first name")) and verb == "is" else ""
    if called:
        yield from _named(head, called[1], verb)
    elif named:
        yield Asked("direct", f"What is my {head}?", answer)
        yield Asked("direct", f"Do you know my {head}?", yes(answer))
        yield Asked("yesno", f"Is my {head} {named}?", yes(answer))
        if head.endswith(_S_NAME):
            yield Asked("reverse", f"Who is {named}?", f"{named} is your {head.removesuffix(_S_NAME)}.")
    elif verb not in _PLURAL - {"were"}:
        yield from _does(clause, head, answer)
    yield Asked("reverse", f"What do you know about my {head}?", answer)
    yield Asked("direct", f"What did I tell you about my {head}?", answer)
    yield Asked("yesno", f"Did I tell you that my {owner} {clause.adverb}{verb} {to_me(rest)}?", yes(answer))


def _named(head: str, name: str, be: str = "is") -> Iterator[Asked]:
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


def _does(clause: _Clause, head: str, answer: str) -> Iterator[Asked]:
    """Ask what somebody or something of the user's is or does."""
    verb, rest = clause.verb, to_me(clause.rest)
    somebody = is_somebody(head) or (head != clause.owner and not _is_named_thing(head))
    if _YEARS_OLD.match(clause.rest):
        yield Asked("direct", f"How old is my {head}?", answer)
    does = f"{clause.adverb}{verb} {rest}"
    if somebody:
        yield Asked("reverse", f"Who {does}?", answer)
        yield Asked("reverse", f"Do you know who {does}?", yes(answer))
        yield Asked("reverse", f"Tell me who {does}.", answer)
        yield Asked("reverse", f"Remind me who {does}.", answer)
    elif verb not in ("are", "were"):
        yield Asked("reverse", f"What {does}?", answer)
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
            yield Asked("yesno", f"Does my {clause.owner} {clause.adverb}{base} {rest}?", yes(answer))
        if not phrases.phrases(clause.rest):
            yield from _whole(head, base, rest, answer)


def _is(clause: _Clause, rest: str, answer: str, *, somebody: bool) -> Iterator[Asked]:
    """Ask what, when or where somebody or something of the user's is."""
    verb, when, (first, second) = clause.verb, _TIME.search(f" {rest}"), [*rest.split(), "", ""][:2]
    done = has_done(first) and (not second or second in _PREPOSITIONS)  # "stolen in May", but not "fried rice"
    if when and not when.start() and first != "from":
        yield Asked("direct", f"When {verb} my {clause.owner}?", answer)
    elif first in _PLACE:
        yield Asked("direct", f"Where {verb} my {clause.owner}?", answer)
    elif not (somebody or done or first in _PREPOSITIONS):
        yield Asked("direct", f"What {verb} my {clause.owner}?", answer)
    if not has_second_verb(rest):
        yield Asked("yesno", f"{verb.title()} my {clause.owner} {rest}?", yes(answer))


def _owns(clause: _Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what somebody or something of the user's has, or has not."""
    if rest.startswith("no "):
        yield Asked("yesno", f"Does my {clause.owner} have any {rest[3:]}?", no(answer))
    elif _OWNED.match(rest) and not has_second_verb(rest):
        yield Asked("yesno", f"Does my {clause.owner} have {rest}?", yes(answer))
    yield from _holds(f"my {clause.owner}", "does", "has", clause.rest, answer)


def _holds(asker: str, helper: str, verb: str, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what something of the user's has, and how many of what somebody has there are."""
    rest = _SO_FAR.sub("", rest)
    counted, lacks = _COUNTED.fullmatch(rest), rest.startswith("no ")
    had = phrases.phrases(counted["things"] if counted else rest) if counted or _OWNED.match(rest) else []
    if not had or had[0].preposition or not (counted or asker != "I"):
        return
    one = "Who" if is_somebody(had[0].words) else "What"
    wh = f"How many {to_me(had[0].words)}" if counted else one
    beside = to_me("".join(f" {other.said}" for other in had[1:]))
    yield Asked("direct", f"{wh} {helper} {asker} {'not ' if lacks else ''}have{beside}?", answer)
    for kind, question, told in WRAPPED:
        has = f"{helper}n't have" if lacks else verb
        asked = question.format(f"{wh[:1].lower()}{wh[1:]} {asker} {has}{beside}")
        yield Asked(kind, asked, opened(told.format(lowered(answer))))


def _whole(head: str, base: str, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what somebody does, where it is told in more than a plain row of phrases."""
    when, first = _TIME.search(f" {rest}"), (rest.split() or [""])[0]
    if when and when.start():
        yield Asked("direct", f"When does my {head} {base} {rest[: when.start()].strip()}?", answer)
    if first in _PLACE:
        yield Asked("direct", f"Where does my {head} {base}?", answer)
    elif first and (not when or when.start()):
        yield Asked("direct", f"What does my {head} {base}{_particles(rest)}?", answer)


def _about_the_user(clause: _Clause) -> Iterator[Asked]:
    """Ask about the user."""
    verb, answer = clause.verb, _told(clause)
    rest = to_me(clause.rest)
    yield Asked("yesno", f"Did I tell you that I {clause.adverb}{_mine(verb)} {rest}?", yes(answer))
    denies = verb == "doesn't" or (verb == "does" and rest.startswith("not "))
    if verb in ("is", "was"):
        yield from _am(clause, rest, answer)
    elif denies:
        yield from _do_not(rest.removeprefix("not "), answer)
    elif verb in ("can't", "cannot"):
        yield Asked("yesno", f"Can I {rest}?", no(answer))
        yield Asked("direct", "What can't I do?", answer)
    elif verb == "has":
        yield from _have(clause, rest, answer)
    elif is_present(verb):
        yield from _do(clause, rest, answer)
    called = _HAS_CALLED.match(f"{verb} {clause.rest}")
    if called:
        yield from _named(called[1], called[2])
    for name in (name for name in proper_names(f"a {clause.rest}") if not _NO_NAME.fullmatch(name)):
        yield Asked("reverse", f"What did I tell you about {name}?", answer)
        yield Asked("reverse", f"What do you know about {name}?", answer)


def _am(clause: _Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what the user is: "allergic to latex", "building a canoe", "in school"."""
    be = "am" if clause.verb == "is" else "was"
    first, _, further = rest.partition(" ")
    before = _before_the_time(rest)
    yield Asked("yesno", f"{be.title()} I {clause.adverb}{rest}?", yes(answer))
    if before and first.endswith("ing"):
        yield from _planned(be, before.partition(" ")[2], rest[len(before) :].strip(), answer)
    if any(_by_phrase(clause)) or _TO_DO.match(rest):
        return  # each is asked for already, or it is no place: "going to plant a hedge"
    if first.endswith("ing") and further.split(" ")[0] in _PLACE | {"to"}:
        yield Asked("direct", f"Where {be} I {first}{' to' if further.startswith('to ') else ''}?", answer)
    elif further and (first.endswith("ing") or _particles(further)) and first not in ("a", "an", "the", "in"):
        done = f"{first}{_particles(further)}"
        if done != "working":  # "working the late shift"
            yield Asked("direct", f"{_who_or_what(done, rest)} {be} I {done}?", answer)
    if before:
        yield Asked("direct", f"When {be} I {before}?", answer)


def _planned(be: str, what: str, when: str, answer: str) -> Iterator[Asked]:
    """Ask for what is done at a time, and when it is: "running the marathon" "on the 9th of August"."""
    day = re.sub(r"^(?:on|in|at) ", "", when)
    yield Asked("direct", f"What {be} I doing {when}?", answer)
    yield Asked("direct", f"What {'was' if be == 'was' else 'is'} my plan for {day}?", answer)
    yield Asked("indirect", f"A friend would like to meet me {when}. What might be in the way?", answer)
    if what.startswith(("the ", "a ", "an ", "my ")):
        thing = what.partition(" ")[2]
        yield Asked("direct", f"When {'was' if be == 'was' else 'is'} my {thing}?", answer)
        yield Asked("direct", f"What day {'was' if be == 'was' else 'is'} my {thing}?", answer)


def _do_not(done: str, answer: str) -> Iterator[Asked]:
    """Ask what the user does not do: "eat bananas"."""
    yield Asked("yesno", f"Do I {done}?", no(answer))
    verb, _, further = done.partition(" ")
    if further:
        yield Asked("direct", f"What don't I {verb}{_particles(further)}?", answer)
        yield Asked("direct", f"What do I not {verb}{_particles(further)}?", answer)


def _have(clause: _Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what the user has; what they have done is left to the common questions."""
    first = rest.split(" ")[0]
    if _NO_THING.match(rest):
        return
    if first == "no":
        yield Asked("yesno", f"Do I have any {rest.removeprefix('no ')}?", no(answer))
        for question in ("What don't I have?", "What do I not have?", "Tell me what I don't have.", "What do I lack?"):
            yield Asked("direct", question, answer)
    elif not has_done(first):
        yield Asked("yesno", f"Do I have {rest}?", yes(answer))
        yield from _holds("I", "do", "have", clause.rest, answer)


def _do(clause: _Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what the user does, where and when."""
    verb = plain(clause.verb)
    before, timed = _before_the_time(rest), bool(_TIME.search(f" {rest}"))
    if "never" in clause.adverb:
        yield Asked("yesno", f"Do I ever {verb} {rest}?", no(answer))
        return
    yield Asked("yesno", f"Do I {clause.adverb}{verb} {rest}?", yes(answer))
    if before:
        yield Asked("direct", f"What do I do {rest[len(before) :].strip()}?", answer)
    if phrases.phrases(clause.rest) and set(clause.adverb.split()) <= _ADDS_NOTHING:
        return  # each is asked for already
    if timed:
        yield Asked("direct", f"When do I {verb} {before}".rstrip() + "?", answer)
    if not rest or (timed and not before) or _HARDLY & set(clause.adverb.split()):
        return
    if not _particles(rest) and (_NOT_WHAT.match(rest) or phrases.NO_OBJECT.match(rest)):
        return
    if rest.startswith("from ") and phrases.MOVES.match(verb):
        asked = [f"Where do I {verb} from?", f"Do you know where I {verb} from?", f"Tell me where I {verb} from."]
    elif rest.split(" ")[0] in _PLACE or (rest.startswith("to ") and phrases.MOVES.match(verb)):
        asked = [f"Where do I {verb}?", f"Do you know where I {verb}?", f"Tell me where I {verb}."]
    else:
        what = f"{verb}{_particles(rest)}"
        wh = _who_or_what(what, f"{verb} {rest}")
        asked = [f"{wh} do I {what}?", f"Do you know {wh.lower()} I {what}?", f"Remind me {wh.lower()} I {what}."]
    for question, answered in zip(asked, (answer, yes(answer), answer), strict=True):
        yield Asked("direct", question, answered)


def _before_the_time(rest: str) -> str:
    """What stands before a time: "swimming" of "swimming every Tuesday"; empty when no time is told."""
    when = _TIME.search(f" {rest}")
    return rest[: when.start()].strip() if when else ""


def _particles(rest: str) -> str:
    """The words that still belong to the verb: "up for" of "up for a trip", "to be" of "to be a nurse"."""
    parts = rest.split()
    count = next((n for n, part in enumerate(parts) if part not in _PARTICLES), len(parts))
    if count and parts[count - 1] == "to" and len(parts) > count + 1:
        count += 1
    return "".join(f" {part}" for part in parts[:count])


def _who_or_what(done: str, said: str) -> str:
    """Choose the word that asks for what somebody does something to: "fetch" of "fetch pupil Ada, who is ill"."""
    acted_on = phrases.phrases(re.split(r",| (?:who|that|which)\b", said.removeprefix(done).strip())[0])
    somebody = acted_on and not acted_on[0].preposition and ends_in_somebody(acted_on[0].words)
    return "Who" if somebody and not _BECOMES.search(done) else "What"


def _is_named_thing(head: str) -> bool:
    """Say whether it is no person or animal whose name follows: "narrowboat"."""
    return head.split()[-1] in _NAMED_THINGS


def _mine(verb: str) -> str:
    return {"is": "am", "was": "was", "isn't": "am not", "wasn't": "wasn't"}.get(verb, plain(verb))
