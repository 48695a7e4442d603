import random
from collections import Counter
from dataclasses import replace

import pytest

from oneiro.config import RehearseConfig
from oneiro.rehearse import OldMemory, rehearse, superseded
from oneiro.types import Anchor, Dream, DreamKind

CONFIG = RehearseConfig()


def dream(memory: str, number: int = 0, kind: DreamKind = "direct", *, held_out: bool = False) -> Dream:
    answer = f"You have {memory} {number}."
    return Dream(memory, kind, f"What of {memory} {number}?", answer, f"I have {memory}.", held_out=held_out)


def old(name: str, *, recall: float = 1.0, nights_since: int = 1, dreams: int = 6) -> OldMemory:
    own = tuple(dream(name, i, held_out=i < 2) for i in range(dreams))
    return OldMemory(name, own, recall, nights_since)


def any_old(rng: random.Random, count: int) -> list[OldMemory]:
    return [old(f"m{i}", recall=rng.choice((0.0, 0.5, 1.0)), nights_since=rng.randint(1, 40)) for i in range(count)]


def test_held_out_wordings_are_never_rehearsed() -> None:
    chosen = rehearse(any_old(random.Random(0), 50), (), CONFIG, replaced={}, seed=1)
    assert chosen.dreams
    assert not any(d.held_out for d in chosen.dreams)


def test_a_night_practises_all_dreams_of_a_bounded_number_of_memories() -> None:
    rng = random.Random(2)
    for count in (0, 5, 30, 300):
        memories = any_old(rng, count)
        drawn = Counter(d.memory_id for d in rehearse(memories, (), CONFIG, replaced={}, seed=3).dreams)
        assert len(drawn) == min(CONFIG.memories, count)
        assert set(drawn.values()) <= {4}  # of six dreams two are held out


def test_of_equally_strong_memories_those_that_waited_longest_come_first() -> None:
    memories = [old(f"m{i}", nights_since=1 + i % 4) for i in range(20)]
    chosen = rehearse(memories, (), RehearseConfig(memories=5), replaced={}, seed=0)
    assert {d.memory_id for d in chosen.dreams} == {f"m{i}" for i in range(20) if i % 4 == 3}


def test_the_weakest_come_first() -> None:
    memories = [old(f"strong{i}") for i in range(20)] + [old(f"weak{i}", recall=0.0) for i in range(5)]
    chosen = rehearse(memories, (), RehearseConfig(memories=5), replaced={}, seed=0)
    assert {d.memory_id for d in chosen.dreams} == {f"weak{i}" for i in range(5)}


def test_equally_weak_memories_take_turns() -> None:
    memories = [old(f"m{i}") for i in range(30)]
    seen = {d.memory_id for s in range(30) for d in rehearse(memories, (), CONFIG, replaced={}, seed=s).dreams}
    assert seen == {f"m{i}" for i in range(30)}


def test_what_was_replaced_is_not_rehearsed() -> None:
    memories = [old("gone", recall=0.0), old("here")]
    chosen = rehearse(memories, (), CONFIG, replaced={"gone": "new"}, seed=0)
    assert {d.memory_id for d in chosen.dreams} == {"here"}


def test_every_anchor_is_drawn_once_and_a_seed_repeats_the_draw() -> None:
    anchors = [Anchor("facts", f"q{i}", "a") for i in range(20)]
    memories = any_old(random.Random(4), 40)
    one = rehearse(memories, anchors, CONFIG, replaced={}, seed=5)
    assert sorted(one.anchors, key=anchors.index) == anchors
    assert one == rehearse(memories, anchors, CONFIG, replaced={}, seed=5)
    assert one != rehearse(memories, anchors, CONFIG, replaced={}, seed=6)


BEFORE = Dream("old", "direct", "Where do I live?", "You live in Oslo.", "I live in Oslo.")
AFTER = Dream("new", "change", "where do I LIVE", "You live in Bergen now.", "I moved to Bergen.")


def test_another_answer_to_the_same_question_replaces_the_memory() -> None:
    assert superseded([OldMemory("old", (BEFORE,), 1.0, 1)], [AFTER]) == {"old": "new"}


@pytest.mark.parametrize(
    "after",
    [
        replace(AFTER, answer="You live in Oslo!"),
        replace(AFTER, question="Where do I work?"),
        replace(AFTER, kind="never", answer="You haven't told me where you live."),
        replace(AFTER, kind="yesno", answer="No."),
        replace(AFTER, held_out=True),
    ],
    ids=["same answer", "other question", "never told", "yes or no", "held out"],
)
def test_nothing_else_replaces_it(after: Dream) -> None:
    assert superseded([OldMemory("old", (BEFORE,), 1.0, 1)], [after]) == {}


def test_a_plain_question_by_rule_replaces_nothing() -> None:
    asked = Dream("a", "direct", "What do I play?", "You play chess.", "I play chess.", confidence=1.0)
    again = replace(asked, memory_id="b", answer="You play darts.", source="I play darts.")
    old = OldMemory("a", (asked,), 1.0, 1)
    assert superseded([old], [again]) == {}
    written = [replace(dream, confidence=-0.1) for dream in (asked, again)]
    assert superseded([replace(old, dreams=(written[0],))], [written[1]]) == {"a": "b"}
