"""Every error a user can meet, each with what to do about it.

    OneiroError
    ├── BaseModelError      a base model is missing, unreadable or not the one this mind grew on
    ├── MindError           a folder that is no mind, or one that is damaged
    │   └── MindBusyError   another sleep holds the mind's lock
    ├── InputError          what the user gave (a file, a number, a message) cannot be used
    └── NightError          a night could not be finished; yesterday's generation stays active

Raised where the fact is known; caught at two edges: the command line (`edge.py`) and the sleeper (`sleeper.py`).
"""


class OneiroError(Exception):
    """An error whose message says what happened and whose hint says what to do."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class BaseModelError(OneiroError):
    """The base model is missing, unreadable, or not the one the mind grew on."""


def other_weights(who: str, base: str, grew_on: str, here: str) -> BaseModelError:
    """Say that somebody grew on other weights of a base than those that are here, by their hashes."""
    return BaseModelError(
        f"{who} grew on other weights of {base} ({grew_on[:12]}…, here: {here[:12]}…).",
        hint="Install that version of the base, or begin a new mind with --mind.",
    )


class MindError(OneiroError):
    """The folder is no mind, or a file in it is damaged."""


class MindBusyError(MindError):
    """Another process is asleep in this mind."""


class InputError(OneiroError):
    """A file, number or message from the user cannot be used as it is."""


class NightError(OneiroError):
    """The night could not be finished; yesterday's generation stays active."""
