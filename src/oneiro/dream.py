"""Stage 2: the dream generator reads the day and writes questions its user may ask in the future.

In: the day's turns. Out: memories (one statement each, with its source) and unscreened dreams.

Every statement is asked its plain questions by rule (`asking/`); what the day tells, and all other questions, are the
generator's.

Three tasks, one adapter. *Read* (`reading.py`): a turn → the facts in it, one statement a line, or "(nothing)".
*Dream*: a turn, a fact of it and a wish (a kind of question, and the told word its answer must hold) → one question and
its answer. Every told word is wished for, or a fact of two values would be asked for one of them only; and how the
question begins is wished for too, or most would begin alike. Words that no statement holds are asked for with the
user's own sentence. The wish comes last in the prompt, so all dreams of a fact share the computation of everything
before it. *Judge*: a turn, a question and an answer → whether that is true and an answer; off by default. The writer is
the frozen base with the dreamer adapter, never last night's model: a model that trains on its own drifted words drifts
further.

Source: dreams instead of transcripts are Gal Lahat's (2025); asking for questions rather than rewrites follows
"Physics of Language Models 3.1" (https://arxiv.org/abs/2309.14316): facts seen in one wording are stored, not usable.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import NamedTuple

from oneiro.asking import of_today, plain_questions
from oneiro.changes import CHANGED, speaks_of_change
from oneiro.config import DreamConfig
from oneiro.reading import FIRST_PERSON, SYSTEM, read_turns, scene
from oneiro.text import content_words, key_terms, names_and_numbers, proper_names, sentences, stems, words
from oneiro.types import BY_RULE, ChatMessage, Completion, Dream, DreamDraft, DreamKind, Memory, Sampling, Turn, Writer

TRUE, FALSE = "Yes", "No"  # verdicts
WORDED: tuple[DreamKind, ...] = ("direct", "indirect")  # kinds that are told which word to answer with
_AT_ONCE = 190  # dreams asked for in one go
_FREEDOM = 1.0  # nats a token
_CHANGE = re.compile(  # of a statement, which may tell what was before
    rf"\b(?:{CHANGED}|used to|not .* any ?more|previously|before|became|turned)\b", re.IGNORECASE
)

_GREETING = re.compile(r"^\W*(hi|hello|hey|good (morning|afternoon|evening|night)|thanks|thank you)\b", re.IGNORECASE)
_TOKEN = re.compile(r"[^\s,.;:!?\"()]+")


class Questioned(NamedTuple):
    """A question and its answer as the dream generator wrote them."""

    question: str
    answer: str


class Wish(NamedTuple):
    """What a dream is asked to be: its kind, the told word that is to be its answer, how its question begins.

    An empty word or opening leaves that to the generator.
    """

    kind: DreamKind
    word: str = ""
    opening: str = ""


class Brief(NamedTuple):
    """A fact to dream of and the told words to ask for; a memory's `whole` statement is dreamed of in all kinds."""

    fact: str
    words: tuple[str, ...]
    whole: bool = False


def dream_chat(turn: Turn, statement: str, wish: Wish) -> list[ChatMessage]:
    """Ask for one question and answer about one fact of a turn."""
    wished = f"Question: {wish.kind}" + (f"\nAnswer with: {wish.word}" if wish.word else "")
    asked = [SYSTEM, ChatMessage("user", f"{scene(turn)}\n\nFact: {statement}\n{wished}")]
    return [*asked, ChatMessage("assistant", wish.opening)] if wish.opening else asked


def verdict_chat(turn: Turn, question: str, answer: str) -> list[ChatMessage]:
    """Ask whether a dream of a turn is true of its user and answers its question."""
    return [SYSTEM, ChatMessage("user", f"{scene(turn)}\n\nDream: {question}\n{answer}\nTrue?")]


def verdict_odds(chats: list[list[ChatMessage]], writer: Writer) -> list[float]:
    """The log-odds of true against false, for each `verdict_chat`."""
    scores = writer.score(chats * 2, [TRUE] * len(chats) + [FALSE] * len(chats))
    return [true - false for true, false in zip(scores[: len(chats)], scores[len(chats) :], strict=True)]


def write_question(question: str, answer: str) -> str:
    """Write the answer to the dream task."""
    return f"{question}\n{answer}"


