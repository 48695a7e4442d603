"""Finds what a new day has made untrue of earlier ones: "I've moved from Lyon to Oslo", "Biscuit is called Toffee now".

Nothing is taken back unless the user's own words signal a change, and then only words that they leave behind or that a
question with one answer ("Where do I live?") is answered with no more. A memory keeps its other dreams: the dog that
has another name is still a dog. What was asked with the old answer is asked with the new one.

Does not understand a change that is told without such words ("The new flat in Oslo is lovely"), nor one whose old value
is not named and whose question is not asked in the same words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from oneiro.asking import of_today
from oneiro.earnest import is_question
from oneiro.relations import is_person_or_animal, people
from oneiro.text import bare, checked_words, content_words, opened, sentences, stems, words, words_told
from oneiro.types import BY_RULE, Dream

_SURE = -0.05  # nats a token of a dream that may take something back
_LEAST = 3  # letters of a word by which a memory is known
_YES = re.compile(r"^Yes, ")
_LIFE = {"live": ("live", "living", "moved", "moving", "home"), "work": ("work", "working", "job")}
_LIFE |= {"old": ("old", "age", "turned", "i'm", "am")}
CHANGED = "now|no longer|instead|moved|changed|switched|replaced|quit|gave up|stopped|left"  # alternatives
_SIGNAL = re.compile(
    rf"\b(?:{CHANGED}|new|no more|any ?more|these days|removed|swapped|renamed|given up|sold|closed|cancelled|"
    r"postponed|put off|turned \d+|not \w+ but|i meant|correction)\b",
    re.IGNORECASE,
)
_BESIDES = re.compile(r"\b(?:also|too|as well|besides|another|second|both)\b", re.IGNORECASE)
_ONE_ANSWER = re.compile(
    r"\b(?:where (?:do|am) i (?:live|work|based)|how old am i|(?:which|what) (?:town|city|country|place) do i live|"
    r"where i (?:live|work)|how old i am|(?:what|who|when|where)(?: is|'s|’s| are) my|"
    r"(?:what|when|who) my \w+ (?:is|are)|what am i called|my (?:favou?rite|\w+'s name)|"
    r"how many (?:[\w'’-]+ ){1,3}do i have)\b",
    re.IGNORECASE,
)
_JOINS = "to|for|and|but|so|because|when|after|before|since|this|last"  # no phrase goes on with these
_PHRASE = rf"((?:(?:the |my |our |an? )?(?!(?:{_JOINS})\b)[\w'’-]+ ?){{1,3}})"
_THING = (
    r"(?!(?:at|in|on|by|to|for|with|off|over|near)\b)(?:the |my |our |[\w'’ -]+['’]s |playing |doing |being |going to |"
    r"(?:job|working) (?:at|for|as|in) )*"
    rf"(?:an? )?((?:(?!(?:at|in|on|{_JOINS})\b)[\w'’-]+ ?){{1,3}})"
)
_LEFT_BEHIND = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:moved|switched|changed|gone|went)(?: \w+)? from {_THING}",
        rf"\b(?:quit|gave up|given up|stopped(?= \w+ing\b)|sold|now instead of) {_THING}",
        rf"\bno more {_THING}(?!.*\b(?:today|tonight|this)\b)",
        r"\b((?:[\w'’-]+ ?){1,2}) (?:has|have|had) (?:(?:left|gone)(?=[.,;!]|$)|closed|moved|been (?:sold|replaced))\b",
        r"\b(?:I|we)(?:['’]ve| have)?(?: just| finally)? left (?:my job (?:at|in|with) )?"
        r"((?-i:[A-ZÀ-Þ])[\w'’-]+)(?: last \w+| in \d{4})?(?=[.,;!]|$)",
    )
)
_SO_NO_MORE = re.compile(
    rf"\bno longer {_PHRASE}|"
    r"(?:n['’]t|\bnot) ((?:[\w'’-]+ ){1,5}?)(?:anymore\b|any (?:more|longer)(?=[.,;!]|$))",
    re.IGNORECASE,
)
_NOT_DONE = re.compile(  # "I never gave up …", "I'm tempted to have …"
    r"(?:\b(?:never|not|nearly|almost|should|might|if|want|wants|wanted|wish|hope|going|plan|planning|thinking|tempted)|"
    r"n['’]t)\b(?: [\w'’]+){0,3} ?$",
    re.IGNORECASE,
)
_AWAY = re.compile(r"\b(?:left|gone)$", re.IGNORECASE)
_OLD, _NEW = (rf"(?P<{which}>[A-ZÀ-Þ][\w'’-]+)" for which in ("old", "new"))
_CALLED_NOW = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_OLD} (?:is|['’]s) (?:called|named) {_NEW} (?:now|these days)\b",
        rf"\b(?:renamed|rechristened) {_OLD}(?: to| as)? {_NEW}",
    )
)
_ONCE = re.compile(r"\b(?:used to|was|were|before|former|old)\b")
_RENAMED = _CALLED_NOW + tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b[Mm]oved (?:\w+ )?from {_OLD} to {_NEW}\b",
        rf"\b[Nn]ot {_OLD},? but {_NEW}\b",
        rf"\b(?:is|['’]s|called|named) {_NEW}, not {_OLD}\b",
    )
)
_OTHERS = re.compile(r"(?:The user['’]s|My|Our) ((?:[\w'’-]+ ){1,4})", re.IGNORECASE)
_I_OR_WE = re.compile(r"\b(?:I|[Ww]e)\b")
_MOVED = re.compile(r"\bmoved\b|\bleft [A-ZÀ-Þ]", re.IGNORECASE)
_MOVED_TO = re.compile(
    rf"\b(?:I|[Ww]e)(?P<just>(?:['’]ve| have)(?: \w+)?| just| recently)? moved (?:\w+ )?to {_NEW}"
    r"(?(just)|(?=.*\b(?:last (?:week|month)|this \w+|today|now|on [A-Z][a-z]+ \d)))"
)
_LIVES_IN = re.compile(rf"^(?:The user|I|We)(?: now)? lives? in {_OLD}(?=[.,!]| with\b|$)")
_AT_HOME = re.compile(
    r"\b(?:lives?|living|moved|moving|home|house|flat|based|works?|working|job|office|address)\b", re.IGNORECASE
)
_Told = dict[str, dict[str, Dream]]  # a word → the memories that it decides, each by a dream of it


class Change(NamedTuple):
    """Words that are no longer true of a memory, and the memory that says so.

    What was answered with them is answered with `name` in their place, or with tonight's `answer`, if one is known.
    """

    memory_id: str
    by: Dream
    gone: frozenset[str]
    name: str = ""
    answer: str = ""


def changes(old: Sequence[Dream], new: Sequence[Dream]) -> tuple[Change, ...]:
    """List what new dreams change of old ones; renamings first, then new answers, then what was left behind."""
    told = _told(old)
    first = {dream.source: dream for dream in reversed(new)}
    said = [(s, dream) for source, dream in first.items() for s in sentences(source) if not is_question(s)]
    return (*_renamed(told, said), *_moved(old, said), *_answered_anew(old, new), *_left_behind(told, said))


def _told(old: Sequence[Dream]) -> _Told:
    """The words that old questions are answered with, or agree to where a memory has no such question ("I smoke")."""
    asked = [dream for dream in old if dream.kind in ("direct", "change")]
    open_ones = {dream.memory_id for dream in asked}
    told: _Told = {}
    for dream in [*asked, *(d for d in old if d.kind == "yesno" and d.memory_id not in open_ones)]:
        asks_for = "" if dream.kind == "yesno" else dream.question
        for word in checked_words(asks_for, dream.answer, dream.source):
            if len(word) >= _LEAST:
                told.setdefault(word, {})[dream.memory_id] = dream
    return told


def speaks_of_change(said: str) -> bool:
    """Say whether somebody says that something is not as it was before."""
    return bool(_SIGNAL.search(said))


def as_renamed(statement: str, said: str) -> str:
    """Tell a statement with the new name, where its turn says that somebody is called otherwise now."""
    for found in (match for pattern in _CALLED_NOW for match in pattern.finditer(said)):
        if found["new"] not in statement and not _ONCE.search(statement):
            statement = re.sub(rf"\b{re.escape(found['old'])}\b", found["new"], statement)
    return statement


def _of_whom(dream: Dream) -> set[str]:
    """The people whose memory it is: a sister's netball is not given up with the user's."""
    owner = _OTHERS.match(dream.statement or dream.source)
    return people(owner[1]) if owner else set()


def _memories(told: _Told, word: str, sentence: str, change: re.Match[str]) -> list[str]:
    """The memories of a word that a change in a sentence can concern: the user's own, or those of people it names.

    Who moves from a town lives and works there no longer, but was born there still. What is done no more is all of a
    memory's: who no longer works in Leeds may live there.
    """
    named = people(sentence)
    own = not named or bool(_I_OR_WE.search(sentence))
    moved = bool(_MOVED.search(change[0]))
    done = stems(_thing(change)) if change.re is _SO_NO_MORE else set[str]()

    def concerns(dream: Dream) -> bool:
        whose = _of_whom(dream)
        its_own = whose <= named if whose else own
        return its_own and (not moved or _is_home(dream)) and done <= stems(dream.statement or dream.source)

    return sorted(memory for memory, dream in told.get(word, {}).items() if concerns(dream))


def _is_home(dream: Dream) -> bool:
    """Say whether a memory tells where somebody lives or works now."""
    told = dream.statement or dream.source
    return bool(_AT_HOME.search(told)) and not _ONCE.search(told)


def holds(dream: Dream, made: Sequence[Change]) -> bool:
    """Say whether a dream of an old memory is still true after changes."""
    said = {*words(dream.question), *words(dream.answer)}
    return not any(change.memory_id == dream.memory_id and change.gone & said for change in made)


def renewed(old: Sequence[Dream], new: Sequence[Dream]) -> list[Dream]:
    """Ask what was answered with an old value again, with the new one; what was held out stays so.

    Half of these questions ask for what is so "now", as people do of what has changed.
    """
    made, asked = changes(old, new), {bare(dream.question) for dream in new}
    again: dict[tuple[str, str], Dream] = {}
    for change in made:
        for dream in old:
            answer = _anew(dream, change) if dream.memory_id == change.memory_id else ""
            if answer and bare(dream.question) not in asked:
                anew = replace(
                    change.by,
                    kind="change",
                    question=dream.question,
                    answer=answer,
                    statement=_renamed_in(dream.statement, change) if change.name else change.by.statement,
                    held_out=dream.held_out,
                    confidence=BY_RULE,
                )
                again.setdefault((anew.memory_id, dream.question), anew)
    asked_today = of_today([dream.question for dream in again.values()])
    today = [replace(dream, question=q) for dream, q in zip(again.values(), asked_today, strict=True)]
    return [dream for dream in today if bare(dream.question) not in asked]


def _anew(dream: Dream, change: Change) -> str:
    """The answer to an old question after a change; none where it does not follow."""
    asked, answered = words(dream.question), set(words(dream.answer))
    if dream.kind not in ("direct", "indirect", "change") or change.gone & set(asked) or not change.gone & answered:
        return ""
    if change.name:
        return _renamed_in(dream.answer, change)
    beside = content_words(dream.question) & words_told(dream.source) - set(words(change.by.question))
    return "" if beside else change.answer


def _renamed_in(text: str, change: Change) -> str:
    return re.sub(rf"\b(?:{'|'.join(map(re.escape, change.gone))})\b", change.name, text, flags=re.IGNORECASE)


def _renamed(told: _Told, said: Sequence[tuple[str, Dream]]) -> Iterator[Change]:
    """A name that the user says to be another one now."""
    for sentence, dream in said:
        for found in (match for pattern in _RENAMED for match in pattern.finditer(sentence)):
            for memory_id in _memories(told, found["old"].casefold(), sentence, found):
                yield Change(memory_id, dream, frozenset({found["old"].casefold()}), name=found["new"])


def _moved(old: Sequence[Dream], said: Sequence[tuple[str, Dream]]) -> Iterator[Change]:
    """A town that the user lives in no longer, having moved to another."""
    homes = {
        (dream.memory_id, home["old"]) for dream in old if (home := _LIVES_IN.match(dream.statement or dream.source))
    }
    for sentence, dream in said:
        for found in _MOVED_TO.finditer(sentence):
            for memory_id, home in sorted(homes):
                if home != found["new"]:
                    yield Change(memory_id, dream, frozenset({home.casefold()}), name=found["new"])


def _answered_anew(old: Sequence[Dream], new: Sequence[Dream]) -> Iterator[Change]:
    """A question with one answer that has another one now."""
    asked: dict[str, list[Dream]] = {}
    for dream in old:
        if dream.kind in ("direct", "change"):
            asked.setdefault(_plain(dream.question), []).append(dream)
    for dream in new:
        if dream.kind != "direct" or dream.confidence < _SURE or not _is_about(dream.question, dream.source):
            continue
        for before in asked.get(_plain(dream.question), ()):
            gone = set(checked_words(before.question, before.answer, before.source)) - set(words(dream.answer))
            told = set(checked_words(dream.question, dream.answer, dream.source)) - set(words(before.answer))
            if gone and told:
                yield Change(before.memory_id, dream, frozenset(gone), answer=opened(_YES.sub("", dream.answer)))


def _plain(question: str) -> str:
    return " ".join(word for word in words(question) if word not in ("new", "now"))


def _is_about(question: str, source: str) -> bool:
    """Say whether a question has one answer, and its subject is said to have changed."""
    if not _ONE_ANSWER.search(question) or not speaks_of_change(source) or _BESIDES.search(source):
        return False
    said = {word for verb, of_it in _LIFE.items() if verb in words(question) for word in of_it}
    return bool(said & set(words(source)) if said else stems(question) & stems(source))


def _left_behind(told: _Told, said: Sequence[tuple[str, Dream]]) -> Iterator[Change]:
    """A word that the user says to have left behind: "I quit netball", "sold the Lada", "I don't smoke any more"."""
    for sentence, dream in said:
        for found in _endings(sentence):
            left = stems(_thing(found))
            for word in sorted(word for word in told if set() < stems(word) <= left):
                for memory_id in _memories(told, word, sentence, found):
                    yield Change(memory_id, dream, frozenset({word}))


def _endings(sentence: str) -> Iterator[re.Match[str]]:
    """Where a sentence says that something ended; nobody and no animal of the user's ends by going somewhere."""
    for found in (match for pattern in (*_LEFT_BEHIND, _SO_NO_MORE) for match in pattern.finditer(sentence)):
        goes = _AWAY.search(found[0]) and any(map(is_person_or_animal, words(_thing(found))))
        if not goes and not _NOT_DONE.search(sentence[: found.start()]):
            yield found


def _thing(ending: re.Match[str]) -> str:
    """What is said to have ended."""
    return next(filter(None, ending.groups()), "")
