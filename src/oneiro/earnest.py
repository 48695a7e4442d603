"""What a turn says of its user in earnest: no questions, no requests, no games, no story, nobody else's text.

Word lists, no model: blind to what they do not hold, and to what is meant as a joke.
"""

import re

from oneiro.text import sentences

_BEFORE = r"\W*(?:(?:hi|hey|hello|ok|okay|well|so|and|but|also|sorry|oh|btw)\b[ ,!]*)*"
_QUESTION = re.compile(
    rf"{_BEFORE}(?:(?:how|what|which|why|where|when|who|whose) "
    r"(?:do|does|did|am|is|are|was|were|can|could|would|will|should|shall|to)|"
    r"(?:do|does|did|am|is|are|was|were|have|has|can|could|would|will|should|shall|may)(?:n['’]?t)? "
    r"(?:i|we|you|he|she|they|it|there|anybody|anyone|somebody|someone)|"
    r"(?:does|is|are|can|could|would|will|should) (?:my|our|the|this|that|these|those))\b",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    rf"{_BEFORE}(?:(?:please |just )?(?:tell|write|give|show|help|remind|teach|let|send|find|make|get|wish|sing|ask|"
    r"read|excuse|forgive|spare) (?:me|us)|"
    r"(?:thanks|thank you|cheers)(?: (?:so|very) much| a lot| again)? for|"
    r"please(?! (?:remember|note|know|call|keep|bear)\b)|"
    r"explain|translate|summari[sz]e|proofread|rewrite|rephrase|recommend|suggest|describe|list|draft|define|calculate)\b",
    re.IGNORECASE,
)
# What opens a game, a story or a piece of somebody else's text: nothing that follows is told of the user.
_GAME = re.compile(
    r"\W*(?:(?:suppose|imagine(?! that\W*$)|pretend|let['’]?s (?:play|pretend|say)|yeah,? right|"
    r"in the (?:film|movie|book|story|novel|game|play)(?=,| (?:i|we|he|she|they|you|my)\b)|"
    r"the (?:story|novel|film|book) (?:begins|starts|goes)|once upon a time|"
    r"you are (?:an?|the|my) \w+,? and i(?:['’]?m| am)|you['’]?re (?:an?|the) [\w ]+, i['’]?m|"
    r"(?:proofread|translate|correct|rewrite|summari[sz]e|edit) (?:this|the following|these|the mistakes)|"
    r"put (?:this )?into|repeat after me|my (?:character|mage|avatar))\b|"
    r"(?:proofread|translate|rephrase|job ad|out of office|interview|role ?play)\b[^.:!?]*:)",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(  # by itself
    r"\W*(?:what if|if i (?:were|was|had)|if my \w+ (?:were|was)|imagine that)\b", re.IGNORECASE
)


def is_question(sentence: str) -> bool:
    """Say whether a sentence asks something, also one that ends with no mark: "can i get rust off a pan"."""
    return sentence.endswith("?") or bool(_QUESTION.match(sentence))


def is_request(sentence: str) -> bool:
    """Say whether a sentence wants something or thanks for it: "Help me find a present."."""
    return bool(_REQUEST.match(sentence))


def in_earnest(said: str) -> str:
    """Leave out of a text what is only supposed ("What if I …"), and all that follows the opening of a game."""
    kept: list[str] = []
    parts = sentences(said)
    for part in parts:
        if _GAME.match(part):
            break
        kept += [] if _SUPPOSED.match(part) else [part]
    return said if len(kept) == len(parts) else " ".join(kept)
