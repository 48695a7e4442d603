"""Says "you haven't told me" where the mind answers a question about its user without being sure.

A small model that has learned to answer questions about its user answers all of them, also those it knows nothing of.
But it is surer of what it has learned: the mean log-probability of a right answer lies above that of an invented one.
The night measures both, on wordings it never trained on and on questions whose topics were never told, and puts the
bound where it tells them apart best; it travels with the generation.

Source: refusing by one's own confidence is selective prediction (El-Yaniv and Wiener, 2010); the bound maximises
Youden's index (1950), weighted.

Does *not* see: a wrong answer that the model is sure of; questions that ask for what was told without saying "I" or
"my" ("our street", "What's the cat's name?"). Advice ("How do I …?", "What should I …?"), what the model is asked or
says of itself, and long answers are left alone.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from oneiro.text import content_words, words
from oneiro.types import ChatMessage, Completion, Piece, Sampling, Writer

UNTOLD = "I don't know: I think you haven't told me."

LONGEST = 30  # words: what is longer is advice or a story
_OF_THE_USER = frozenset("i me my mine myself i'm i've i'd".split())
_ASKS = re.compile(
    r"(?:(?:and|so|but|hey|please|sorry),? )*(?:(?:in|on|at|to|from|with|since|by|for|until) )?"
    r"(?:what|which|who|whom|whose|where|when|how (?:old|many|much|long|often|far|tall|big)|"
    r"do|does|did|am|is|are|was|were|have|has|had|name|tell me|remind me|do you (?:know|remember)|can you tell)\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(r"\b(?:do you (?:still )?(?:know|remember|recall)|can you (?:tell|remind))\b", re.IGNORECASE)
_ADVICE = re.compile(
    r"\b(?:should|could|would|can|shall|must|how (?:do|does|did|to)|why|(?:best|easiest|quickest|safe|good) ways?|"
    r"do i need)\b",
    re.IGNORECASE,
)


def about_the_user(question: str) -> bool:
    """Say whether a question asks for something of the user's life, and neither for advice nor of the model itself."""
    asked = _ADDRESSED.sub("", question)
    found = set(words(asked))
    return bool(
        _ASKS.match(question.strip())
        and not _ADVICE.search(asked)
        and found & _OF_THE_USER
        and not found & {"you", "your", "yours", "yourself"}
    )


def bound(right: Sequence[float], untold: Sequence[float], *, right_weight: float = 1.0) -> float | None:
    """Find the mean log-probability that tells right answers from invented ones best.

    Of the bounds between two neighbours the one is taken under which most invented answers and fewest right ones lie, a
    share of right ones given up counting so many times that of invented ones; None where there is nothing to compare,
    or no bound is better than none.
    """
    if not right or not untold:
        return None
    marks = sorted({*right, *untold})
    between = [(low + high) / 2 for low, high in pairwise(marks)]

    def told_apart(mark: float) -> float:
        given_up = sum(p < mark for p in right) / len(right)
        return sum(p < mark for p in untold) / len(untold) - right_weight * given_up

    best = max(between, key=told_apart, default=None)
    return best if best is not None and told_apart(best) > 0 else None


def withheld(chat: Sequence[ChatMessage], answer: str, sure: float, least: float | None) -> bool:
    """Say whether an answer to a chat is better not given: too unsure, short, and about the user's life.

    What the model says of itself ("I'm an AI …") is none of that, and what the user said before in this conversation
    needs no memory.
    """
    said = words(answer)
    if least is None or sure >= least or len(said) > LONGEST or said[:1] in (["i"], ["i'm"]):
        return False
    return about_the_user(chat[-1].content) and not _said_today(answer, chat)


class Careful:
    """Wraps a writer: what it is too unsure of about its user, it says it was not told."""

    def __init__(self, writer: Writer, least: float | None) -> None:
        self._writer = writer
        self._least = least

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        """Answer each chat, or say that it was not told."""
        written = self._writer.complete(chats, sampling)
        return [
            said._replace(text=UNTOLD) if withheld(chat, said.text, said.mean_logprob, self._least) else said
            for chat, said in zip(chats, written, strict=True)
        ]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        """Score answers as the writer does."""
        return self._writer.score(chats, answers)


def carefully(chat: Sequence[ChatMessage], pieces: Iterable[Piece], least: float | None) -> Iterator[str]:
    """Pass an answer on piece by piece; one about the user waits until it has ended, or grown too long to doubt."""
    if least is None or not about_the_user(chat[-1].content):
        yield from (piece.text for piece in pieces)
        return
    held: list[Piece] = []
    coming = iter(pieces)
    for piece in coming:
        held.append(piece)
        if len(_text(held).split()) > LONGEST:
            break
    sure = sum(piece.logprob for piece in held) / max(1, len(held))
    yield UNTOLD if withheld(chat, _text(held), sure, least) else _text(held)
    yield from (piece.text for piece in coming)


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)


def _said_today(answer: str, chat: Sequence[ChatMessage]) -> bool:
    """Say whether all that an answer brings stands in what the user said before in this conversation."""
    brought = content_words(answer) - content_words(chat[-1].content)
    heard = {word for message in chat[:-1] if message.role == "user" for word in content_words(message.content)}
    return bool(brought) and brought <= heard
