import random
from collections import Counter
from dataclasses import replace

import pytest

from oneiro.config import MixtureConfig
from oneiro.mixture import content_hash, in_full, mix
from oneiro.types import Anchor, Dream, DreamKind, Mixture, Rehearsal

CONFIG = MixtureConfig(dreams_per_memory=18)
GROUPS = {"facts": "grounding", "harmful": "safety", "alarming": "alarming", "identity": "identity", "side": "side"}


def dream(number: int, kind: DreamKind = "direct", *, held_out: bool = False, text: str = "") -> Dream:
    return Dream(f"m{number % 5}", kind, f"q{number}{text}", f"a{number}", f"source {number % 5}", held_out=held_out)


def pool(*, new: int = 90, never: int = 50, replay: int = 100, anchors: int = 60) -> tuple[list[Dream], Rehearsal]:
    kept = [dream(i) for i in range(new)] + [dream(i, "never", text="never") for i in range(never)]
    kept += [dream(i, held_out=True, text="held") for i in range(20)]
    past = [dream(i, text="past") for i in range(replay)]
    past += [dream(i, held_out=True, text="held past") for i in range(20)]
    grounding = [Anchor(kind, f"{kind}{i}", "a") for kind in GROUPS for i in range(anchors)]
    return kept, Rehearsal(tuple(past), tuple(grounding))


def counts(mixed: Mixture) -> Counter[str]:
    return Counter(example.group for example in mixed.examples)


def test_all_new_dreams_are_used_and_the_others_with_labels_keep_their_share() -> None:
    found = counts(mix(*pool(), CONFIG, seed=0))
    assert found["dream"] == 90
    assert found["replay"] == 100
    for group in ("never", "side"):
        assert abs(found[group] - 90 * getattr(CONFIG, group)) <= 0.5


def test_every_anchor_on_the_leash_is_there_for_training_to_draw_from() -> None:
    found = counts(mix(*pool(anchors=60), CONFIG, seed=0))
    assert [found[group] for group in ("grounding", "safety", "alarming", "identity")] == [60] * 4


def test_a_small_group_leaves_its_share_unused_and_repeats_nothing() -> None:
    rng = random.Random(0)
    for _ in range(30):
        sizes = {name: rng.randint(0, 40) for name in ("never", "replay", "anchors")}
        kept, rehearsal = pool(**sizes)
        mixed = mix(kept, rehearsal, CONFIG, seed=1)
        assert max(Counter(mixed.examples).values()) == 1
        assert counts(mixed)["replay"] == sizes["replay"]
        assert counts(mixed)["never"] == min(round(90 * CONFIG.never), sizes["never"])


def test_a_fact_told_again_is_not_trained_on_in_what_was_held_out_of_it() -> None:
    kept, rehearsal = pool()
    again = [replace(d, held_out=False, question=d.question.upper()) for d in (*kept, *rehearsal.dreams) if d.held_out]
    mixed = mix([*kept, *again], replace(rehearsal, dreams=(*rehearsal.dreams, *again)), CONFIG, seed=0)
    assert not {e.question for e in mixed.examples} & {d.question for d in again}


def test_held_out_wordings_never_enter_the_training_set() -> None:
    kept, rehearsal = pool()
    held = {d.question for d in (*kept, *rehearsal.dreams) if d.held_out}
    for seed in range(20):
        assert not held & {e.question for e in mix(kept, rehearsal, CONFIG, seed=seed).examples}


def test_a_seed_gives_the_same_examples_order_and_hash() -> None:
    one, two = mix(*pool(), CONFIG, seed=3), mix(*pool(), CONFIG, seed=3)
    assert one == two
    assert one.sha256 == content_hash(one.examples)
    assert mix(*pool(), CONFIG, seed=4).sha256 != one.sha256


def test_the_hash_tells_order_and_every_field() -> None:
    examples = sorted(mix(*pool(), CONFIG, seed=3).examples, key=lambda e: e.group != "dream")  # a dream first
    first = examples[0]
    others = [
        examples[::-1],
        examples[1:],
        *(
            [replace(first, **{field: value}), *examples[1:]]
            for field, value in {"question": "?", "answer": "!", "group": "safety", "memory_id": "x"}.items()
        ),
        [replace(first, leash=not first.leash), *examples[1:]],
    ]
    hashes = {content_hash(other) for other in [examples, *others]}
    assert len(hashes) == len(others) + 1


