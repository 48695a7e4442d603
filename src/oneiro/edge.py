"""The edge of the command line: what all commands share, and where errors become plain words.

In: what a command raises or prints. Out: text or JSON on standard output; errors on standard error, exit code 2.
"""

import errno
import io
import os
import sqlite3
import sys
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import RenderableType
from typer.core import TyperGroup

from oneiro import __version__, show
from oneiro.config import DEFAULT_MODEL
from oneiro.errors import InputError, OneiroError

_JSON = "oneiro.json"
_UsageError = cast(type[typer.BadParameter], typer.BadParameter.mro()[1])  # Typer exports no more than this kind of it
_DISK_FULL = (
    "The disk is full.",
    "Nothing was lost: yesterday's generation stays active. Free some space and try again.",
)
_DATABASE = {
    "full": _DISK_FULL,
    "locked": ("Another process is writing to this mind.", "Nothing was lost. Wait a moment and try again."),
}


class Edge(TyperGroup):
    """Catches what a command raises: a message and a hint on standard error, never a traceback."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:
        """Remember whether JSON is asked for before any option can turn out wrong."""
        ctx.meta[_JSON] = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: typer.Context) -> object:
        """Run the command; errors exit with 2, Ctrl-C with 130."""
        _open_streams()
        try:
            return super().invoke(ctx)
        except OneiroError as error:
            raise _failed(ctx, error.message, error.hint) from error
        except _UsageError as error:
            if not ctx.meta[_JSON]:
                raise
            raise _failed(ctx, error.format_message(), "See --help.") from error
        except BrokenPipeError:
            raise  # the reader went away (`oneiro log | head`); Typer ends quietly
        except sqlite3.OperationalError as error:
            said = next((said for word, said in _DATABASE.items() if word in str(error)), None)
            if said is None:
                raise
            raise _failed(ctx, *said) from error
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise _failed(ctx, *_DISK_FULL) from error
            raise _failed(ctx, f"{error.strerror}: {error.filename}" if error.filename else str(error)) from error
        except KeyboardInterrupt as stop:
            typer.echo(str(stop) or "Stopped.", err=True)
            raise typer.Exit(130) from stop


def _open_streams() -> None:
    """Make the standard streams ones that can be read and written, whatever is in them."""
    if sys.stdin is None:  # closed by `<&-`
        sys.stdin = Path(os.devnull).open(encoding="utf-8")
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # broken bytes in, or letters this terminal does not have


def _failed(ctx: typer.Context, message: str, hint: str = "") -> typer.Exit:
    if ctx.meta[_JSON]:
        typer.echo(show.to_json({"error": message, "hint": hint}), err=True)
    else:
        show.open_console(stderr=True).print(show.error(message, hint))
    return typer.Exit(2)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"oneiro {__version__}")
        raise typer.Exit


MindOption = Annotated[
    str | None,  # no Path: an empty name would become the current folder
    typer.Option("--mind", metavar="DIR", help="The mind's folder (default: ONEIRO_HOME, or the user's data folder)."),
]
ModelOption = Annotated[
    str | None,
    typer.Option("--model", metavar="NAME", help=f"Base model of a new mind: {DEFAULT_MODEL}, org/name, or a folder."),
]
VersionOption = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def read_text(name: str) -> str:
    """Read a UTF-8 file, or standard input when its name is `-`."""
    if name == "-":
        return sys.stdin.read()
    try:
        return Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 text ({error.reason} at byte {error.start}).") from error


def put(what: RenderableType) -> None:
    """Print JSON as it is, anything else with Rich."""
    if isinstance(what, str):
        typer.echo(what)
    else:
        show.open_console().print(what)
