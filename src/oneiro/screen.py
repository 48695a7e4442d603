"""Stage 3: drops every dream that must not be trained on, each with a reason a person can read.

In: the draft of memories and dreams. Out: kept dreams (some set aside for the exam) and dropped ones.

Checks, in order: orders and identity changes (quarantined), secrets, perspective, names and numbers that were
never said, people it does not concern, an answer beside the question, confidence (the generator's own
log-probability), what a later turn takes back, never-told questions that were told, repeats and contradictions, of
which the surest dream stays and of two as sure the later one, and support: an answer that brings no told name must be
more probable with the source in context than without (in nats per token, under the frozen base).

Does *not* protect against: a wrong relation between right words ("your sister's dog" for "your dog") when the
base finds it plausible, lies of the user, orders phrased as facts, secrets in unusual forms.
"""

import math
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from oneiro.asked_for import missing
from oneiro.changes import changes, holds, renewed, speaks_of_change
from oneiro.config import ScreenConfig
from oneiro.relations import leaves_out_its_subject, strangers
from oneiro.secrecy import find_secret
from oneiro.text import DENIALS, checked_words, names_and_numbers, similarity, stems, told_names, words, words_told
from oneiro.types import ChatMessage, Dream, DreamDraft, Dropped, Screened, Writer

# "I always start with porridge" is a habit, and so is what others do or are told to do.
_NO_HABIT = r"(?:\b(?<!\bi )(?<!\bwe )(?<!\bthey )(?<!\bpeople )(?<!s )(?<!\bto )|\byou to )"
_ORDER = re.compile(
    r"\b(?:from now on(?!,? (?:i|i'm|i'll|we|we're|we'll|my|our|he|she|they)\b"
    r"(?! (?:want|need|expect|order|tell|command|ask) you\b))|"
    r"you are now|you're now|your (?:new )?name is|call me master|"
    r"(?:please|you|must) only (?:answer|reply|respond|speak)|(?:you|must|always) obey|obey (?:all|every|these)|"
    r"(?:here is|here's|this is) (?:a |the |your )?new rule|(?<!\ba )(?<!\bthe )(?<!\bmy )(?<!\bour )new rule|"
    r"system prompt|developer mode)\b|^\W*obey\b|"
    rf"{_NO_HABIT}(?:always (?:answer|reply|respond|say|call|end|start|speak)|never (?:say|mention|refuse|answer|tell)|"
    r"ignore (?:all|any|your|the|previous)|forget (?:all|your|everything|the rules)|remember that you|"
    r"pretend (?:to be|you)|act as)\b",
    re.IGNORECASE,
)
_FIRST_PERSON = re.compile(r"\b(i|i'm|i've|i'd|my|myself|me|(?:is|are|was|were|of) mine)\b|^mine\b", re.IGNORECASE)
_TOLD_ME = re.compile(r"\btold me\b", re.IGNORECASE)
_THE_USER = re.compile(r"\bthe user\b", re.IGNORECASE)
_YOUR = re.compile(r"\b(your|yours|yourself)\b", re.IGNORECASE)
_ASKS_A_NAME = re.compile(r"\b(name|names|named|called)\b", re.IGNORECASE)
_NOT_TOLD = re.compile(r"^you (haven't|have not|never) (told|mentioned|said)", re.IGNORECASE)
_OPENERS = frozenset(
    "your you yes no perhaps because they there this that those people mention say write more whether".split()
)
_NO = re.compile(r"no\b", re.IGNORECASE)
_YES = re.compile(r"yes\b", re.IGNORECASE)
_QUESTION_WORDS = frozenset("who whose whom where when how why what which".split())
_MANY = 12  # questions by rule of which some can be spared


class Quarantine(NamedTuple):
    """A reason that concerns the user's words themselves, shown in the morning report."""

    reason: str


