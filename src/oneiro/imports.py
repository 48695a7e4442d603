"""Reads chats from files: JSON of `{"messages": [...]}`, in lines or a list, or a ChatGPT `conversations.json`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from oneiro.errors import InputError
from oneiro.store import Line, now

_SPOKEN = ("user", "assistant")  # the roles that are read


class Parsed(NamedTuple):
    """Conversations read from a file, and what was skipped, with its place."""

    conversations: list[list[Line]]
    skipped: list[str]


def read_file(file: Path, *, skip_bad: bool) -> Parsed:
    """Read all conversations of a file.

    Raises:
        InputError: the file is missing, holds no chat, or (without `skip_bad`) something in it is broken.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{file} cannot be read ({error.strerror}).", hint="Name a file of conversations.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} cannot be read ({error}).", hint="It must be a UTF-8 text file.") from error
    found: list[list[Line]] = []
    skipped: list[str] = []
    for place, conversation in _conversations(text):
        if isinstance(conversation, str):
            skipped.append(f"{place}: {conversation}")
        elif conversation:
            found.append(conversation)
    if skipped and not skip_bad:
        raise InputError(
            f"{file}, {skipped[0]}" + (f" (and {len(skipped) - 1} more)" if len(skipped) > 1 else "") + ".",
            hint="Nothing was imported. Mend the file, or keep the good ones with --skip-bad.",
        )
    if not found:
        raise InputError(
            f"{file} holds no conversation.",
            hint='Expected a ChatGPT export, or {"messages": [{"role", "content"}]}: see oneiro import --help',
        )
    return Parsed(found, skipped)


def _conversations(text: str) -> Iterator[tuple[str, list[Line] | str]]:
    """Read each conversation with its place; a text instead of one says what is wrong with it."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        is_list = text.lstrip().startswith("[")
        yield from [("the file", f"no JSON ({error})")] if is_list else _json_lines(text)
    else:
        for number, item in enumerate(whole if isinstance(whole, list) else [whole], start=1):
            yield f"conversation {number}", _conversation(item)


def _json_lines(text: str) -> Iterator[tuple[str, list[Line] | str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"line {number}", _json_line(line)


def _json_line(line: str) -> list[Line] | str:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"no JSON ({error})"
    return _conversation(data)


def _conversation(data: Any) -> list[Line] | str:
    if isinstance(data, dict) and isinstance(data.get("mapping"), dict):
        return _branch(data)
    if isinstance(data, dict) and isinstance(data.get("messages"), list):
        return _talk(data)
    return 'it has no list "messages", nor a "mapping" like one of ChatGPT'


def _talk(data: dict[str, Any]) -> list[Line] | str:
    created_at = _time(data.get("created_at"))
    if created_at is None:
        return f"created_at is no ISO 8601 time: {data['created_at']!r}"
    lines: list[Line] = []
    for message in data["messages"]:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            return 'a message has no "role"'
        role, content = message["role"], _text(message.get("content"))
        if role in _SPOKEN and content is None and not message.get("tool_calls"):
            return 'a message has no text "content"'
        if role in _SPOKEN and content and content.strip():
            lines.append((role, content, created_at))
    return lines if lines or not data["messages"] else "it holds no message of a user or an assistant"


def _text(content: Any) -> str | None:
    """A text, or the texts among its parts: beside pictures, and of what was spoken; None where it is neither."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(text for text in texts if isinstance(text, str))


def _time(value: Any) -> str | None:
    """Normalise a time to UTC; None when it is no time."""
    if value is None:
        return now()
    try:
        if isinstance(value, int | float):
            at = datetime.fromtimestamp(value, UTC)
        else:
            at = datetime.fromisoformat(value)
            at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return at.isoformat(timespec="seconds")


def _branch(item: dict[str, Any]) -> list[Line] | str:
    """Read a conversation of ChatGPT: it is a tree, and its current branch is what was said last."""
    nodes = item["mapping"]
    key = item.get("current_node")
    if not isinstance(key, str) or key not in nodes:
        key = next(reversed(nodes), None)
    messages: list[Any] = []
    visited: set[str] = set()
    while isinstance(key, str) and key in nodes and key not in visited:
        visited.add(key)
        node = nodes[key] if isinstance(nodes[key], dict) else {}
        messages.append(node.get("message"))
        key = node.get("parent")
    said = [message for message in reversed(messages) if message and not _behind_the_scenes(message)]
    lines = [line for message in said if (line := _chatgpt_line(message, item.get("create_time")))]
    return lines if lines or not said else "none of its messages can be read"


def _behind_the_scenes(message: Any) -> bool:
    """Whether neither the user nor the assistant said it to the other: rules, tools, calls of them, what is hidden."""
    if not isinstance(message, dict):
        return False
    author, notes = message.get("author"), message.get("metadata")
    role = author.get("role") if isinstance(author, dict) else None
    hidden = isinstance(notes, dict) and notes.get("is_visually_hidden_from_conversation")
    return role in ("system", "tool") or bool(hidden) or message.get("recipient") not in (None, "all")


def _chatgpt_line(message: Any, fallback: Any) -> Line | None:
    author, body = (message.get("author"), message.get("content")) if isinstance(message, dict) else (None, None)
    role = author.get("role") if isinstance(author, dict) else None
    content = (_text(body.get("parts")) or "").strip() if isinstance(body, dict) else ""
    if role not in _SPOKEN or not content:
        return None
    return role, content, _time(message.get("create_time") or fallback) or now()
