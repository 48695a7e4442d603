import errno
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fakes_cli import WOKE, FakeMind, FakeMinds
from oneiro import __version__
from oneiro.cli import app
from oneiro.errors import MindBusyError, NightError

Run = Callable[..., Result]
COMMANDS = ["chat", "ask", "sleep", "import", "status", "log", "dreams", "generations", "rollback", "export", "restore"]


@pytest.fixture
def minds(tmp_path: Path) -> FakeMinds:
    return FakeMinds(FakeMind(tmp_path))


@pytest.fixture
def oneiro(minds: FakeMinds) -> Run:
    def run(*args: object, stdin: str | bytes = "") -> Result:
        return CliRunner().invoke(app, [str(arg) for arg in args], input=stdin, obj=minds)

    return run


def test_ask_prints_the_answer_alone(oneiro: Run, minds: FakeMinds):
    result = oneiro("ask", "Who?", "--mind", "here", "--model", "tiny")
    assert (result.exit_code, result.stdout) == (0, "?ohW\n")
    assert minds.opened == [("here", "tiny")]


def test_ask_takes_several_questions_in_quotes_and_one_without(oneiro: Run):
    assert oneiro("ask", "Who am I?", "Where?").stdout == "Who am I?\n  ?I ma ohW\nWhere?\n  ?erehW\n"
    assert oneiro("ask", "Who", "am", "I?").stdout == "?I ma ohW\n"


def test_ask_reads_questions_from_a_file_and_skips_blank_lines(oneiro: Run, tmp_path: Path):
    file = tmp_path / "questions.txt"
    file.write_bytes("\ufeffWer bin ich? Zoë 🐶\r\n\n   \nWo?\n".encode())
    assert oneiro("ask", "--questions", file).stdout == "Wer bin ich? Zoë 🐶\n  🐶 ëoZ ?hci nib reW\nWo?\n  ?oW\n"


def test_ask_json_is_exactly_the_list_of_questions_and_answers(oneiro: Run):
    result = oneiro("ask", "--questions", "-", "--json", stdin="a b\n\nחי\n")
    assert json.loads(result.stdout) == [{"question": "a b", "answer": "b a"}, {"question": "חי", "answer": "יח"}]


@pytest.mark.parametrize("args", [(), ("Who?", "--questions", "-"), ("  ",), ("--questions", "missing.txt")])
def test_ask_without_a_usable_question_exits_with_two_and_no_traceback(oneiro: Run, args: tuple[str, ...]):
    result = oneiro("ask", *args)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr
    assert "Traceback" not in result.stderr


def test_ask_refuses_a_file_that_is_not_utf8(oneiro: Run, tmp_path: Path):
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    result = oneiro("ask", "--questions", tmp_path / "latin")
    assert result.exit_code == 2
    assert "not UTF-8" in result.stderr


def test_sleep_shows_stages_and_the_report(oneiro: Run, minds: FakeMinds):
    result = oneiro("sleep", "--seed", 7)
    assert result.exit_code == 0
    assert minds.mind.calls == [("sleep", 7)]
    for words in ("dream", "never said", "woke as generation 2", "10 of 10 (72% to 100%)", "[bold]Zürich[/bold]"):
        assert words in result.stdout


def test_sleep_json_prints_only_the_report_on_stdout(oneiro: Run):
    result = oneiro("sleep", "--json")
    report = json.loads(result.stdout)
    assert (report["outcome"], report["learned"]) == ("woke", list(WOKE.learned))
    assert report["accuracies"][0] == {"battery": "recall_new", "k": 10, "n": 10, "low": 0.72, "high": 1.0}
    assert "dream" in result.stderr


def test_ctrl_c_during_sleep_closes_the_night_and_says_what_stays(oneiro: Run, minds: FakeMinds):
    minds.mind.events = (*minds.mind.events[:2], KeyboardInterrupt())
    result = oneiro("sleep")
    assert result.exit_code == 130
    assert result.stderr.count("\n") == 1
    assert "Yesterday's generation stays active" in result.stderr
    assert minds.mind.closed


def test_an_error_is_a_message_and_a_hint_on_stderr(oneiro: Run, minds: FakeMinds):
    minds.mind.events = (NightError("The night [red]broke\x1b off.", hint="Sleep again."),)
    result = oneiro("sleep")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "The night [red]broke off.\nSleep again.\n"


