"""Whose a name is: "Fiifi has lost a tooth" says little to a reader, "My son Fiifi has lost a tooth" all there is.

People introduce their own once ("my son's called Fiifi") and then use the name alone. What earlier nights and earlier
turns of the day have told is put before the name, so that the turn can be read by itself.
"""

import re
from collections.abc import Iterable, Mapping

from oneiro.relations import is_person_or_animal
from oneiro.text import words

_NAME = r"(?P<name>(?:Mrs? |Ms |Dr )?[A-ZÀ-Þ][\w-]*\w(?: [A-ZÀ-Þ][\w-]*\w)?)"
_WHOSE = r"(?P<whose>(?:[a-z][a-z-]* ){0,2}?[a-z][a-z-]*)"
_INTRODUCED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"The user['’]s {_WHOSE} (?:is|are) (?:called|named) {_NAME}(?: now)?\.$",
        rf"The user['’]s {_WHOSE} [A-ZÀ-Þ]\w+ is (?:called|named) {_NAME}(?: now)?\.$",
        rf"The user has an? {_WHOSE} (?:called|named) {_NAME}\.$",
        rf"The user['’]s {_WHOSE} {_NAME} (?:(?:always|never|also|now|still|just) )?(?:had|[a-z]+s|[a-z]+ed) ",
    )
)
_NOBODYS = frozenset("name surname nickname first second last middle new old former".split())
_TYPED_SMALL = 5  # letters of a name from which on it is known without its capital: "osric", but not "rose"
# Words before a name that say whose it is already, or that it is being given.
_SAYS_WHOSE = frozenset(
    "my our your his her their the a an called named name names name's is i'm im am mr mrs ms miss dr".split()
)


def acquainted(statements: Iterable[str]) -> dict[str, str]:
    """Learn from statements whose each name is: {"Fiifi": "son"}; the latest statement of a name is right."""
    known: dict[str, str] = {}
    for statement in statements:
        found = next(filter(None, (pattern.match(statement) for pattern in _INTRODUCED)), None)
        if found and not set(found["whose"].split()) & _NOBODYS:
            known[found["name"]] = found["whose"]
    return known


def with_whose(said: str, known: Mapping[str, str]) -> str:
    """Say whose the names are that stand alone: "Fiifi's tooth" is "My son Fiifi's tooth"; each name once."""
    for name, whose in known.items():
        at = next((found for found in _standing(said, name) if not _is_told_whose(said, found, whose)), None)
        if at is not None:
            my = "My" if re.search(r"(?:^|[.!?]\s+)$", said[:at]) else "my"
            said = f"{said[:at]}{my} {whose} {said[at:]}"
    return said


def _standing(said: str, name: str) -> list[int]:
    """Where a name stands; a long one also without its capitals."""
    small = 0 if len(name) < _TYPED_SMALL else re.IGNORECASE
    return [found.start() for found in re.finditer(rf"(?<![\w'’-]){re.escape(name)}(?![\w-])", said, small)]


def _is_told_whose(said: str, at: int, whose: str) -> bool:
    before = words(re.split(r"[.!?,;:]\s", said[:at])[-1])[-3:]
    last = before[-1:] or [""]
    named = is_person_or_animal(last[0]) or last[0] in _SAYS_WHOSE or {"my", "our"} & set(before)
    return bool(named) or whose.split()[-1] in words(said)