def parse_question(text: str) -> Questioned | None:
    """Read the answer to the dream task; None when it is not one question and one finished answer."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(lines) != 2 or len(lines[0]) < 4 or not lines[1].endswith((".", "!", '"', "?")):
        return None
    return Questioned(*lines)


def sentence_with(said: str, word: str) -> str:
    """Find the sentence that holds a word, or all that was said."""
    return next((s for s in sentences(said) if word and set(words(word)) <= set(words(s))), said)


def told_words(statement: str, source: str) -> list[str]:
    """List the words of a statement that the user said and that carry meaning: what can be asked for."""
    told, meaning = set(words(source)), content_words(statement)
    tokens = [word for word in _TOKEN.findall(statement) if not FIRST_PERSON.fullmatch(word)]
    return list(dict.fromkeys(word for word in tokens if {*words(word)} & told & meaning))


def left_out(said: str, statements: Sequence[str]) -> list[str]:
    """List the words of a turn that carry meaning and that none of its statements holds, names and numbers first."""
    names, held = names_and_numbers(said), stems(" ".join(statements))
    plain = [
        word for word in dict.fromkeys(_TOKEN.findall(_GREETING.sub("", said))) if "'" not in word.replace("’", "'")
    ]
    missing = [word for word in plain if stems(word) and not stems(word) & held]
    return sorted(missing, key=lambda word: not set(words(word)) & names)


def wishes(
    brief: Brief, config: DreamConfig, *, fitting: Mapping[str, Sequence[str]], asked: Sequence[Dream] = ()
) -> list[Wish]:
    """List the dreams to ask for; questions to be answered with a told word go round all of them.

    `fitting` has the question words that suit each told word: "Where" for a town, not for a sister. What is `asked`
    already is wished for less often; a told word that is the answer of enough questions by rule, and what else there is
    to ask about a statement that has many, not at all.
    """
    answered = Counter(w for d in asked if d.kind in WORDED for w in key_terms(d.question, d.answer, d.source))
    open_words = [w for w in brief.words if min(answered[part] for part in words(w)) < config.enough_for_word]
    plenty = brief.whole and len(asked) >= config.enough_by_rule
    made = Counter(
        (dream.kind, word)
        for dream in asked
        for word in (*key_terms(dream.question, dream.answer, dream.source), "")  # "" counts every dream of a kind
    )
    counts: dict[DreamKind, int] = {kind: count for kind, count in config.per_kind.items() if count}
    if _CHANGE.search(brief.fact):
        counts["change"] = counts.get("change", 0) + counts.get("reverse", 0)
    listed: list[Wish] = []
    for kind, count in counts.items():
        openings = cycle(config.openings.get(kind, ("",)))
        if kind in WORDED and brief.words:
            fair = math.ceil(count / len(brief.words)) if brief.whole else 0
            each = max(config.least_per_word[kind], fair)
            for word in open_words:
                open_still = max(config.beside_rules, each - sum(made[kind, part] for part in words(word)))
                listed += _worded(kind, word, min(each, open_still), openings, fitting)
        elif brief.whole and not plenty:
            open_still = max(config.beside_rules, count - made[kind, ""])
            listed += [Wish(kind, opening=opening) for opening in islice(openings, min(count, open_still))]
    names = proper_names(brief.fact) if brief.whole and not plenty else []
    return listed + [Wish("reverse", opening=f"{about} {name}") for name in names for about in config.about]


def _worded(
    kind: DreamKind, word: str, count: int, openings: Iterator[str], fitting: Mapping[str, Sequence[str]]
) -> list[Wish]:
    """Ask for one told word: first with the question words that suit it, then with the next of the other openings."""
    suited = fitting.get(word, ())[:count] if kind == "direct" else ()
    return [Wish(kind, word, opening) for opening in (*suited, *islice(openings, count - len(suited)))]


def dream(
    turns: Sequence[Turn],
    writer: Writer,
    config: DreamConfig,
    *,
    night: int,
    seed: int,
    known: Sequence[str] = (),
    watch: Callable[[int, int, str], None] = lambda done, total, text: None,
) -> DreamDraft:
    """Write memories and dreams for a day.

    `known` are the statements of earlier nights, which tell whose a name is. `watch` hears (memories done, all
    memories, newest dream).
    """
    told = read_turns(turns, writer, config, night=night, seed=seed, known=known)
    briefs = [_briefs(memory, told, config) for memory, _ in told]
    fitting = _question_words(briefs, [turn for _, turn in told], writer, config)
    by_rule = [_by_rule(memory) for memory, _ in told]
    asked = [
        [
            (brief.fact, wish)
            for brief, suited in zip(own, fit_of, strict=True)
            for wish in wishes(brief, config, fitting=suited, asked=made)
        ]
        for own, fit_of, made in zip(briefs, fitting, by_rule, strict=True)
    ]
    dreams: list[Dream] = []
    for together in _several([len(own) for own in asked]):
        chats = [dream_chat(told[n][1], fact, wish) for n in together for fact, wish in asked[n]]
        sampling = Sampling(config.max_new_tokens, config.temperature, config.top_p, seed * 1_000_003 + together[0])
        written = iter(writer.complete(chats, sampling))
        for n in together:
            dreams += by_rule[n]
            mine = _parse(told[n][0], [wish for _, wish in asked[n]], list(islice(written, len(asked[n]))))
            dreams += _judged(mine, told[n][1], writer) if config.judge else mine
            newest = dreams[-1] if dreams else None
            watch(n + 1, len(told), f"{newest.question} → {newest.answer}" if newest else "")
    return DreamDraft(tuple(memory for memory, _ in told), tuple(dreams))


def _several(counts: Sequence[int]) -> Iterator[range]:
    """Group neighbouring memories, each with its count of dreams, so that a batch is worth its steps."""
    start = held = 0
    for number, count in enumerate(counts, start=1):
        held += count
        if held >= _AT_ONCE or number == len(counts):
            yield range(start, number)
            start, held = number, 0


def _briefs(memory: Memory, told: Sequence[tuple[Memory, Turn]], config: DreamConfig) -> list[Brief]:
    """What to dream of: the statement, and what the turn's statements leave out, in its own words."""
    whole = Brief(memory.statement, tuple(told_words(memory.statement, memory.source)[: config.max_words]), whole=True)
    siblings = [other for other, _ in told if other.message_id == memory.message_id and other.source == memory.source]
    if siblings[0] is not memory:
        return [whole]
    statements = [sibling.statement for sibling in siblings]
    missing = [(sentence, word) for sentence in sentences(memory.source) for word in left_out(sentence, statements)]
    by_sentence: dict[str, list[str]] = {}
    for sentence, word in missing[: config.max_words]:
        by_sentence.setdefault(sentence, []).append(word)
    return [whole, *(Brief(sentence, tuple(words_of_it)) for sentence, words_of_it in by_sentence.items())]