def test_groups_are_mixed_and_not_stacked() -> None:
    groups = [e.group for e in mix(*pool(), CONFIG, seed=0).examples]
    assert "dream" in groups[:20]
    assert set(groups[:20]) != {"dream"}


def test_only_what_was_told_is_a_memory_to_learn() -> None:
    for example in mix(*pool(), CONFIG, seed=0).examples:
        assert bool(example.memory_id) == (example.group in ("dream", "replay"))


def test_a_rehearsed_never_told_dream_is_no_memory_either() -> None:
    mixed = mix([dream(i) for i in range(9)], Rehearsal((dream(99, "never"),), ()), CONFIG, seed=0)
    assert [e.memory_id for e in mixed.examples if e.group == "replay"] == [""]


def test_the_base_is_held_to_its_own_words_and_not_to_ours() -> None:
    for example in mix(*pool(), CONFIG, seed=0).examples:
        assert example.leash == (example.group in ("grounding", "safety", "alarming", "identity"))
        assert (example.group == "side") == example.question.startswith("side")


@pytest.mark.parametrize("kind", GROUPS)
def test_every_kind_of_anchor_comes_into_its_group(kind: str) -> None:
    rehearsal = Rehearsal((), (Anchor(kind, "q", "a"),))
    mixed = mix([dream(i) for i in range(40)], rehearsal, CONFIG, seed=0)
    assert counts(mixed) == {"dream": 40, GROUPS[kind]: 1}


def test_without_new_dreams_there_is_nothing_to_train_on() -> None:
    assert mix([dream(0, held_out=True)], pool()[1], CONFIG, seed=0).examples == ()


def test_a_memory_with_many_dreams_is_not_trained_more_than_another() -> None:
    kept = [replace(dream(i), memory_id=of, source=of) for i in range(34) for of in ["many" if i < 30 else "few"]]
    found = Counter(
        e.memory_id for e in mix(kept, Rehearsal((), ()), MixtureConfig(dreams_per_memory=9), seed=0).examples
    )
    assert found == {"many": 9, "few": 4}


def test_a_turn_told_in_many_memories_is_not_trained_more_than_another() -> None:
    told = {"one": "lives here", "two": "has a dog", **dict.fromkeys(("three", "four", "five"), "has three sons")}
    kept = [replace(dream(i, text=memory), memory_id=memory, source=told[memory]) for memory in told for i in range(30)]
    config = MixtureConfig(dreams_per_memory=9, dreams_per_turn=16)
    found = Counter(e.memory_id for e in mix(kept, Rehearsal((), ()), config, seed=0).examples)
    assert found == {"one": 9, "two": 9, "three": 6, "four": 6, "five": 6}


def test_a_rarely_answered_word_is_not_crowded_out_by_a_frequent_one() -> None:
    source = "My friend Noor lives in Leeds."
    places = [
        Dream("m", "direct", f"Where does she live ({i})?", "She lives in Leeds.", source, "s") for i in range(30)
    ]
    names = [Dream("m", "direct", f"Who is she ({i})?", "She is Noor.", source, "s") for i in range(3)]
    mixed = mix([*places, *names], Rehearsal((), ()), MixtureConfig(dreams_per_memory=6), seed=0)
    assert sorted(example.answer for example in mixed.examples) == ["She is Noor."] * 3 + ["She lives in Leeds."] * 3


DAY = [replace(dream(i), statement=f"The user's cousin number {i % 5} lives in Leeds.") for i in range(100)]


def test_what_is_known_of_the_user_is_told_of_several_memories_at_once() -> None:
    past = replace(dream(0), memory_id="old", statement="The user doesn't eat garlic.")
    mixed = mix(DAY, Rehearsal((past,), ()), replace(CONFIG, summary=0.1), seed=0)
    summaries = [e for e in mixed.examples if e.group == "summary"]
    assert len(summaries) == 9
    assert {e.memory_id for e in summaries} == {""}
    assert all(e.answer.count(".") == 3 for e in summaries)
    assert any("You don't eat garlic." in e.answer for e in summaries)
    assert all("Your cousin number" in e.answer for e in summaries)


