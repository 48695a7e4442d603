"""Grammatical person: "the user's aunt" is "your aunt" in what is told to the user, and "my aunt" in their own mouth.

In: words of a statement about the user. Out: the same words in the second person, and from there in the first.
"""

import re

from oneiro.verbs import plain

_JOINS = "that|because|when|while|where|what|how|if"  # behind these the user does something
_USER_DOES = re.compile(
    rf"\b({_JOINS}|before|after|until|since) the user ((?:\w+ly |always |never |often |once |still |also )?)(\w+)\b"
)
_YOU_DO = re.compile(rf"\b({_JOINS}) you (?=\w)")
_YOU_ARE = re.compile(r"(?<!\band )(?<!\bof )\byou (are|were)\b")
_AND_VERB = re.compile(
    r"\b(and|but) (now |also |then |still )?"
    r"((?<=now )\w+s\b|(?:is|was|has|does|isn't|hasn't|doesn't)\b|\w+s(?= (?:the|an?|in|at|on|to|for|with|it)\b))"
)


def to_you(text: str, *, own: bool) -> str:
    """Tell words to the user; "their" is the user's where the user is the subject (`own`), and so is a second verb."""
    if own:
        text = re.sub(r"\btheir\b", "your", text)
        text = _AND_VERB.sub(lambda also: f"{also[1]} {also[2] or ''}{plain(also[3])}", text)
    text = re.sub(r"\bthe user['’]s\b", "your", text, flags=re.IGNORECASE)
    text = _USER_DOES.sub(lambda does: f"{does[1]} you {does[2]}{plain(does[3])}", text)
    return re.sub(r"\bthe user\b", "you", text, flags=re.IGNORECASE)


def to_me(text: str) -> str:
    """Put what is told to the user into their own mouth: "your nan" → "my nan"."""
    text = _YOU_ARE.sub(lambda be: "I am" if be[1] == "are" else "I was", text)
    text = _YOU_DO.sub(r"\1 I ", text)
    return re.sub(r"\byour\b", "my", re.sub(r"\byou\b", "me", text))


def has_second_verb(text: str) -> bool:
    """Say whether what is told goes on with another verb in the third person: "deaf and travels with a parrot"."""
    return bool(_AND_VERB.search(text))
