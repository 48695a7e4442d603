import json
from pathlib import Path
from typing import Any

import pytest

from oneiro.errors import InputError
from oneiro.imports import read_file
from strange import STRANGE, SURROGATES

GOOD = {"messages": [{"role": "user", "content": "My dog is called Biscuit."}], "created_at": "2026-03-05T12:00:00Z"}
LINE = json.dumps(GOOD)


def write(folder: Path, text: str) -> Path:
    file = folder / "chats.jsonl"
    file.write_text(text, encoding="utf-8")
    return file


def turn(content: str, role: str = "user") -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content}]}


def contents(file: Path, *, skip_bad: bool = False) -> list[str]:
    return [content for talk in read_file(file, skip_bad=skip_bad).conversations for _, content, _ in talk]


@pytest.mark.parametrize("name", [name for name, text in (STRANGE | SURROGATES).items() if text.strip()])
def test_any_text_comes_through_to_the_letter(tmp_path: Path, name: str) -> None:
    text = (STRANGE | SURROGATES)[name]
    assert contents(write(tmp_path, json.dumps(turn(text)))) == [text]


def test_line_separators_inside_a_text_do_not_cut_a_line(tmp_path: Path) -> None:
    text = "one\u2028two\x85three"
    assert contents(write(tmp_path, json.dumps(turn(text), ensure_ascii=False))) == [text]


def test_order_roles_and_times_are_kept_and_rules_and_blanks_left_out(tmp_path: Path) -> None:
    talk = {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "  "},
            {"role": "assistant", "content": "Hello"},
        ],
        "created_at": "2026-03-05T12:00:00+02:00",
    }
    at = "2026-03-05T10:00:00+00:00"
    parsed = read_file(write(tmp_path, f"\ufeff\n{json.dumps(talk)}\r\n\r\n{LINE}"), skip_bad=False)
    assert parsed.conversations[0] == [("user", "Hi", at), ("assistant", "Hello", at)]
    assert len(parsed.conversations) == 2


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        ("2026-03-05", "2026-03-05T00:00:00+00:00"),
        ("2026-03-05T23:30:00-01:00", "2026-03-06T00:30:00+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
    ],
)
def test_times_are_utc(tmp_path: Path, at: Any, utc: str) -> None:
    parsed = read_file(write(tmp_path, json.dumps(turn("hi") | {"created_at": at})), skip_bad=False)
    assert parsed.conversations[0][0][2] == utc


BROKEN = {
    "cut off": LINE[:-5],
    "no JSON": "hello",
    "a number": "42",
    "no messages": "{}",
    "messages are no list": '{"messages": {"role": "user"}}',
    "a message is a text": '{"messages": ["hi"]}',
    "no content": '{"messages": [{"role": "user"}]}',
    "content is null": '{"messages": [{"role": "user", "content": null}]}',
    "only another role": '{"messages": [{"role": "wizard", "content": "hi"}]}',
    "parts without a list": '{"messages": [{"role": "user", "content": {"text": "hi"}}]}',
    "a role that is a list": '{"messages": [{"role": [], "content": "hi"}]}',
    "no time": '{"messages": [], "created_at": "last week"}',
    "a time beyond the calendar": '{"messages": [], "created_at": 1e300}',
    "a time that is no number": '{"messages": [], "created_at": NaN}',
    "a time that is a list": '{"messages": [], "created_at": []}',
    "a well without a floor": '{"messages": ' + "[" * 100_000,
    "a number without an end": '{"messages": ' + "1" * 100_000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_line_is_named_by_its_number_and_nothing_is_imported(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"line 3: (.|\n)*\(and 1 more\)") as caught:
        read_file(write(tmp_path, f"{LINE}\n\n{BROKEN[name]}\n{LINE}\n{BROKEN[name]}"), skip_bad=False)
    assert "--skip-bad" in caught.value.hint


@pytest.mark.parametrize("name", BROKEN)
def test_the_good_lines_can_be_kept(tmp_path: Path, name: str) -> None:
    parsed = read_file(write(tmp_path, f"{LINE}\n{BROKEN[name]}\n{LINE}\n{BROKEN[name]}"), skip_bad=True)
    assert len(parsed.conversations) == 2
    assert [text.split(":")[0] for text in parsed.skipped] == ["line 2", "line 4"]


@pytest.mark.parametrize("text", ["", "\n \n", "[]", '{"messages": []}', BROKEN["no JSON"]])
def test_a_file_without_a_conversation_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match=r"chats\.jsonl holds no conversation"):
        read_file(write(tmp_path, text), skip_bad=True)


def test_a_missing_file_a_folder_and_another_encoding_are_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Amélie".encode("latin-1"))
    for file in (tmp_path / "missing.txt", tmp_path, latin):
        with pytest.raises(InputError, match="cannot be read") as caught:
            read_file(file, skip_bad=True)
        assert str(file) in caught.value.message


def test_a_missing_file_is_not_told_what_is_in_it(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "missing.txt", skip_bad=True)
    assert "UTF-8" not in caught.value.hint


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("number", [1, 2])
def test_a_list_and_one_conversation_over_several_lines_are_read(tmp_path: Path, indent: int, number: int) -> None:
    file = write(tmp_path, json.dumps([GOOD] * number if number > 1 else GOOD, indent=indent))
    assert contents(file) == ["My dog is called Biscuit."] * number


def test_other_roles_are_left_out_and_texts_in_parts_are_read(tmp_path: Path) -> None:
    parts = [{"type": "text", "text": "My dog"}, {"type": "image_url", "image_url": {"url": "x"}}, "is this one."]
    talk = [
        {"role": "developer", "content": None},
        {"role": "user", "content": parts},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "found"},
    ]
    assert contents(write(tmp_path, json.dumps({"messages": talk}))) == ["My dog\nis this one."]