def screen(
    draft: DreamDraft,
    writer: Writer,
    config: ScreenConfig,
    *,
    seed: int,
    known: Sequence[Dream] = (),
    watch: Callable[[Dropped], None] = lambda dropped: None,
) -> Screened:
    """Part dreams into kept and dropped; `known` are the kept dreams of earlier nights."""
    dropped: list[Dropped] = []

    def drop(dream: Dream, reason: str | Quarantine) -> None:
        quarantined = isinstance(reason, Quarantine)
        dropped.append(Dropped(dream, reason.reason if isinstance(reason, Quarantine) else reason, quarantined))
        watch(dropped[-1])

    safe: list[tuple[Dream, str | None]] = []
    for dream in draft.dreams:
        reason = judge_words(dream)
        drop(dream, reason) if isinstance(reason, Quarantine) else safe.append((dream, reason))
    everything = [dream for dream, _ in safe]
    kept = everything if config.only_safe else _true_ones(safe, writer, config, known=known, drop=drop)
    kept = set_aside(kept, per_memory=config.held_out, seed=seed)
    alive = {dream.memory_id for dream in kept if dream.kind != "never"}
    for dream in [dream for dream in kept if dream.memory_id not in alive]:
        kept.remove(dream)
        drop(dream, "its memory has no other dream left")
    return Screened(tuple(m for m in draft.memories if m.id in alive), tuple(kept), tuple(dropped))


def _true_ones(
    judged: Sequence[tuple[Dream, str | None]],
    writer: Writer,
    config: ScreenConfig,
    *,
    known: Sequence[Dream],
    drop: Callable[[Dream, str], None],
) -> list[Dream]:
    """Keep the dreams that say what was told, from the right side and once."""
    sound: list[Dream] = []
    ruled = {dream.memory_id for dream, _ in judged if dream.by_rule}
    for dream, reason in judged:
        unsure = dream.confidence < config.min_confidence
        why = reason or (unsure and f"the dream generator was unsure ({dream.confidence:.2f} nats a token)")
        why = why or _strays(dream, config.max_untold * (1 if dream.memory_id in ruled else 2))
        if not why and dream.belief is not None and dream.belief < config.min_belief:
            why = f"the dream generator itself does not believe it (log-odds {dream.belief:.1f})"
        drop(dream, why) if why else sound.append(dream)
    sound, turns = _as_told_last(sound, drop), {source: n for n, source in enumerate(_by_turn(sound))}
    # Of two that repeat or contradict each other the surer one stays, of two as sure what was told later.
    sound.sort(key=lambda dream: (-dream.confidence, -turns[dream.source]))
    single: list[Dream] = []
    for dream in sound:
        reason = _contradiction(dream, sound, known)
        reason = reason or _repetition(dream, single, config) or _another_answer(dream, single)
        drop(dream, reason) if reason else single.append(dream)
    kept: list[Dream] = []
    for dream, gain in zip(single, _support_gains(single, writer), strict=True):
        if gain >= config.min_support_gain:  # NaN is no support
            kept.append(dream)
        else:
            drop(dream, f"not supported by what was said (gain {gain:.2f} nats a token)")
    return kept


def _by_turn(dreams: Sequence[Dream]) -> dict[str, list[Dream]]:
    """Dreams by the turn they came from, the earliest first."""
    of_turn: dict[str, list[Dream]] = {}
    for dream in dreams:
        of_turn.setdefault(dream.source, []).append(dream)
    return of_turn


def _as_told_last(dreams: Sequence[Dream], drop: Callable[[Dream, str], None]) -> list[Dream]:
    """Drop what a later turn takes back and ask it anew, as of an earlier night ("Sorry, I meant Max.")."""
    told: list[Dream] = []
    for source, new in _by_turn(dreams).items():
        if not speaks_of_change(source):
            told += new
            continue
        made, anew = changes(told, new), renewed(told, new)
        for dream in told:
            if not holds(dream, made):
                drop(dream, f"you said otherwise later: {source}")
        told = [*(dream for dream in told if holds(dream, made)), *new, *anew]
    return told


def judge_words(dream: Dream) -> str | Quarantine | None:
    """Return why the words of one dream disqualify it, or None."""
    spoken = f"{dream.source} {dream.statement} {dream.question} {dream.answer}"
    # The words said, not the dream's: "Your name is Ada." is an answer to the user and an order to the model.
    if _ORDER.search(_plain(f"{dream.source} {dream.statement}")):
        return Quarantine("gives an order or changes who the assistant is")
    secret = find_secret(spoken)
    if secret:
        return Quarantine(f"carries a secret ({secret})")
    if _FIRST_PERSON.search(_TOLD_ME.sub("told", dream.answer)):
        return "told from the wrong side: the answer says I or my"
    if _THE_USER.search(f"{dream.question} {dream.answer}"):
        return "told from the wrong side: it says the user"
    if _YOUR.search(dream.question):
        return "told from the wrong side: the question says your"
    if bool(_NOT_TOLD.search(_plain(dream.answer))) != (dream.kind == "never"):
        return "a never-told answer in the wrong place"
    return _wrong_yes_or_no(dream) or _invention(dream) or _wrong_person(dream) or _beside_the_question(dream)


