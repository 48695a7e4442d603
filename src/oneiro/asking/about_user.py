"""Asks about the user: "The user plays the ukulele." → "Do I play the ukulele?".

Clause → what they are, have, do, can or do not do, where and when; whether that is so; and what is known of the names
in it. Each answer is the statement, told to its user.
"""

import re
from collections.abc import Iterator

from oneiro.asking.about_others import NAME, asked_for_belongings, asked_for_name
from oneiro.asking.by_phrase import asked_by_phrase
from oneiro.asking.clauses import PLACE, PREPOSITIONS, TO_A_THING, Clause, before_the_time, particles
from oneiro.asking.persons import to_me
from oneiro.asking.phrases import phrases
from oneiro.asking.question_words import MOVES, NO_OBJECT, NOT_WHAT
from oneiro.asking.questions import Asked, no, yes
from oneiro.relations import ends_in_somebody
from oneiro.text import proper_names
from oneiro.verbs import has_done, is_present, plain

_ONE_CALLED = re.compile(rf"\ban? ((?:(?!and|called|named)[^\s,]+ )+)(?:called|named) {NAME}")
_NO_NAME = re.compile(  # a letter, or what stands before a number: "Year 9"
    r"[A-ZÀ-Þ]|Year|Grade|Class|Form|Level|Part|Term|Room|Unit|Group|Row|Route|Line|Gate|Plot|Stage|Floor|Flat|No|Number"
)
_NO_THING = re.compile(r"no (?:idea|clue|doubt|wish|choice|way|time|intention|interest|plans?)\b")
_TO_DO = re.compile(r"(?:going|about|due|set|supposed|meant) to (?!the\b|an?\b|my\b|[A-ZÀ-Þ])")
_HELD = frozenset(  # what is done to an event: "When is my concert?"
    "having running attending hosting taking sitting giving throwing holding celebrating playing leading".split()
)
_FROM_NOW = re.compile(r"in .* (?:day|week|month|year)s?")
_BECOMES = re.compile(r"\b(?:be|become|have)$")


def asked_about_user(clause: Clause) -> Iterator[Asked]:
    """Ask about the user."""
    verb, answer = clause.verb, clause.told
    rest = to_me(clause.rest)
    yield Asked("yesno", f"Did I tell you that I {clause.adverb} {_mine(verb)} {rest}?", yes(answer))
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
    for called in _ONE_CALLED.finditer(clause.rest if verb in ("has", "keeps", "owns") else ""):
        yield from asked_for_name(called[1].strip(), called[2])
    for name in (name for name in proper_names(f"a {clause.rest}") if not _NO_NAME.fullmatch(name)):
        yield Asked("reverse", f"What did I tell you about {name}?", answer)
        yield Asked("reverse", f"What do you know about {name}?", answer)