def test_an_error_under_json_is_json_on_stderr(oneiro: Run, minds: FakeMinds):
    minds.mind.events = (MindBusyError("Asleep.", hint="Wait."),)
    result = oneiro("sleep", "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr) == {"error": "Asleep.", "hint": "Wait."}


def test_a_full_disk_is_told_in_plain_words(oneiro: Run, minds: FakeMinds):
    minds.mind.events = (OSError(errno.ENOSPC, "No space left on device"),)
    result = oneiro("sleep")
    assert result.exit_code == 2
    assert result.stderr.startswith("The disk is full.\nNothing was lost")


def test_a_database_in_use_is_told_in_plain_words(oneiro: Run, minds: FakeMinds):
    minds.mind.events = (sqlite3.OperationalError("database is locked"),)
    result = oneiro("sleep")
    assert result.exit_code == 2
    assert result.stderr.startswith("Another process is writing to this mind.")


def test_a_reader_that_went_away_ends_the_command_quietly(oneiro: Run, minds: FakeMinds):
    minds.mind.reply = (BrokenPipeError(errno.EPIPE, "Broken pipe"),)
    result = oneiro("chat", stdin="hi\n")
    assert (result.exit_code, result.output) == (1, "")


def test_a_bug_is_not_hidden(oneiro: Run, minds: FakeMinds):
    minds.mind.events = (ZeroDivisionError(),)
    assert isinstance(oneiro("sleep").exception, ZeroDivisionError)


def test_a_piped_chat_prints_only_the_replies(oneiro: Run, minds: FakeMinds):
    result = oneiro("chat", stdin="Hi, ich bin Zoë\n\n/private\nsecret\n/sleep\n/what\n/quit\nnever read\n")
    assert result.stdout == "You said: Hi, ich bin Zoë\nYou said: secret\n"
    assert minds.mind.calls == [
        ("chat", "Hi, ich bin Zoë", False, "typed"),
        ("chat", "secret", True, "typed"),
        ("sleep", None),
    ]
    assert "woke as generation 2" in result.stderr
    assert "/what is no command" in result.stderr


def test_broken_bytes_in_a_pipe_do_not_stop_the_chat(oneiro: Run):
    assert oneiro("chat", stdin=b"caf\xe9\nok\n").stdout == "You said: caf\ufffd\nYou said: ok\n"


def test_an_error_in_a_piped_chat_exits_with_two(oneiro: Run, minds: FakeMinds):
    minds.mind.reply = (MindBusyError("No.", hint="Wait."),)
    assert oneiro("chat", stdin="a\nb\n").exit_code == 2
    assert len(minds.mind.calls) == 1


def test_control_characters_of_the_model_never_reach_the_terminal(oneiro: Run, minds: FakeMinds):
    minds.mind.reply = (
        "a\x1b",
        "[31mb\x9b\r\x07\tc\nd",
    )
    assert oneiro("chat", stdin="hi\n").stdout == "a[31mb\tc\nd\n"
    assert oneiro("ask", "x\x1bx").stdout == "xx\n"


def test_import_says_what_came_and_what_was_skipped(oneiro: Run, minds: FakeMinds, tmp_path: Path):
    file = tmp_path / "chats.json"
    file.write_text('{"messages": [{"role": "user", "content": "hi"}]}\n{}')
    result = oneiro("import", file, "--skip-bad")
    assert result.stdout == (
        f"8 messages in 2 conversations came into {tmp_path}. Already there: 3. "
        "Waiting for the next night: 7 messages of yours.\n"
    )
    assert result.stderr.startswith("Skipped: line 2: ")
    assert minds.mind.calls == [("import", 1)]
    came = json.loads(oneiro("import", file, "--skip-bad", "--json").stdout)
    assert (came["conversations"], came["messages"], came["known"], came["waiting"]) == (2, 8, 3, 7)


def test_no_mind_is_begun_for_a_file_that_cannot_be_read(oneiro: Run, minds: FakeMinds):
    assert oneiro("import", "missing.json").exit_code == 2
    assert minds.opened == []


@pytest.mark.parametrize(
    ("args", "begins"),
    [
        (["sleep"], False),
        (["sleep", "--model", "x"], False),
        (["ask", "Who?"], False),
        (["ask", "Who?", "--model", "x"], True),
        (["chat"], True),
    ],
)
def test_a_mistyped_folder_becomes_a_mind_only_where_one_is_begun(
    oneiro: Run, minds: FakeMinds, args: list[str], begins: bool
):
    assert oneiro(*args).exit_code == 0
    assert minds.created is begins


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["status"], ["smollm2", "12.0 MB", "awake"]),
        (["log"], ["2026-01-02", "woke", "30 of 34", "running"]),
        (["generations"], ["active", "damaged"]),
        (
            ["dreams"],
            ["What is my dog called? → Biscuit.", "(dropped: never said)", "(quarantined: an order)", "[moo]"],
        ),
    ],
)
def test_what_was_is_shown_for_people_and_for_scripts(oneiro: Run, args: list[str], words: list[str]):
    shown, parsed = oneiro(*args), oneiro(*args, "--json")
    assert all(word in shown.stdout for word in words)
    assert "\x1b" not in shown.stdout
    assert json.loads(parsed.stdout)


