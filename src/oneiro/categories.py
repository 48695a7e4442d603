"""What a told word is a kind of: people ask "Which instrument do I play?" for the ukulele, seldom "What do I play?".

`dreamer_data/categories.toml` lists everyday nouns by the category that one would name after "which". A word that it
does not hold has none.
"""

import re
import tomllib
from functools import cache
from importlib import resources

_LONGEST = 3  # words of a member: "crime novel"
_AFTER_THE_NOUN = re.compile(r" (?:called|named|of|that|who|which|made|from) .+$")
_ENDINGS = (("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""))
_MANY = {"kind": "kinds", "piece": "pieces", "part": "parts", "means": "means", "breed": "breeds"}


def categories(said: str) -> list[str]:
    """Name what the noun that ends a phrase is a kind of: "an old ukulele" is an instrument, "two owls" are birds."""
    tokens = _AFTER_THE_NOUN.sub("", said).split()
    for length in range(min(_LONGEST, len(tokens)), 0, -1):
        noun = " ".join(tokens[-length:])
        for single in _singular(noun):
            if single in _lexicon():
                many = single != noun and not noun[:1].isupper()  # "on Sundays" is on which weekday
                return [_plural(category) if many else category for category in _lexicon()[single]]
    return []


def _singular(noun: str) -> list[str]:
    """The noun itself, and what it may be the plural of."""
    return [noun, *(noun.removesuffix(many) + one for many, one in _ENDINGS if noun.endswith(many))]


def _plural(category: str) -> str:
    first, _, rest = category.partition(" ")
    if first in _MANY and rest.startswith("of "):
        return f"{_MANY[first]} {rest}"
    if category.endswith("y") and category[-2] not in "aeiou":
        return f"{category[:-1]}ies"
    return f"{category}{'es' if category.endswith(('s', 'sh', 'ch', 'x')) else 's'}"


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Map every member to its categories, in the order of the file."""
    file = resources.files("oneiro") / "dreamer_data" / "categories.toml"
    found: dict[str, tuple[str, ...]] = {}
    for category, members in tomllib.loads(file.read_text(encoding="utf-8"))["category"].items():
        for member in members.split(", "):
            found[member] = (*found.get(member, ()), category)
    return found
