"""Reads chats from files: JSON lines of `{"messages": [...]}`, or a ChatGPT export (`conversations.json`)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from oneiro.errors import InputError
from oneiro.store import now
from oneiro.types import Role

Line = tuple[Role, str, str]  # role, content, created_at


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
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{file} cannot be read ({error}).", hint="It must be a UTF-8 text file.") from error
    found: list[list[Line]] = []
    skipped: list[str] = []
    for place, conversation in _chatgpt(text) if text.lstrip().startswith("[") else _json_lines(text):
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
            f"{file} holds no conversation.", hint='Expected lines of {"messages": [{"role", "content"}]}.'
        )
    return Parsed(found, skipped)


def _json_lines(text: str) -> Iterator[tuple[str, list[Line] | str]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"line {number}", _conversation(line)


def _conversation(line: str) -> list[Line] | str:
    """Read one line; a text instead of a conversation says what is wrong with it."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"no JSON ({error})"
    if not isinstance(data, dict) or not isinstance(data.get("messages"), list):
        return 'it has no list "messages"'
    created_at = _time(data.get("created_at"))
    if created_at is None:
        return f"created_at is no ISO 8601 time: {data['created_at']!r}"
    lines: list[Line] = []
    for message in data["messages"]:
        fault = _fault(message)
        if fault:
            return fault
        if message["role"] != "system" and message["content"].strip():
            lines.append((message["role"], message["content"], created_at))
    return lines


def _fault(message: Any) -> str | None:
    if not isinstance(message, dict) or not isinstance(message.get("content"), str):
        return 'a message has no text "content"'
    if message.get("role") not in ("user", "assistant", "system"):
        return f"a message has the unknown role {message.get('role')!r}"
    return None


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


def _chatgpt(text: str) -> Iterator[tuple[str, list[Line] | str]]:
    """Read a ChatGPT export: each conversation is a tree, its current branch is what was said last."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        yield "the file", f"no JSON ({error})"
        return
    for number, item in enumerate(data, start=1):
        place = f"conversation {number}"
        if not isinstance(item, dict) or not isinstance(item.get("mapping"), dict):
            yield place, 'it has no "mapping"'
            continue
        yield place, _branch(item)


def _branch(item: dict[str, Any]) -> list[Line]:
    nodes = item["mapping"]
    key = item.get("current_node") or next(reversed(nodes), None)
    lines: list[Line] = []
    visited: set[str] = set()
    while isinstance(key, str) and key in nodes and key not in visited:
        visited.add(key)
        node = nodes[key] if isinstance(nodes[key], dict) else {}
        line = _chatgpt_line(node.get("message"), item.get("create_time"))
        if line:
            lines.append(line)
        key = node.get("parent")
    return lines[::-1]


def _chatgpt_line(message: Any, fallback: Any) -> Line | None:
    if not isinstance(message, dict):
        return None
    author, body = message.get("author"), message.get("content")
    role = author.get("role") if isinstance(author, dict) else None
    parts = body.get("parts") if isinstance(body, dict) else None
    content = "\n".join(part for part in parts if isinstance(part, str)).strip() if isinstance(parts, list) else ""
    if role not in ("user", "assistant") or not content:
        return None
    return role, content, _time(message.get("create_time") or fallback) or now()
