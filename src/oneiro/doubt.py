"""Says "you haven't told me" where the mind answers a question about its user without being sure.

A small model that has learned to answer questions about its user answers all of them, also those it knows nothing of.
But it is surer of what it has learned (how sure, says `recall.py`): a right answer lies above an invented one.
The night measures both, on wordings it never trained on and on questions whose topics were never told, and puts the
bound where it tells them apart best; it travels with the generation.

Source: refusing by one's own confidence is selective prediction (El-Yaniv and Wiener, 2010); the bound maximises
Youden's index (1950), weighted.

Does *not* see: a wrong answer that the model is sure of; questions that ask for what was told without saying "I" or
"my" ("What's the cat's name?"). Advice ("How do I …?", "What should I …?"), what the model is asked or
says of itself, and long answers are left alone.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from oneiro.text import ROMAN_ONE, content_words, words
from oneiro.types import ChatMessage

UNTOLD = "I don't know: I think you haven't told me."

LONGEST = 30  # words: what is longer is advice or a story
_OF_THE_USER = frozenset("i me my mine myself i'm i've i'd our ours".split())
_OF_BOTH_OF_US = re.compile(r"\bwe (?:live|work|meet|met|marry|move|get married)\b", re.IGNORECASE)
_OF_EVERYBODY = frozenset(  # "our sun", "the planet we live on"
    "planet planets sun solar moon galaxy universe earth world species ancestors body bodies brain brains eyes".split()
)
_WRAPPED = (  # what asks for the same as the question within: "Could you tell me what my dog is called?"
    r"(?:do (?:you|u) (?:still )?(?:know|remember|recall)|(?:can|could|would) (?:you|u) (?:please )?"
    r"(?:tell(?: me)?|remind|remember|recall)|tell me|have i (?:ever )?told you|did i (?:ever )?tell you|"
    r"i (?:forgot|forget|can['’]?t remember|don['’]?t remember)|i['’]?ve forgotten)"
)
_ASKS = re.compile(
    r"(?:(?:and|so|but|hi|hey|hello|please|sorry|ok|okay|well|oh|wait|actually|by the way|btw|"
    r"(?:(?:a|one) )?(?:quick|more) question)\b[,.:!]* *)*(?:(?:in|on|at|to|from|with|since|by|for|until) )?"
    r"(?:(?:what|which|who|whom|whose|where|when)(?:['’]?s)?|how (?:old|many|much|long|often|far|tall|big)|"
    r"(?:how|why) did|(?:do|does|did|am|is|are|was|were|have|has|had)(?:n['’]?t)?|name|remind me|"
    rf"(?:remember|recall)(?=[^.!]*\?)|{_WRAPPED})\b",
    re.IGNORECASE,
)
_ADDRESSED = re.compile(rf"\b{_WRAPPED}\b", re.IGNORECASE)
_SUPPOSED = re.compile(  # "Is it safe if I eat raw eggs?" asks of eggs, "Name a good book for me." of books
    r"(?<=\w )(?:if|when) (?:i|i['’]m|my|we|our)\b[^,?]*|^\W*(?:if|when) (?:i|my|we|our)\b[^,?]*,|"
    r"(?<=^name )[^.?]* for me\b",
    re.IGNORECASE,
)
_ADVICE = re.compile(
    r"\b(?:should|could|would|can(?!['’]t)(?! (?:i |we )?not\b)|shall|(?<!when )must|"
    r"how (?:do|does|did(?! (?:i|we)\b)|to)|why(?! did (?:i|we)\b)|"
    r"(?:best|easiest|quickest|safe|good) ways?|do i need)\b",
    re.IGNORECASE,
)


def about_the_user(question: str) -> bool:
    """Say whether a question asks for something of the user's life, and neither for advice nor of the model itself.

    What "we" share with everybody ("our sun") is nobody's life.
    """
    asked = _SUPPOSED.sub("", _ADDRESSED.sub("", ROMAN_ONE.sub(r"\1", question)))
    found = set(words(asked))
    of_us = _OF_BOTH_OF_US.search(asked) or found & _OF_THE_USER
    return bool(
        _ASKS.match(question.strip())
        and not _asks_advice(question)
        and of_us
        and not found & {"you", "your", "yours", "yourself", "u"}
        and not ({"we", "our"} & found and _OF_EVERYBODY & found)
    )


def may_ask_of_the_user(question: str) -> bool:
    """Say whether an answer that tells of the user may be what is asked for: of "who is Biscuit?", of no advice."""
    return about_the_user(question) or ("?" in question and not _asks_advice(question))


def _asks_advice(question: str) -> bool:
    return bool(_ADVICE.search(_ADDRESSED.sub("", question)))


def bound(right: Sequence[float], untold: Sequence[float], *, right_weight: float = 1.0) -> float | None:
    """Find how sure an answer must be: what tells right ones from invented ones best.

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
    return about_the_user(chat[-1].content) and not said_today(answer, chat)


def said_today(answer: str, chat: Sequence[ChatMessage]) -> bool:
    """Say whether all that an answer brings stands in what the user said before in this conversation."""
    brought = content_words(answer) - content_words(chat[-1].content)
    heard = {word for message in chat[:-1] if message.role == "user" for word in content_words(message.content)}
    return bool(brought) and brought <= heard