def _am(clause: Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what the user is: "allergic to latex", "building a canoe", "in school"."""
    be = "am" if clause.verb == "is" else "was"
    first, _, further = rest.partition(" ")
    before = before_the_time(rest)
    yield Asked("yesno", f"{be.title()} I {clause.adverb} {rest}?", yes(answer))
    if before and first.endswith("ing"):
        yield from _planned(be, before, rest[len(before) :].strip(), answer)
    if any(asked_by_phrase(clause)) or _TO_DO.match(rest):
        return  # each is asked for already, or it is no place: "going to plant a hedge"
    bound = further.startswith("to ") and MOVES.match(first)
    if first.endswith("ing") and (bound or further.split(" ")[0] in PLACE):
        yield Asked("direct", f"Where {be} I {first}{' to' if bound else ''}?", answer)
    elif further and (first.endswith("ing") or particles(further, first)) and first not in ("a", "an", "the", "in"):
        done = f"{first}{particles(further, first)}"
        if first not in TO_A_THING:
            done = re.sub(r" to$", " to do", done)  # of "learning to row"
        if done != "working":  # "working the late shift"
            yield Asked("direct", f"{_who_or_what(done, rest)} {be} I {done}?", answer)
    if before:
        yield Asked("direct", f"When {be} I {before}?", answer)


def _planned(be: str, done: str, when: str, answer: str) -> Iterator[Asked]:
    """Ask for what is done at a time, and when it is: "running the marathon" "on the 9th of August"."""
    day = re.sub(r"^(?:on|in|at) ", "", when)
    doing, _, what = done.partition(" ")
    yield Asked("direct", f"What {be} I doing {when}?", answer)
    if not _FROM_NOW.fullmatch(when):
        yield Asked("direct", f"What {'was' if be == 'was' else 'is'} my plan for {day}?", answer)
    yield Asked("indirect", f"A friend would like to meet me {when}. What might be in the way?", answer)
    thing = re.sub(r"^(?:the|an?|my) ", "", what)
    held = doing in _HELD and thing != what and not PREPOSITIONS & set(thing.split())
    if held and not (ends_in_somebody(thing) or has_done(thing.split()[-1])):  # "having a baby", "the boiler mended"
        yield Asked("direct", f"When {'was' if be == 'was' else 'is'} my {thing}?", answer)
        yield Asked("direct", f"What day {'was' if be == 'was' else 'is'} my {thing}?", answer)


def _do_not(done: str, answer: str) -> Iterator[Asked]:
    """Ask what the user does not do: "eat bananas"."""
    yield Asked("yesno", f"Do I {done}?", no(answer))
    verb, _, further = done.partition(" ")
    if further:
        yield Asked("direct", f"What don't I {verb}{particles(further, verb)}?", answer)
        yield Asked("direct", f"What do I not {verb}{particles(further, verb)}?", answer)


def _have(clause: Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what the user has; what they have done is left to the common questions."""
    first = rest.split(" ")[0]
    if _NO_THING.match(rest):
        return
    if first == "no":
        yield Asked("yesno", f"Do I have any {rest.removeprefix('no ')}?", no(answer))
        for question in ("What don't I have?", "What do I not have?", "Tell me what I don't have.", "What do I lack?"):
            yield Asked("direct", question, answer)
    elif clause.is_denied:
        yield Asked("yesno", f"Do I have {rest}?", no(answer))
    elif not has_done(first):
        yield Asked("yesno", f"Do I have {rest}?", yes(answer))
        yield from asked_for_belongings("I", clause.rest, answer=answer)


def _do(clause: Clause, rest: str, answer: str) -> Iterator[Asked]:
    """Ask what the user does, where and when."""
    verb, before = plain(clause.verb), before_the_time(rest)
    if "never" in clause.adverb:
        yield Asked("yesno", f"Do I ever {verb} {rest}?", no(answer))
        return
    yield Asked("yesno", f"Do I {clause.adverb} {verb} {rest}?", yes(answer))
    if before:
        yield Asked("direct", f"What do I do {rest[len(before) :].strip()}?", answer)
    if phrases(clause.rest):
        return  # each is asked for already
    if before is not None:
        yield Asked("direct", f"When do I {verb} {before}".rstrip() + "?", answer)
    if not rest or before == "" or clause.is_denied:
        return
    if not particles(rest, verb) and (NOT_WHAT.match(rest) or NO_OBJECT.match(rest)):
        return
    if rest.startswith("from ") and MOVES.match(verb):
        asked = [f"Where do I {verb} from?", f"Do you know where I {verb} from?", f"Tell me where I {verb} from."]
    elif rest.split(" ")[0] in PLACE or (rest.startswith("to ") and MOVES.match(verb)):
        asked = [f"Where do I {verb}?", f"Do you know where I {verb}?", f"Tell me where I {verb}."]
    else:
        what = f"{verb}{particles(rest, verb)}"
        wh = _who_or_what(what, f"{verb} {rest}")
        asked = [f"{wh} do I {what}?", f"Do you know {wh.lower()} I {what}?", f"Remind me {wh.lower()} I {what}."]
    for question, answered in zip(asked, (answer, yes(answer), answer), strict=True):
        yield Asked("direct", question, answered)


def _who_or_what(done: str, said: str) -> str:
    """Choose the word that asks for what somebody does something to: "fetch" of "fetch pupil Ada, who is ill"."""
    acted_on = phrases(re.split(r",| (?:who|that|which)\b", said.removeprefix(done).strip())[0])
    somebody = acted_on and not acted_on[0].preposition and ends_in_somebody(acted_on[0].words)
    return "Who" if somebody and not _BECOMES.search(done) else "What"


def _mine(verb: str) -> str:
    return {"is": "am", "was": "was", "isn't": "am not", "wasn't": "wasn't"}.get(verb, plain(verb))