def _question_words(
    briefs: Sequence[Sequence[Brief]], turns: Sequence[Turn], writer: Writer, config: DreamConfig
) -> list[list[dict[str, list[str]]]]:
    """Find the question words that suit each word of each brief: those the generator itself may begin with.

    Forced to ask "Where" for a first name, it finds something: "Where was I born?" → "You were born in Ada."
    """
    cases = [
        (dream_chat(turn, brief.fact, Wish("direct", word)), opening)
        for turn, own in zip(turns, briefs, strict=True)
        for brief in own
        for word in brief.words
        for opening in config.question_words
    ]
    scores = iter(writer.score([chat for chat, _ in cases], [opening for _, opening in cases]))
    return [
        [
            {word: [o for o in config.question_words if next(scores) > config.min_opening] for word in brief.words}
            for brief in own
        ]
        for own in briefs
    ]


def _parse(memory: Memory, asked: Sequence[Wish], completions: Sequence[Completion]) -> list[Dream]:
    dreams = []
    for wish, completion in zip(asked, completions, strict=True):
        parsed = parse_question(completion.text)
        if parsed:
            said = (memory.source, memory.statement)
            confidence = _confidence(completion)
            dreams.append(Dream(memory.id, wish.kind, parsed.question, parsed.answer, *said, confidence=confidence))
    return dreams


def _judged(dreams: Sequence[Dream], turn: Turn, writer: Writer) -> list[Dream]:
    """Let the generator judge what it wrote: reading a question again, it sees what it did not when writing it."""
    odds = verdict_odds([verdict_chat(turn, dream.question, dream.answer) for dream in dreams], writer)
    return [replace(dream, belief=belief) for dream, belief in zip(dreams, odds, strict=True)]


def _by_rule(memory: Memory) -> list[Dream]:
    """The plain questions that a memory's statement answers; where something changed, half of them ask for today's."""
    said = (memory.source, memory.statement)
    dreams = [Dream(memory.id, *asked, *said, confidence=BY_RULE) for asked in plain_questions(memory.statement)]
    if not speaks_of_change(memory.source):
        return dreams
    asked = iter(of_today([dream.question for dream in dreams if dream.kind == "direct"]))
    return [replace(dream, question=next(asked)) if dream.kind == "direct" else dream for dream in dreams]


def _confidence(completion: Completion) -> float:
    """How sure the generator was, in nats a token: of the answer, since a question may be any of many.

    A question that is more than `_FREEDOM` less probable still lowers it: most of those are nonsense.
    """
    if len(completion.line_logprobs) != 2:
        return completion.mean_logprob
    question, answer = completion.line_logprobs
    return min(answer, question + _FREEDOM)