def test_dreams_can_be_filtered_and_asked_of_a_night(oneiro: Run, minds: FakeMinds):
    assert [d["kept"] for d in json.loads(oneiro("dreams", 2, "--kept", "--json").stdout)] == [True]
    assert [d["kept"] for d in json.loads(oneiro("dreams", "--dropped", "--json").stdout)] == [False, False]
    assert minds.mind.calls == [("dreams", 2), ("dreams", None)]


def test_rollback_export_and_restore_reach_the_mind(oneiro: Run, minds: FakeMinds):
    assert oneiro("rollback", 1).stdout == "Generation 1 is active.\n"
    assert oneiro("rollback", 9).stderr == "There is no generation 9.\nThere are: 0, 1, 2.\n"
    assert oneiro("export", "there").exit_code == 0
    assert oneiro("restore", "there", "--mind", "new").exit_code == 0
    assert minds.mind.calls == [("rollback", 1), ("export", Path("there"))]
    assert minds.opened[-1] == ("restore", Path("there"), "new")
    assert json.loads(oneiro("rollback", 1, "--json").stdout) == {"generation": 1}
    assert json.loads(oneiro("export", "there", "--json").stdout) == {"path": "there"}
    restored = json.loads(oneiro("restore", "there", "--json").stdout)
    assert restored == {"path": str(minds.mind.path), "aside": None}


@pytest.mark.parametrize(
    "args", [("ask", "--bogus"), ("bogus",), ("sleep", "--seed", "x"), ("rollback",), ("dreamer", "eval")]
)
def test_a_wrong_call_under_json_is_json_on_stderr(oneiro: Run, args: tuple[str, ...]):
    result = oneiro(*args, "--json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert json.loads(result.stderr).keys() == {"error", "hint"}
    assert "Usage:" in oneiro(*args).stderr


def test_a_chat_without_an_input_ends_at_once(tmp_path: Path):
    command = f"{sys.executable} -m oneiro chat --mind {tmp_path / 'mind'} <&-"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_models_lists_the_default_base(oneiro: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert json.loads(oneiro("models", "--json").stdout)[0]["name"] == "smollm2"
    assert "smollm2" in oneiro("models").stdout


@pytest.mark.parametrize(
    "command",
    [*COMMANDS, "models", "models pull", "demo", *(f"dreamer {verb}" for verb in ("train", "improve", "eval"))],
)
def test_every_help_text_teaches_with_an_example(oneiro: Run, command: str):
    result = oneiro(*command.split(), "--help")
    assert result.exit_code == 0
    assert f"oneiro {command}" in result.stdout


def test_version_is_one_line(oneiro: Run):
    assert oneiro("--version").stdout == f"oneiro {__version__}\n"


@pytest.mark.parametrize(
    "args", [["--help"], ["status", "--mind", "new"], ["log", "--mind", "new"], ["dreams", "--mind", "new"]]
)
def test_what_must_be_fast_never_imports_torch(tmp_path: Path, args: list[str]):
    run = "import sys; from oneiro.cli import app; app(sys.argv[1:], standalone_mode=False)"
    code = f"{run}; assert 'torch' not in sys.modules"
    done = subprocess.run(
        [sys.executable, "-c", code, *args], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
