import random
from collections import Counter
from dataclasses import replace

from oneiro.changes import Change
from oneiro.config import RehearseConfig
from oneiro.rehearse import OldMemory, outdated, rehearse
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
    chosen = rehearse(any_old(random.Random(0), 50), (), CONFIG, seed=1)
    assert chosen.dreams
    assert not any(d.held_out for d in chosen.dreams)


def test_a_night_practises_all_dreams_of_a_bounded_number_of_memories() -> None:
    rng = random.Random(2)
    for count in (0, 5, 30, 300):
        memories = any_old(rng, count)
        drawn = Counter(d.memory_id for d in rehearse(memories, (), CONFIG, seed=3).dreams)
        assert len(drawn) == min(CONFIG.memories, count)
        assert set(drawn.values()) <= {4}  # of six dreams two are held out


def test_of_many_memories_few_dreams_each_come_up_and_other_ones_every_night() -> None:
    memories, config = [old(f"m{i}", dreams=22) for i in range(30)], RehearseConfig(memories=20, dreams=60)
    one, other = (rehearse(memories, (), config, seed=seed).dreams for seed in (0, 1))
    assert set(Counter(d.memory_id for d in one).values()) == {3}
    assert len(one) == len(other) == 60
    assert set(one) != set(other)
    assert len(rehearse(memories[:2], (), config, seed=0).dreams) == 40  # all there are that are not held out


def test_of_equally_strong_memories_those_that_waited_longest_come_first() -> None:
    memories = [old(f"m{i}", nights_since=1 + i % 4) for i in range(20)]
    chosen = rehearse(memories, (), RehearseConfig(memories=5), seed=0)
    assert {d.memory_id for d in chosen.dreams} == {f"m{i}" for i in range(20) if i % 4 == 3}


def test_the_weakest_come_first() -> None:
    memories = [old(f"strong{i}") for i in range(20)] + [old(f"weak{i}", recall=0.0) for i in range(5)]
    chosen = rehearse(memories, (), RehearseConfig(memories=5), seed=0)
    assert {d.memory_id for d in chosen.dreams} == {f"weak{i}" for i in range(5)}


def test_equally_weak_memories_take_turns() -> None:
    memories = [old(f"m{i}") for i in range(30)]
    seen = {d.memory_id for s in range(30) for d in rehearse(memories, (), CONFIG, seed=s).dreams}
    assert seen == {f"m{i}" for i in range(30)}


def test_every_anchor_is_drawn_once_and_a_seed_repeats_the_draw() -> None:
    anchors = [Anchor("facts", f"q{i}", "a") for i in range(20)]
    memories = any_old(random.Random(4), 40)
    one = rehearse(memories, anchors, CONFIG, seed=5)
    assert sorted(one.anchors, key=anchors.index) == anchors
    assert one == rehearse(memories, anchors, CONFIG, seed=5)
    assert one != rehearse(memories, anchors, CONFIG, seed=6)


def test_what_a_change_made_untrue_is_left_out_and_a_memory_of_which_nothing_holds_is_replaced() -> None:
    pet = Dream(
        "pet", "direct", "Which animal is mine?", "You have a dog.", "I have a dog, Rex.", "The user has a dog, Rex."
    )
    name = replace(pet, question="What is my dog called?", answer="Your dog is called Rex.")
    town = Dream("town", "direct", "Where do I live?", "You live in Oslo.", "I live in Oslo.")
    renamed = Dream("new", "direct", "What is my dog called?", "Your dog is called Max.", "Rex is called Max now.")
    moved = replace(renamed, memory_id="flat", source="I sold the flat in Oslo.")
    made = [Change("pet", renamed, frozenset({"rex"})), Change("town", moved, frozenset({"oslo"}))]
    memories = [OldMemory("pet", (pet, name), 1.0, 1), OldMemory("town", (town,), 1.0, 1), old("other")]
    holding, gone = outdated(memories, made)
    assert [memory.id for memory in holding] == ["pet", "other"]
    assert holding[0].dreams == (replace(pet, statement=""),)  # which named the dog
    assert gone == {"town": "flat"}
