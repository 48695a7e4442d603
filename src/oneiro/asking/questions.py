"""A question made by rule with its answer, and the words around them: "Tell me what I play.", "Yes, you are ill."."""

from typing import NamedTuple

from oneiro.text import words
from oneiro.types import DreamKind

WRAPPED: tuple[tuple[DreamKind, str, str], ...] = (  # of what is asked, and of the answer
    ("direct", "Tell me {}.", "{}"),
    ("direct", "Remind me {}.", "{}"),
    ("direct", "Do you know {}?", "Yes, {}"),
    ("direct", "Can you tell me {}?", "Yes, {}"),
    ("direct", "I forgot {}.", "{}"),
    ("indirect", "Someone asks you {}. What do you say?", "That {}"),
)


class Asked(NamedTuple):
    """A question made by rule, and its answer."""

    kind: DreamKind
    question: str
    answer: str


def yes(answer: str) -> str:
    """Affirm: "You are ill." → "Yes, you are ill."."""
    return f"Yes, {lowered(answer)}"


def no(answer: str) -> str:
    """Deny: "You can't swim." → "No, you can't swim."."""
    return f"No, {lowered(answer)}"


def lowered(answer: str) -> str:
    """Begin an answer small, as it goes on after "Yes, "; names keep their capital."""
    return answer[:1].lower() + answer[1:] if words(answer)[0] in ("you", "your", "the") else answer
