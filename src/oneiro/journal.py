"""Stage 1: what was said since the last night, made ready for dreaming.

In: the day's messages. Out: the user's turns, each with the assistant's line before it.

Only what the user typed (or sent, or imported as chat) can become a memory: pasted text is somebody else's, and the
assistant's guesses are nobody's. Relative dates become absolute here, since "tomorrow" is wrong by the time it
is remembered.
"""

import re
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta

from oneiro.config import JournalConfig
from oneiro.text import sentences
from oneiro.types import REMEMBERED, Journal, Message, Turn

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
}
_COUNT = rf"\d{{1,3}}|{'|'.join(_NUMBERS)}"
_RELATIVE = re.compile(
    r"\b(?:(?P<after>the day after tomorrow)|(?P<before>the day before yesterday)|(?P<tomorrow>tomorrow)|"
    r"(?P<yesterday>yesterday)|"
    rf"(?<!\bonce )(?<!\btwice )(?<!\btimes )in (?P<ahead>{_COUNT}) (?P<ahead_unit>days?|weeks?)(?:['’]? time)?|"
    rf"(?P<back>{_COUNT}|an?) (?P<back_unit>days?|weeks?) ago|next (?P<weekday>{'|'.join(_WEEKDAYS)}))"
    r"(?: (?P<part>morning|afternoon|evening|night))?\b(?!['’]s)",
    re.IGNORECASE,
)
_IS_A_TITLE = re.compile(r"\w (?:Yesterday|Tomorrow)$")  # "my favourite song is Yesterday"
_PREPOSITION = re.compile(r"\b(by|until|till|from|for|since|before|after|of)\s+$", re.IGNORECASE)
_LASTED = re.compile(  # "I read it in 3 weeks"
    r"\b(?:was|were|had|did|ran|read|wrote|made|built|lost|grew|drove|rode|won|got|went|learnt|ate|drank|knit|"
    r"(?!need|exceed|speed|feed|breed|seed|wed|bed|red)\w+ed)\b(?!.*[.!?;])",
    re.IGNORECASE,
)


def read_day(messages: Sequence[Message], config: JournalConfig) -> Journal:
    """Pick the user's own turns out of a day's messages."""
    turns: list[Turn] = []
    before: dict[int, str] = {}
    for message in messages:
        if message.role == "assistant":
            before[message.conversation] = _last_sentence(message.content)
        elif message.role == "user" and message.channel in REMEMBERED:
            said_at = datetime.fromisoformat(message.created_at)
            heard = before.pop(message.conversation, "")
            for number, part in enumerate(_parts(message.content, config)):
                text = with_absolute_dates(part, said_at)
                turns.append(Turn(message.id, text, heard if number == 0 else "", message.channel))
    return Journal(upto=messages[-1].id if messages else 0, turns=tuple(turns))


def with_absolute_dates(text: str, said_at: datetime) -> str:
    """Replace "tomorrow", "next Friday", "3 days ago" and the like by the day they meant.

    Weekday names alone, months and "soon" stay as they were said.
    """

    def absolute(match: re.Match[str]) -> str:
        before = text[: match.start()]
        if _IS_A_TITLE.search(f"{before}{match[0]}"):
            return match[0]
        if match["ahead"] and not match[0].endswith("time") and _LASTED.search(before):
            return match[0]
        try:
            day = said_at + timedelta(days=_offset(match, said_at))
        except OverflowError:  # an imported date at the edge of the calendar
            return match[0]
        phrase = f"{day:%B} {day.day}" + (f", {day.year}" if day.year != said_at.year else "")
        phrase = f"the {match['part'].lower()} of {phrase}" if match["part"] else phrase
        if _PREPOSITION.search(before):
            return phrase
        phrase = f"on {phrase}"
        return phrase[0].upper() + phrase[1:] if match[0][0].isupper() else phrase

    return _RELATIVE.sub(absolute, text)


def _offset(match: re.Match[str], said_at: datetime) -> int:
    fixed = {"after": 2, "before": -2, "tomorrow": 1, "yesterday": -1}
    for name, days in fixed.items():
        if match[name]:
            return days
    if match["weekday"]:
        return (_WEEKDAYS.index(match["weekday"].lower()) - said_at.weekday() - 1) % 7 + 1
    sign, count, unit = (1, "ahead", "ahead_unit") if match["ahead"] else (-1, "back", "back_unit")
    said = match[count].lower()
    number = int(said) if said.isdigit() else _NUMBERS.get(said, 1)  # "a week ago"
    return sign * number * (7 if match[unit].lower().startswith("week") else 1)


def _parts(text: str, config: JournalConfig) -> list[str]:
    """Cut a long turn at sentence ends into parts the dream generator can read."""
    parts = [""]
    for sentence in sentences(text):
        for piece in textwrap.wrap(sentence, config.part_chars, break_on_hyphens=False):
            if parts[-1] and len(parts[-1]) + 1 + len(piece) > config.part_chars:
                parts.append("")
            parts[-1] = f"{parts[-1]} {piece}".strip()
    return [part for part in parts if part][: config.parts]


def _last_sentence(text: str) -> str:
    return sentences(text)[-1][-160:]