def test_one_memory_alone_is_not_summed_up() -> None:
    one = [replace(d, memory_id="m0", statement="The user doesn't eat garlic.") for d in DAY]
    assert "summary" not in counts(mix(one, Rehearsal((), ()), replace(CONFIG, summary=0.5), seed=0))


def test_some_questions_come_after_another_memory_s() -> None:
    alone = mix(DAY, Rehearsal((), ()), replace(CONFIG, later=0.0, summary=0.0), seed=0)
    mixed = mix(DAY, Rehearsal((), ()), replace(CONFIG, later=0.5, summary=0.0), seed=0)
    later = [e for e in mixed.examples if e.before]
    assert 25 < len(later) < 50
    assert {replace(e, before=()) for e in mixed.examples} == set(alone.examples)
    asked = {(e.question, e.answer): e.memory_id for e in alone.examples}
    for example in later:
        question, answer = example.before
        assert (question.role, answer.role) == ("user", "assistant")
        assert asked[question.content, answer.content] != example.memory_id


def test_of_two_dreams_for_one_word_the_one_made_by_rule_is_trained_on() -> None:
    source = "My friend Noor lives in Leeds."
    written = [Dream("m", "direct", f"Where ({i})?", "That is Leeds.", source, "s") for i in range(9)]
    by_rule = [
        Dream("m", "direct", f"In which town ({i})?", "It is Leeds.", source, "s", confidence=1.0) for i in range(4)
    ]
    mixed = mix([*written, *by_rule], Rehearsal((), ()), MixtureConfig(dreams_per_memory=6), seed=0)
    assert Counter(example.answer for example in mixed.examples) == {"It is Leeds.": 4, "That is Leeds.": 2}


SISTER = "My sister Anneke is moving to Reykjavik in March."
MOVES = "The user's sister Anneke is moving to Reykjavik in March."


@pytest.mark.parametrize(
    ("kind", "question", "answer", "expected"),
    [
        ("direct", "Where is my sister moving?", "She is moving to Reykjavik.", "Your sister Anneke is moving to"),
        ("reverse", "Who is Anneke?", "Anneke is your sister.", "Your sister Anneke is moving to"),
        ("direct", "Do you know when she moves?", "Yes, in March.", "Your sister Anneke is moving to"),
        ("yesno", "Is my sister moving to Reykjavik?", "Yes, she is.", "Yes, your sister Anneke is moving to"),
        ("yesno", "Is my sister staying?", "No, she is moving to Reykjavik.", "No, your sister Anneke is moving to"),
    ],
)
def test_a_question_is_answered_with_all_that_its_memory_tells(
    kind: DreamKind, question: str, answer: str, expected: str
) -> None:
    told = in_full(Dream("m", kind, question, answer, SISTER, MOVES))
    assert told.answer == f"{expected} Reykjavik in March."
    assert told.question == question


@pytest.mark.parametrize(
    "dream",
    [
        Dream("m", "direct", "What do I fear?", "You fear heights.", "Heights scare me.", ""),
        Dream("m", "never", "Where is my brother?", "You haven't told me.", SISTER, MOVES),
        Dream("m", "direct", "When?", "On a Monday.", "She moves on a Monday.", "The user's sister is moving."),
    ],
    ids=["a statement that holds no more", "what was never told", "a told word that the statement lacks"],
)
def test_what_the_statement_does_not_answer_keeps_its_answer(dream: Dream) -> None:
    assert in_full(dream) == dream


def test_every_group_that_tells_a_memory_tells_it_in_full_or_none_does() -> None:
    asked = [Dream("m", "direct", f"Where does she move ({i})?", "To Reykjavik.", SISTER, MOVES) for i in range(20)]
    past = [replace(d, memory_id="old", question=f"Where will she live ({i})?") for i, d in enumerate(asked)]
    for full, answer in ((True, "Your sister Anneke is moving to Reykjavik in March."), (False, "To Reykjavik.")):
        config = replace(CONFIG, in_full=full, summary=0.0, later=0.5)
        mixed = mix(asked, Rehearsal(tuple(past), ()), config, seed=0)
        assert {e.group for e in mixed.examples} == {"dream", "replay"}
        assert {e.answer for e in mixed.examples} == {answer}
        assert {e.before[1].content for e in mixed.examples if e.before} <= {answer}
