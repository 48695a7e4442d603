"""Mends slips of spelling before the day is read: who types "i dont drink cofee" tells a memory of coffee.

A slip is learned with its fact, and the right word asked for later meets nothing. Only slips that leave no doubt are
mended: a letter doubled or not doubled, or two inner neighbours that changed places, in a word of small letters that
neither a dictionary nor the base's vocabulary holds, where just one mended form is a word of that vocabulary. So names
and rare words stay as they are, and so does a slip of any other kind.

Source: four of five misspelt words have one letter too many, too few, wrong, or two of them swapped (Damerau, 1964).
"""

import re
from collections.abc import Callable
from functools import cache

from spellchecker import SpellChecker

_SHORTEST = 5  # letters: of shorter words too many are a letter away from another
_WORD = re.compile(rf"(?<![\w'’-])[a-z]{{{_SHORTEST},}}(?![\w'’-])")

Known = Callable[[set[str]], set[str]]


def mended(said: str, whole_words: Known) -> str:
    """Mend the slips in what was said; `whole_words` tells which of some words are in the base's vocabulary."""
    unknown = {word for word in _WORD.findall(said) if word not in _dictionary()}
    slips = {word for word in unknown if not whole_words({word, word.capitalize()})}
    meant = {word: whole_words(_mended_forms(word)) for word in slips}
    right = {word: next(iter(forms)) for word, forms in meant.items() if len(forms) == 1}
    return _WORD.sub(lambda found: right.get(found[0], found[0]), said)


def _mended_forms(word: str) -> set[str]:
    """What a word may have been meant to be."""
    doubled = {word[:n] + word[n - 1 :] for n in range(1, len(word) + 1)}
    single = {word[:n] + word[n + 1 :] for n in range(len(word) - 1) if word[n] == word[n + 1]}
    swapped = {word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(1, len(word) - 2)}
    return (doubled | single | swapped) - {word}


@cache
def _dictionary() -> SpellChecker:
    return SpellChecker(language="en", distance=1)
