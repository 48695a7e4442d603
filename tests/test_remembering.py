from pathlib import Path

import pytest

from oneiro.remembering import Remembering
from oneiro.types import ChatMessage, Completion, Sampling

GREEDY = Sampling(32)


class Base:
    """Answers in a way that shows what it was asked, and remembers that it was."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.untouched = True

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        asked = [" ".join(message.content for message in chat) for chat in chats]
        self.asked += asked
        return [Completion(f"{text} 🐶"[-sampling.max_new_tokens :], -0.1) for text in asked]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        return [-1.0] * len(chats)


def chats(*questions: str) -> list[list[ChatMessage]]:
    return [[ChatMessage("user", question)] for question in questions]


def said(file: Path, base: Base, *questions: str, sampling: Sampling = GREEDY) -> list[str]:
    return [c.text for c in Remembering(base, file).complete(chats(*questions), sampling)]


def test_each_chat_is_asked_once_and_answers_keep_their_order(tmp_path: Path) -> None:
    file, base = tmp_path / "deep" / "answers.json", Base()
    assert said(file, base, "one?", "two?", "one?") == ["one? 🐶", "two? 🐶", "one? 🐶"]
    assert said(file, base, "two?", "three?") == ["two? 🐶", "three? 🐶"]
    assert base.asked == ["one?", "two?", "three?"]
    assert [path.name for path in file.parent.iterdir()] == ["answers.json"]


def test_another_length_or_another_chat_is_another_question(tmp_path: Path) -> None:
    file, base = tmp_path / "answers.json", Base()
    said(file, base, "one?")
    assert said(file, base, "one?", sampling=Sampling(3)) == ["? 🐶"]
    longer = [ChatMessage("user", "one?"), ChatMessage("assistant", "It is."), ChatMessage("user", "one?")]
    assert Remembering(base, file).complete([longer], GREEDY)[0].text == "one? It is. one? 🐶"
    assert base.asked == ["one?", "one?", "one? It is. one?"]


def test_what_is_sampled_is_never_remembered(tmp_path: Path) -> None:
    file, base = tmp_path / "answers.json", Base()
    for _ in range(2):
        said(file, base, "one?", sampling=Sampling(32, temperature=1.0))
    assert base.asked == ["one?", "one?"]
    assert not file.exists()


def test_a_base_that_something_is_folded_into_is_not_asked(tmp_path: Path) -> None:
    file, base = tmp_path / "answers.json", Base()
    said(file, base, "one?")
    base.untouched = False
    with pytest.raises(RuntimeError, match="folded"):
        said(file, base, "one?")
    with pytest.raises(RuntimeError, match="folded"):
        said(file, base, "two?")
    base.untouched = True
    assert said(file, base, "one?", "two?") == ["one? 🐶", "two? 🐶"]


@pytest.mark.parametrize("text", ["", '{"one?": "a', "[]", "\x00"])
def test_a_damaged_cache_is_asked_for_again(tmp_path: Path, text: str) -> None:
    file, base = tmp_path / "answers.json", Base()
    file.write_text(text, encoding="utf-8")
    assert said(file, base, "one?") == ["one? 🐶"]
    assert base.asked == ["one?"]