# ---- ChatGPT exports ----------------------------------------------------------------------------------


def node(key: str, parent: str | None, role: str, *parts: Any, at: float | None = None) -> dict[str, Any]:
    message = {"author": {"role": role}, "content": {"parts": list(parts)}, "create_time": at}
    return {"id": key, "parent": parent, "message": message}


def tree(**changed: Any) -> dict[str, Any]:
    nodes = [
        {"id": "root", "parent": None, "message": None},
        node("rule", "root", "system", ""),
        node("ask", "rule", "user", "My dog is called Biskit.", at=10.0),
        node("reply", "ask", "assistant", "Nice!"),
        node("ask again", "rule", "user", "My dog is called Biscuit.", {"asset": "photo"}, "Look!", at=20.0),
        node("tool", "ask again", "tool", "search"),
        node("reply again", "tool", "assistant", "Lovely!"),
    ]
    return {
        "mapping": {n["id"]: n for n in nodes},
        "current_node": "reply again",
        "create_time": 0,
    } | changed


def test_a_chatgpt_export_gives_the_branch_that_was_said_last(tmp_path: Path) -> None:
    parsed = read_file(write(tmp_path, json.dumps([tree(), tree(current_node="reply")])), skip_bad=False)
    assert parsed.conversations == [
        [
            ("user", "My dog is called Biscuit.\nLook!", "1970-01-01T00:00:20+00:00"),
            ("assistant", "Lovely!", "1970-01-01T00:00:00+00:00"),
        ],
        [
            ("user", "My dog is called Biskit.", "1970-01-01T00:00:10+00:00"),
            ("assistant", "Nice!", "1970-01-01T00:00:00+00:00"),
        ],
    ]


def test_a_tree_that_bites_its_tail_ends(tmp_path: Path) -> None:
    mapping = {"a": node("a", "b", "user", "hi"), "b": node("b", "a", "assistant", "hello")}
    parsed = read_file(write(tmp_path, json.dumps([tree(mapping=mapping, current_node="a")])), skip_bad=False)
    assert [content for _, content, _ in parsed.conversations[0]] == ["hello", "hi"]


BAD_NODES: dict[str, Any] = {
    "author is a text": {"author": "user", "content": {"parts": ["hi"]}},
    "content is a text": {"author": {"role": "user"}, "content": "hi"},
    "parts are a number": {"author": {"role": "user"}, "content": {"parts": 5}},
    "role is a list": {"author": {"role": ["user"]}, "content": {"parts": ["hi"]}},
    "message is a text": "hi",
}


@pytest.mark.parametrize("name", BAD_NODES)
def test_a_damaged_message_in_an_export_costs_no_more_than_its_conversation(tmp_path: Path, name: str) -> None:
    mapping = {"a": {"id": "a", "parent": None, "message": BAD_NODES[name]}}
    file = write(tmp_path, json.dumps([tree(), tree(mapping=mapping, current_node="a")]))
    assert "My dog is called Biscuit.\nLook!" in contents(file, skip_bad=True)


@pytest.mark.parametrize("item", [5, {}, {"mapping": []}])
def test_a_broken_conversation_of_an_export_is_named(tmp_path: Path, item: Any) -> None:
    file = write(tmp_path, json.dumps([tree(), item]))
    with pytest.raises(InputError, match="conversation 2: "):
        read_file(file, skip_bad=False)
    assert len(read_file(file, skip_bad=True).conversations) == 1


def test_an_export_that_was_cut_off_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the file: no JSON"):
        read_file(write(tmp_path, json.dumps([tree()])[:-20]), skip_bad=False)


def test_one_conversation_of_an_export_is_read_by_itself(tmp_path: Path) -> None:
    assert contents(write(tmp_path, json.dumps(tree(), indent=1)))[-1] == "Lovely!"


def test_a_branch_that_ends_nowhere_is_read_from_its_last_message(tmp_path: Path) -> None:
    assert contents(write(tmp_path, json.dumps([tree(current_node="gone")])))[-1] == "Lovely!"


def branch(*messages: dict[str, Any]) -> dict[str, Any]:
    mapping = {str(i): {"message": message, "parent": str(i - 1)} for i, message in enumerate(messages)}
    return {"mapping": mapping, "current_node": str(len(messages) - 1)}


def test_what_was_spoken_is_read_and_what_went_on_behind_the_scenes_is_not(tmp_path: Path) -> None:
    def message(text: Any, role: str = "user", **more: Any) -> dict[str, Any]:
        return node("", None, role, text)["message"] | more

    spoken = {"content_type": "audio_transcription", "text": "My dog is called Biscuit.", "direction": "in"}
    hidden = {"is_visually_hidden_from_conversation": True}
    said = (
        message("You live in Oslo.", metadata=hidden),
        message(spoken),
        message("search(dogs)", "assistant", recipient="browser"),
        message("Nice!", "assistant", recipient="all"),
    )
    assert contents(write(tmp_path, json.dumps([branch(*said)]))) == ["My dog is called Biscuit.", "Nice!"]


def test_a_conversation_of_which_nothing_can_be_read_is_named(tmp_path: Path) -> None:
    picture = branch(node("", None, "user", {"asset_pointer": "photo"})["message"])
    unsaid = branch(node("", None, "system", "")["message"])
    parsed = read_file(write(tmp_path, json.dumps([tree(), unsaid, picture])), skip_bad=True)
    assert len(parsed.conversations) == 1
    assert parsed.skipped == ["conversation 3: none of its messages can be read"]
