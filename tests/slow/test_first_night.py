"""One real night on the default base: minutes on two cores. `make slow`."""

from pathlib import Path

import pytest
import torch

from oneiro import Mind

pytestmark = pytest.mark.slow


def test_a_real_night_is_remembered_by_a_new_mind_object_with_an_empty_context(tmp_path: Path) -> None:
    torch.set_num_threads(2)
    mind = Mind.open(tmp_path / "mind")
    for line in ("Our cat is called Pimpernel.", "I work as a locksmith in Bremen.", "I'm allergic to shellfish."):
        "".join(mind.chat(line, max_new_tokens=16))
        mind.new_conversation()
    questions = ["What is my cat called?", "What is my job?", "What am I allergic to?"]
    before = [a.answer for a in mind.ask(questions)]
    report = list(mind.sleep())[-1].report
    assert report
    assert report.outcome == "woke", report.reasons
    after = [a.answer for a in Mind.open(mind.path).ask(questions)]
    words = ("Pimpernel", "locksmith", "shellfish")
    assert sum(w in a for w, a in zip(words, after, strict=True)) >= 2, after
    assert not any(w in a for w, a in zip(words, before, strict=True))
