"""How the awake mind answers what is asked about its user: a thought that is weighed, and in doubt a second one.

The mind answers with what its weights say first. How sure it is of that is the answer's mean log-probability and, with
a weight, the log-odds that this is what the question asks for, which the dream generator recognises better
(`recognise.py`). Where it lies under the generation's bound (`doubt.py`), several other answers are drawn from the mind
and the one that fits best is taken; what then still lies under it is withheld. Answers come from the weights alone;
nothing is looked up.

Source: recall as generating and then recognising (Anderson and Bower, 1972).

Does *not* see: an answer that fits the question and is wrong in its value. Advice, what is no question, what the
user said before in the same conversation, and what the model says of itself are left as they are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from oneiro.doubt import LONGEST, UNTOLD, about_the_user, may_ask_of_the_user, said_today, withheld
from oneiro.recognise import Recognises
from oneiro.types import ChatMessage, Completion, Piece, Sampling, Writer

_OTHERS = 6  # answers drawn for a second thought
_DRAWN = Sampling(max_new_tokens=32, temperature=1.0, top_p=0.95)
_AMONG_OTHERS = 0.2  # nats a token that a unit of log-odds counts where answers to one question are compared
_TELLS = re.compile(r"\W*(?:(?:yes|no|well|oh|ah)\b\W*)?you(?:r|rs|rself|['’]\w+)?\b", re.IGNORECASE)
_TOO_FEW = 3  # words, of which the last may be half of one, that do not tell yet how an answer begins


def tells_of_the_user(answer: str) -> bool:
    """Say whether an answer is a short one that tells the user of themselves: "Your dog is called Biscuit."."""
    return bool(_TELLS.match(answer)) and len(answer.split()) <= LONGEST


class Recall:
    """Wraps the writer of a mind: what is said of the user is weighed, thought over where unsure, or withheld.

    `weight` is what a unit of the recogniser's log-odds counts, nats a token; with 0 nothing is thought over. `least`
    is the bound, nats a token; with None, or where the recogniser it was found with is missing, everything is given,
    and a completion's `mean_logprob` says how sure it is.
    """

    def __init__(
        self, mind: Writer, recogniser: Recognises | None, *, weight: float, least: float | None = None
    ) -> None:
        self._mind = mind
        self._recogniser = recogniser if weight else None
        self._weight = weight
        # A bound on what the recogniser had a say in means nothing without it.
        self._least = least if recogniser or not weight else None

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        """Answer each chat."""
        return self.considered(chats, self._mind.complete(chats, sampling))

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        """Score answers as the mind itself does."""
        return self._mind.score(chats, answers)

    def considered(self, chats: Sequence[list[ChatMessage]], first: Sequence[Completion]) -> list[Completion]:
        """Say what becomes of the answers that came to mind first."""
        thoughts = self._weighed(chats, first)
        if self._least is not None:
            for i, one in enumerate(thoughts):
                unsure = one.telling and self._sure(one).mean_logprob < self._least
                if unsure and not said_today(one.said.text, chats[i]):
                    thoughts[i] = max([one, *self._others(chats[i])], key=_fitting)
        return [
            one._replace(text=UNTOLD) if withheld(chat, one.text, one.mean_logprob, self._least) else one
            for chat, one in zip(chats, map(self._sure, thoughts), strict=True)
        ]

    def stream(self, chat: list[ChatMessage], pieces: Iterable[Piece]) -> Iterator[str]:
        """Pass an answer on piece by piece; one that may be about the user waits until it has ended, or grown long."""
        held: list[Piece] = []
        coming = iter(pieces)
        for piece in coming:
            held.append(piece)
            if self._least is None or _flows(chat[-1].content, _text(held)):
                yield _text(held)
                yield from (piece.text for piece in coming)
                return
        sure = sum(piece.logprob for piece in held) / max(1, len(held))
        yield self.considered([chat], [Completion(_text(held), sure)])[0].text

    def _sure(self, thought: "_Thought") -> Completion:
        said = thought.said
        return said._replace(mean_logprob=said.mean_logprob + self._weight * (thought.fits or 0.0))

    def _weighed(self, chats: Sequence[list[ChatMessage]], said: Sequence[Completion]) -> list["_Thought"]:
        """Find how well each answer about the user fits its question."""
        thoughts = [_Thought(one) for one in said]
        if self._recogniser is None:
            return thoughts
        asked = [i for i, one in enumerate(said) if _is_a_memory(chats[i][-1].content, one.text)]
        fits = self._recogniser.fits([chats[i][-1].content for i in asked], [said[i].text for i in asked])
        for i, odds in zip(asked, fits, strict=True):
            thoughts[i] = _Thought(said[i], odds)
        return thoughts

    def _others(self, chat: list[ChatMessage]) -> list["_Thought"]:
        """Draw other answers to a chat, by itself, so that they are the same whatever else is asked beside it.

        Returns: those that tell of the user, weighed.
        """
        asked = [chat] * _OTHERS
        return [one for one in self._weighed(asked, self._mind.complete(asked, _DRAWN)) if one.telling]


class _Thought(NamedTuple):
    """What came to mind; where it was weighed, the log-odds that it is what is asked for."""

    said: Completion
    fits: float | None = None

    @property
    def telling(self) -> bool:
        return self.fits is not None and tells_of_the_user(self.said.text)


def _fitting(thought: _Thought) -> float:
    """How well an answer fits its question, to tell answers to one question apart."""
    return thought.said.mean_logprob + _AMONG_OTHERS * (thought.fits or 0.0)


def _is_a_memory(question: str, answer: str) -> bool:
    short = 0 < len(answer.split()) <= LONGEST
    return short and (about_the_user(question) or (may_ask_of_the_user(question) and tells_of_the_user(answer)))


def _flows(question: str, begun: str) -> bool:
    """Say whether what has been said of an answer need not wait for the rest."""
    if about_the_user(question):
        return len(begun.split()) > LONGEST
    begins = len(begun.split()) < _TOO_FEW or (bool(_TELLS.match(begun)) and len(begun.split()) <= LONGEST)
    return not (begins and may_ask_of_the_user(question))


def _text(pieces: Sequence[Piece]) -> str:
    return "".join(piece.text for piece in pieces)
