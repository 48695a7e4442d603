"""The interactive chat: reads lines, streams replies, and knows a few slash commands.

In: lines typed at a terminal or read from a pipe. Out: replies on standard output; everything else (notes,
the night) on the console it is given, which is standard error for pipes, so that they carry only replies.

Run: `oneiro chat`
"""

import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol, TextIO

import typer
from prompt_toolkit import PromptSession
from prompt_toolkit.history import FileHistory
from rich.console import Console

from oneiro import show
from oneiro.errors import OneiroError
from oneiro.text import utf8
from oneiro.types import REMEMBERED, Channel, Event
from oneiro.watch import closable, watch_night
from oneiro.whole import written_whole

HISTORY_FILE = "chat_history"
_PASTED = "Taken for a pasted text, which no night dreams of. What you want remembered, say in one line."


class Line(NamedTuple):
    """What the user entered, and how it came."""

    text: str
    channel: Channel


class Reader(Protocol):
    """Gives the next line; `private` says that it must leave no trace on disk. EOFError ends the chat."""

    def __call__(self, *, private: bool) -> Line:
        """Read one line."""
        ...


class Talker(Protocol):
    """What the chat asks of a mind."""

    def chat(self, text: str, *, private: bool = False, channel: Channel = "typed") -> Iterator[str]:
        """Stream the reply to one message."""
        ...

    def new_conversation(self) -> None:
        """Empty the context."""
        ...

    def undo(self) -> str | None:
        """Take back the last exchange and return what was said, if there is one."""
        ...

    def sleep(self, *, seed: int | None = None) -> Iterator[Event]:
        """Run the night."""
        ...


class _History(FileHistory):
    """A history file that only its owner can read and that private lines never reach."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        super().__init__(path)
        self.private = False

    def store_string(self, string: str) -> None:
        """Save a line, unless it is private."""
        if not self.private:
            super().store_string(string)


def terminal_reader(history_file: Path) -> Reader:
    """Read with line editing; the history is kept in a file."""
    history = _History(history_file)
    session: PromptSession[str] = PromptSession(history=history)

    def read(*, private: bool) -> Line:
        history.private = private
        text = utf8(session.prompt("private> " if private else "> "))
        # Enter sends, so only a paste can bring a line break into the text.
        return Line(text, "pasted" if "\n" in text.strip() else "typed")

    return read


def forget(history_file: Path, said: str) -> None:
    """Remove a message from a history as `FileHistory` writes it: a time behind a "#", lines behind a "+"."""
    as_it_is = {"encoding": "utf-8", "errors": "surrogateescape"}
    entries = re.split("^(?=# )", history_file.read_text(**as_it_is), flags=re.MULTILINE)
    texts = ["\n".join(line[1:] for line in entry.split("\n") if line.startswith("+")) for entry in entries]
    with written_whole(history_file) as aside:
        kept = (entry for entry, text in zip(entries, texts, strict=True) if text.strip() != said)
        aside.write_text("".join(kept), **as_it_is)


def pipe_reader(stream: TextIO) -> Reader:
    """Read one message a line."""

    def read(*, private: bool) -> Line:
        text = stream.readline()
        if not text:
            raise EOFError
        return Line(utf8(text), "typed")

    return read


@dataclass
class Chat:
    """One sitting with a mind.

    At a terminal (`interactive`) an error or Ctrl-C ends what was going on and the chat continues; in a pipe
    both end the program, so that a script notices. What is taken back is forgotten by the file `history` too.
    """

    mind: Talker
    notes: Console
    interactive: bool
    history: Path | None = None
    private: bool = False

    def run(self, read: Reader) -> None:
        """Talk until the input ends or the user quits."""
        self._note("Type /help for the commands, Ctrl-D to leave.")
        going = True
        while going:
            try:
                going = self._take(read(private=self.private))
            except EOFError:
                going = False
            except KeyboardInterrupt as stop:
                if not self.interactive:
                    raise
                self.notes.print(f"\n{stop}".rstrip())
            except OneiroError as error:
                if not self.interactive:
                    raise
                self.notes.print(show.error(error.message, error.hint))

    def _take(self, line: Line) -> bool:
        """Answer a message or carry out a command; False ends the chat."""
        text = line.text.strip()
        if line.text.startswith("/") and "\n" not in text:
            if text == "/quit":
                return False
            self._command(text)
        elif text:
            self._reply(Line(text, line.channel))
        return True

    def _command(self, word: str) -> None:
        commands: dict[str, Callable[[], None]] = {
            "/sleep": self._sleep,
            "/new": self._new,
            "/private": self._toggle_private,
            "/undo": self._undo,
            "/help": self._help,
        }
        if word in commands:
            commands[word]()
        else:
            self.notes.print(
                f"{show.clean(word)} is no command; /help lists them. Start with a space to say it anyway."
            )

    def _reply(self, line: Line) -> None:
        reply = self.mind.chat(line.text, private=self.private, channel=line.channel)
        with closing(closable(reply)) as pieces:
            with self.notes.status("…"):  # the first word waits for the model to load
                first = next(pieces, "")
            typer.echo(show.clean(first), nl=False)
            for piece in pieces:
                typer.echo(show.clean(piece), nl=False)
        typer.echo()
        if line.channel not in REMEMBERED and not self.private:
            self._note(_PASTED)

    def _sleep(self) -> None:
        self.notes.print(show.report(watch_night(self.mind.sleep(), self.notes)))

    def _new(self) -> None:
        self.mind.new_conversation()
        self._note("A new conversation.")

    def _toggle_private(self) -> None:
        self.private = not self.private
        if self.private:
            self._note("Private: what you say now is not written down and never dreamed of. /private ends it.")
        else:
            # Otherwise a later reply, which is written down, could repeat what was said in private.
            self.mind.new_conversation()
            self._note("No longer private. A new conversation has begun, so nothing said in private is carried over.")

    def _undo(self) -> None:
        said = self.mind.undo()
        if said is None:
            self._note("There is nothing to take back.")
            return
        if self.history:
            forget(self.history, said)
        self._note(f"Taken back: {show.one_line(said)}")

    def _help(self) -> None:
        rows = (
            ("/sleep", "sleep now: dream of the day, train, wake with an empty context"),
            ("/new", "begin a new conversation"),
            ("/private", "what follows is not written down and never dreamed of; again to end it"),
            ("/undo", "take back the last exchange"),
            ("/quit", "leave; Ctrl-D does the same, Ctrl-C stops a reply or the night"),
        )
        self.notes.print(show.pairs(*rows))

    def _note(self, text: str) -> None:
        if self.interactive:
            self.notes.print(text, style="dim")
