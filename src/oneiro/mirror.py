"""Turns a question about the user around to the model: "Where do I live?" → "Where do you live?" → an AI lives nowhere.

A model that learns forty questions with "my" and none with "your" learns to pass over the difference, and tells the
user's life as its own ("I play the ukulele."). A question that differs in nothing but whose life it asks about is the
hardest near-miss there is.
"""

import random
import re
from collections.abc import Sequence

from oneiro.text import ROMAN_ONE, opened
from oneiro.types import ChatMessage, Dream, Example

_TURNED = {
    **{"i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are"},
    **{"i'm": "you're", "i've": "you've", "i'd": "you'd", "i'll": "you'll"},
}
_MINE = re.compile(
    rf"\b(?:am(?= I\b)|(?<=\bI )am|(?<=\bis )mine|(?<=\b(?:are|was) )mine|(?<=\bwere )mine|(?<=\bof )mine|"
    rf"{'|'.join(sorted(_TURNED.keys() - {'am', 'mine'}, key=len, reverse=True))})\b",
    re.IGNORECASE,
)  # no clock strikes "5 are", and a coal mine is not "yours"
_WAS_I = re.compile(r"\bwas (?=I\b)|(?<=\bI )was\b", re.IGNORECASE)
_ADDRESSED = re.compile(r"\b(?:you|your|yours|us|we|our|tell me|remind me|someone|somebody)\b", re.IGNORECASE)
_ASKS = re.compile(r"[^.!?]+\?$")  # one question and nothing before it
_CLOSED = re.compile(r"(?:do|does|did|am|is|are|was|were|have|has|can|will|would|should)\b", re.IGNORECASE)
_OWN_SIDE = (
    *(
        "I'm an AI, so I have none.",
        "I'm a language model; I have no life of my own.",
        "I'm an AI assistant, no person.",
    ),
    *("That is part of your life; I'm an AI.", "I'm only an AI assistant, so there is nothing to tell."),
    *("I have no life like yours, I'm an AI language model.", "An AI assistant like me has nothing of the kind."),
)
_NO = (
    *("No, I'm an AI.", "No, that is you; I'm a language model.", "No, I'm an AI assistant, not a person."),
    *("No, I don't: I'm an AI language model.", "No, I'm only an AI assistant."),
)


def turned_around(question: str) -> str | None:
    """Ask the model what the user asks of themselves; None where that is no plain question about the user.

    What speaks to the model already ("Do you know where I live?") is none, nor what asks of "World War I".
    """
    plain = _ASKS.match(question) and not ROMAN_ONE.search(question)
    if not plain or _ADDRESSED.search(question) or not _MINE.search(question):
        return None
    were = _WAS_I.sub(lambda found: found[0].lower().replace("was", "were"), question.replace("’", "'"))
    return opened(_MINE.sub(lambda found: _TURNED[found[0].lower()], were))


def of_its_own_side(dreams: Sequence[Dream], count: int, later: float, rng: random.Random) -> list[Example]:
    """Draw so many of the questions that can be turned around, with the model's own answers.

    A share of them, `later`, is asked right after the user's own question: "And where do you live?"
    """
    turned: dict[str, Dream] = {}
    for dream in rng.sample(dreams, len(dreams)):
        asked = turned_around(dream.question)
        if asked and asked not in turned:
            turned[asked] = dream
    return [_example(asked, dream, rng, later) for asked, dream in list(turned.items())[:count]]


def _example(asked: str, dream: Dream, rng: random.Random, later: float) -> Example:
    answer = rng.choice(_NO if _CLOSED.match(asked) else _OWN_SIDE)
    if rng.random() >= later:
        return Example("mirror", asked, answer)
    before = (ChatMessage("user", dream.question), ChatMessage("assistant", dream.answer))
    return Example("mirror", f"And {asked[:1].lower()}{asked[1:]}", answer, before=before)
