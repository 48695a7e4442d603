import io
import stat
from collections.abc import Iterable
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from fakes_cli import FakeMind
from oneiro.errors import BaseModelError, MindBusyError
from oneiro.repl import HISTORY_FILE, Chat, Line, _History, pipe_reader, terminal_reader


def talk(
    mind: FakeMind,
    lines: Iterable[str | Line | BaseException],
    *,
    interactive: bool = True,
    history: Path | None = None,
) -> str:
    """Run a chat over scripted lines and return the notes."""
    script = iter(lines)

    def read(*, private: bool) -> Line:
        line = next(script, EOFError())
        if isinstance(line, BaseException):
            raise line
        return Line(line, "typed") if isinstance(line, str) else line

    notes = io.StringIO()
    Chat(mind, Console(file=notes, width=100, markup=False), interactive, history).run(read)
    return notes.getvalue()


@pytest.fixture
def mind(tmp_path: Path) -> FakeMind:
    return FakeMind(tmp_path)


def type_in(keys: str, history: Path, *, private: bool = False) -> Line:
    with create_pipe_input() as keyboard, create_app_session(input=keyboard, output=DummyOutput()):
        keyboard.send_text(keys)
        return terminal_reader(history)(private=private)


def test_a_typed_line_is_typed_and_a_paste_of_several_lines_is_pasted(tmp_path: Path):
    assert type_in("Hi, ich bin Zoë 🐶\r", tmp_path / "h") == Line("Hi, ich bin Zoë 🐶", "typed")
    assert type_in("\x1b[200~one\r\ntwo\x1b[201~\r", tmp_path / "h") == Line("one\ntwo", "pasted")
    assert type_in("\x1b[200~one word\x1b[201~\r", tmp_path / "h").channel == "typed"


def test_the_history_is_for_its_owner_only_and_never_holds_private_lines(tmp_path: Path):
    type_in("open\r", tmp_path / HISTORY_FILE)
    type_in("hidden\r", tmp_path / HISTORY_FILE, private=True)
    text = (tmp_path / HISTORY_FILE).read_text(encoding="utf-8")
    assert "open" in text
    assert "hidden" not in text
    assert stat.S_IMODE((tmp_path / HISTORY_FILE).stat().st_mode) == 0o600


def test_what_is_taken_back_is_forgotten_by_the_history(tmp_path: Path, mind: FakeMind):
    history = tmp_path / HISTORY_FILE
    for keys in ("before\r", "\x1b[200~# one\r\ntwo\x1b[201~ \r", "what I said \r"):
        type_in(keys, history)
    for said in ("what I said", "# one\ntwo"):
        mind.undone = said
        talk(mind, ["/undo"], history=history)
    assert list(_History(history).load_history_strings()) == ["before"]
    assert b"said" not in history.read_bytes()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


def test_ctrl_d_ends_the_chat(tmp_path: Path):
    with pytest.raises(EOFError):
        type_in("\x04", tmp_path / "h")


def test_a_pipe_ends_with_its_last_line():
    read = pipe_reader(io.StringIO("last"))
    assert read(private=False) == Line("last", "typed")
    with pytest.raises(EOFError):
        read(private=False)


def test_messages_keep_their_channel(mind: FakeMind, capsys: pytest.CaptureFixture[str]):
    talk(mind, ["hi", Line("one\n/sleep", "pasted"), " /etc is a folder", "/quit", "late"])
    assert mind.calls == [
        ("chat", "hi", False, "typed"),
        ("chat", "one\n/sleep", False, "pasted"),
        ("chat", "/etc is a folder", False, "typed"),
    ]
    assert capsys.readouterr().out.startswith("You said: hi\nYou said: one\n/sleep\n")


def test_who_pastes_is_told_that_it_is_not_remembered(mind: FakeMind):
    assert "no night dreams of" in talk(mind, [Line("one\ntwo", "pasted")])
    assert "no night dreams of" not in talk(mind, ["one", "/private", Line("one\ntwo", "pasted")])


def test_ending_private_begins_a_new_conversation(mind: FakeMind):
    talk(mind, ["/private", "secret", "/private", "open"])
    assert mind.calls == [("chat", "secret", True, "typed"), ("new",), ("chat", "open", False, "typed")]


def test_commands_reach_the_mind(mind: FakeMind):
    notes = talk(mind, ["/new", "/undo", "/help", "/sleep"])
    assert mind.calls == [("new",), ("undo",), ("sleep", None)]
    for words in ("A new conversation", "Taken back: what I said", "/private", "woke as generation 2"):
        assert words in notes
    mind.undone = None
    assert "nothing to take back" in talk(mind, ["/undo"])


def test_an_unknown_command_is_not_sent_to_the_mind(mind: FakeMind):
    assert "/slep is no command" in talk(mind, ["/slep"])
    assert mind.calls == []


def test_ctrl_c_stops_a_reply_and_the_chat_goes_on(mind: FakeMind, capsys: pytest.CaptureFixture[str]):
    mind.reply = ("Once upon", KeyboardInterrupt())
    talk(mind, ["tell", KeyboardInterrupt(), "again"])
    assert [call[1] for call in mind.calls] == ["tell", "again"]
    assert "Once upon" in capsys.readouterr().out


def test_ctrl_c_stops_the_night_and_the_chat_goes_on(mind: FakeMind):
    mind.events = (KeyboardInterrupt(),)
    assert "stays active" in talk(mind, ["/sleep", "hi"])
    assert mind.closed
    assert mind.calls[-1][0] == "chat"


def test_ctrl_c_ends_a_pipe(mind: FakeMind):
    mind.reply = (KeyboardInterrupt(),)
    with pytest.raises(KeyboardInterrupt):
        talk(mind, ["tell"], interactive=False)


def test_an_error_is_shown_and_the_chat_goes_on_at_a_terminal_only(mind: FakeMind):
    mind.events = (MindBusyError("It is asleep.", hint="Wait."),)
    assert "It is asleep.\nWait." in talk(mind, ["/sleep", "hi"])
    assert mind.calls[-1][0] == "chat"
    mind.reply = (BaseModelError("No model."),)
    with pytest.raises(BaseModelError):
        talk(mind, ["hi"], interactive=False)


def test_an_empty_reply_is_an_empty_line(mind: FakeMind, capsys: pytest.CaptureFixture[str]):
    mind.reply = ()
    talk(mind, ["hi", "   "])
    assert capsys.readouterr().out == "\n"
