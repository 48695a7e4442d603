"""Asks for what people tell most in the words that people use, by the form of the statement.

"The user plays the ukulele." → "Which instrument do I play?" Statement → questions with their answers.
`dreamer_data/forms` holds forms of statements, regular expressions with named word lists (`words.toml`), each with up
to 15 questions. A statement of no known form is asked nothing here.

Source: ours; in the field's terms, question generation by templates. `LOG.md` says how they were written and judged.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from oneiro.asking.persons import to_me, to_you
from oneiro.asking.questions import Asked
from oneiro.text import opened, with_article


class _Form(NamedTuple):
    """A form of statement and what it is asked for; {kin} stands for the words of its group `kin`."""

    statement: re.Pattern[str]
    ask: tuple[Asked, ...]


def asked_by_form(statement: str) -> Iterator[Asked]:
    """Ask a statement what its form is asked for; of several forms all."""
    own = not statement.startswith(("The user's ", "The user’s "))
    for form in _forms():
        found = form.statement.fullmatch(statement.rstrip(".!"))
        if not found:
            continue
        heard = ["", *(to_you(words or "", own=own) for words in found.groups())]
        named = {name: heard[at] for name, at in form.statement.groupindex.items()}
        named |= {f"a_{name}": with_article(words) for name, words in named.items() if words}
        asked = {name: to_me(words) for name, words in named.items()}
        for kind, question, answer in form.ask:
            yield Asked(kind, question.format(*map(to_me, heard), **asked), opened(answer.format(*heard, **named)))


@cache
def _forms() -> tuple[_Form, ...]:
    """Read all forms; a file's own word lists come before the common ones."""
    folder = resources.files("oneiro") / "dreamer_data" / "forms"
    files = {file.name: tomllib.loads(file.read_text(encoding="utf-8")) for file in folder.iterdir()}
    common = files.pop("words.toml")
    return tuple(
        _Form(_expanded(form["statement"], common | data.get("words", {})), tuple(Asked(*pair) for pair in form["ask"]))
        for _, data in sorted(files.items())
        for form in data["form"]
    )


def _expanded(pattern: str, lists: Mapping[str, str]) -> re.Pattern[str]:
    """Put word lists into a pattern: <kin> is any word of the list `kin`, as a group of that name; <kin2> another."""

    def group(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{lists[found[1].rstrip('23456789')]})"

    return re.compile(re.sub(r"(?<!\?P)<(\w+)>", group, pattern))