def _plain(text: str) -> str:
    """Straight apostrophes and single spaces, so that no order hides behind typography."""
    return " ".join(text.replace("’", "'").split())


def _wrong_yes_or_no(dream: Dream) -> str | None:
    """A no must deny or say something else than was asked, a yes must not agree to a name nobody said."""
    if dream.by_rule:
        return None
    said = set(words(dream.answer))
    new = names_and_numbers(dream.answer) - set(words(dream.question)) or said & DENIALS - {"no"}
    if _NO.match(dream.answer) and stems(dream.question) <= stems(dream.answer) and not new:
        return "says no and then the same"
    strange = names_and_numbers(dream.question) - words_told(dream.source)
    if _YES.match(dream.answer) and strange:
        return f"agrees to {', '.join(sorted(strange))}, which you did not say"
    return None


def _invention(dream: Dream) -> str | None:
    """Find names and numbers nobody said: in statement, answer and (unless it may ask for a no) question."""
    said = words_told(dream.source)
    invented = names_and_numbers(dream.statement) - said - {"user"}
    if invented:
        return f"the memory itself names {', '.join(sorted(invented))}, which you did not say"
    if dream.kind == "never":
        return None
    invented = names_and_numbers(dream.answer) - said | _garbled_opening(dream)
    if dream.kind not in ("yesno", "change", "indirect"):
        invented |= names_and_numbers(dream.question) - said
    if invented:
        return f"names {', '.join(sorted(invented))}, which you did not say"
    return None


def _garbled_opening(dream: Dream) -> set[str]:
    """The answer's first word, when it is a told name gone wrong ("Briston is where you grew up")."""
    first = words(dream.answer)[:1]
    known = {*words(dream.source), *words(dream.statement), *words(dream.question)}
    return {word for word in first if word not in known and any(_garbled(word, other) for other in known)}


def _garbled(word: str, known: str) -> bool:
    alike = min(len(word), len(known)) > 3 and word[:2] == known[:2]
    return alike and not stems(word) & stems(known) and word not in _OPENERS


def _wrong_person(dream: Dream) -> str | None:
    """A dream must not speak of people nobody mentioned, nor give one's trait to another."""
    if dream.kind == "never":
        return None
    spoken = f"{dream.question} {dream.answer}"
    only_supposed = dream.kind == "indirect" or _NO.match(dream.answer)  # the question may speak of anybody
    unknown = strangers(dream.answer if only_supposed else spoken, f"{dream.source} {dream.statement}")
    if unknown:
        return f"speaks of your {', your '.join(sorted(unknown))}, whom you did not mention"
    about = leaves_out_its_subject(spoken, dream.statement)
    return f"leaves out whom it is about: your {about}" if about else None


def _strays(dream: Dream, most: int) -> str | None:
    """A written dream may bring so many words that nobody said, question and answer each counted for itself.

    Of 3,556 dreams that a reader judged, half are true where there is no such word, a quarter where there is one or
    two, a tenth where there are more.
    """
    if dream.by_rule or dream.kind == "never":
        return None
    told = stems(f"{dream.source} {dream.statement}")
    untold = [word for part in (dream.question, dream.answer) for word in sorted(stems(part) - told)]
    return f"brings too much that you did not say: {', '.join(dict.fromkeys(untold))}" if len(untold) > most else None


def _beside_the_question(dream: Dream) -> str | None:
    """An answer must tell the number, time, place or name that is asked for."""
    missed = dream.kind != "never" and missing(dream.question, dream.answer, dream.source)
    return f"asks for {missed}, and its answer tells none" if missed else None


def _support_gains(dreams: Sequence[Dream], writer: Writer) -> list[float]:
    """Log-probability gained by an answer, per token, when its source stands before the question.

    Infinite where there is nothing to measure: for a never-told answer, for what a rule made of words that were said,
    and for an answer that brings a told name or number which its question does not hold, since nobody guesses that.
    """
    gains = [math.inf] * len(dreams)
    guessable = [
        i
        for i, dream in enumerate(dreams)
        if dream.kind != "never"
        and not dream.by_rule
        and not told_names(dream.answer, dream.source) - set(words(dream.question))
    ]
    asked = [dreams[i] for i in guessable]
    answers = [dream.answer for dream in asked]
    without = writer.score([[ChatMessage("user", dream.question)] for dream in asked], answers)
    within = writer.score([[ChatMessage("user", f"{dream.source}\n\n{dream.question}")] for dream in asked], answers)
    for i, before, after in zip(guessable, without, within, strict=True):
        gains[i] = after - before
    return gains


def _contradiction(dream: Dream, tonight: Sequence[Dream], known: Sequence[Dream]) -> str | None:
    """A never-told question must not be one that a memory answers."""
    if dream.kind != "never":
        return None
    asked = stems(dream.question)
    if not asked:
        return "too vague to say what was never told"
    told_of = names_and_numbers(dream.question) & set(words(dream.source))
    if told_of:  # it would teach that a name you told is one you did not
        return f"asks as if {', '.join(sorted(told_of))} had not been told"
    if _ASKS_A_NAME.search(dream.question) and asked & stems(dream.source) and names_and_numbers(dream.source):
        return f"you did tell a name: {dream.statement}"
    for other in (*tonight, *known):
        answered = stems(other.question)
        if other.kind != "never" and (asked <= answered or len(asked & answered) / len(asked | answered) >= 0.75):
            return f"you did tell: {other.question} {other.answer}"
    return None


def _repetition(dream: Dream, kept: Sequence[Dream], config: ScreenConfig) -> str | None:
    for other in kept:
        if other.memory_id == dream.memory_id and similarity(other.question, dream.question) > config.max_similarity:
            return f"repeats: {other.question}"
        if words(other.question) == words(dream.question):
            return f"the same question is asked of another memory: {other.answer}"
    return None


def _another_answer(dream: Dream, kept: Sequence[Dream]) -> str | None:
    """The same question in other words must not get another told name: two birthplaces are one too many."""
    named, asked = told_names(dream.answer, dream.source), stems(dream.question)
    for other in kept:
        if other.memory_id == dream.memory_id and "never" not in (dream.kind, other.kind):
            theirs = told_names(other.answer, other.source)
            alike = asked and asked == stems(other.question) and _asks_for(dream) & _asks_for(other)
            if alike and named and theirs and not named & theirs:
                return f"another answer to: {other.question} {other.answer}"
    return None


def _asks_for(dream: Dream) -> set[str]:
    """The question words of a dream, "what" and "which" being one; all of them when it has none ("Name my …")."""
    found = {"which" if word == "what" else word for word in words(dream.question) if word in _QUESTION_WORDS}
    return found or set(_QUESTION_WORDS)


def set_aside(kept: Sequence[Dream], *, per_memory: int, seed: int) -> list[Dream]:
    """Mark some wordings of each memory as held out, those by which it can best be told whether it is remembered.

    True: made by rule where there are `_MANY` such, else of the generator's the half it was surest of (few questions by
    rule are the plainest ones, to be trained on). Exact: one told word decides, or as few as can be, since who is asked
    "What do I play?" need not say the band and the weekday too. A memory with few dreams keeps at least four for
    training.
    """
    rng = random.Random(seed)
    chosen: set[int] = set()
    for memory_id in dict.fromkeys(dream.memory_id for dream in kept):
        own = [i for i, dream in enumerate(kept) if dream.memory_id == memory_id and dream.kind != "never"]
        needed = {i: len(checked_words(kept[i].question, kept[i].answer, kept[i].source)) for i in own}
        checkable = [i for i in own if kept[i].kind in ("direct", "indirect") and needed[i]]
        by_rule = [i for i in checkable if kept[i].by_rule]
        if len(by_rule) < _MANY:
            written = [i for i in checkable if not kept[i].by_rule] or checkable
            written.sort(key=lambda i: -kept[i].confidence)
            checkable = written[: max(per_memory, math.ceil(len(written) / 2))]
        else:
            checkable = by_rule
        drawn = sorted(rng.sample(checkable, len(checkable)), key=needed.__getitem__)
        chosen.update(drawn[: min(per_memory, max(0, len(own) - 4))])
    return [_hold(dream) if i in chosen else dream for i, dream in enumerate(kept)]


def _hold(dream: Dream) -> Dream:
    return replace(dream, held_out=True)
