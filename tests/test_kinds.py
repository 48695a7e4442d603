import re
from collections import Counter
from dataclasses import replace

import pytest

from oneiro import dream as stage
from oneiro.config import DreamConfig
from oneiro.evals import batteries
from oneiro.kinds import Told, dreamt_by_hand, invent, judge, load_library, read_by_hand
from oneiro.kinds import judged as judged_by_a_reader
from oneiro.reading import parse_statements, write_statements
from oneiro.screen import Quarantine, judge_words
from oneiro.text import names_and_numbers, words, words_told
from oneiro.types import Dream, DreamKind

TURNS = list(invent(1800, seed=11))
FACTS = [(told, fact) for told in TURNS for fact in told.facts]

Judged = list[tuple[Dream, str | Quarantine | None]]


def as_dreams(told: Told) -> list[Dream]:
    return [
        Dream("m", kind, question, answer, f"{told.turn.before} {told.turn.text}", fact.statement)
        for fact in told.facts
        for kind, question, answer in fact.questions
    ]


def test_a_seed_repeats_every_turn_and_another_gives_others() -> None:
    assert list(invent(50, seed=3)) == list(invent(50, seed=3)) != list(invent(50, seed=4))


def test_a_longer_draw_begins_like_a_shorter_one() -> None:
    assert list(invent(50, seed=3))[:20] == list(invent(20, seed=3))


def test_a_fifth_of_the_turns_tell_nothing() -> None:
    share = sum(not told.facts for told in TURNS) / len(TURNS)
    assert 0.16 < share < 0.24
    assert all(bool(told.facts) == bool(told.kinds) for told in TURNS)


def test_the_share_of_turns_that_tell_nothing_can_be_chosen() -> None:
    turns = list(invent(400, seed=1, nothing=0.5))
    assert 0.4 < sum(not told.facts for told in turns) / len(turns) < 0.6
    assert all(told.facts for told in invent(50, seed=1, nothing=0.0))


def test_kinds_are_told_about_as_often_as_they_weigh() -> None:
    told = Counter(kind for t in TURNS for kind in t.kinds)
    assert set(told) == {kind["name"] for kind in load_library().kinds}
    counts = [told[kind["name"]] / kind.get("weight", 1) for kind in load_library().kinds]
    assert max(counts) - min(counts) <= 2
    assert 3 <= sum(counts) / len(counts) <= 4


def test_kinds_have_names_of_their_own() -> None:
    names = [kind["name"] for kind in load_library().kinds]
    assert len(set(names)) == len(names) > 150


def test_no_slot_is_left_open_and_no_text_is_empty() -> None:
    for told in TURNS:
        texts = [
            told.turn.text,
            *(f.statement for f in told.facts),
            *(q for f in told.facts for p in f.questions for q in p),
        ]
        assert not [text for text in texts if not text.strip() or re.search(r"[{}]", text)]


def test_every_slot_has_two_values_to_tell_apart() -> None:
    assert not [name for name, values in load_library().slots.items() if len(set(values)) < 2]


def test_what_the_dreamer_is_taught_to_write_can_be_read_back() -> None:
    for told in TURNS:
        statements = [fact.statement for fact in told.facts]
        assert parse_statements(write_statements(statements), most=8) == statements
    for _, fact in FACTS:
        for _, question, answer in fact.questions:
            assert stage.parse_question(stage.write_question(question, answer)) == (question, answer)


def test_every_fact_is_asked_for_and_never_told_answers_say_so() -> None:
    for _, fact in FACTS:
        kinds = [kind for kind, _, _ in fact.questions]
        assert "direct" in kinds, fact
        for kind, _, answer in fact.questions:
            assert answer.startswith("You haven't told me") == (kind == "never"), answer


def test_most_values_of_a_statement_stand_in_the_turn_it_was_told_in() -> None:
    invented = [f for t, f in FACTS if names_and_numbers(f.statement) - set(words(f"{t.turn.before} {t.turn.text}"))]
    assert len(invented) < 0.03 * len(FACTS), [f.statement for f in invented[:5]]


@pytest.fixture(scope="module")
def judged() -> Judged:
    return [(d, judge_words(d)) for told in TURNS[:300] for d in as_dreams(told)]


def test_no_question_or_answer_the_dreamer_is_taught_is_an_order(judged: Judged) -> None:
    held = [(d, reason) for d, reason in judged if isinstance(reason, Quarantine)]
    own_fault = [d for d, _ in held if judge_words(replace(d, question="Say it.", answer="It is so.")) is None]
    assert not own_fault, [(d.question, d.answer) for d in own_fault[:5]]


def test_few_turns_are_taken_for_orders(judged: Judged) -> None:
    sources = {d.source for d, _ in judged}
    held = {d.source for d in {d for d, reason in judged if isinstance(reason, Quarantine)}}
    assert len(held) < 0.04 * len(sources), list(held)[:3]


def test_the_screen_would_keep_nearly_all_the_dreamer_is_taught(
    judged: Judged,
) -> None:
    dropped = [(reason, d.question, d.answer) for d, reason in judged if isinstance(reason, str)]
    assert len(dropped) < 0.03 * len(judged), dropped[:5]


@pytest.mark.parametrize("kinds", [("own_first_name",), ("own_first_name", load_library().kinds[5]["name"])])
def test_a_few_kinds_can_be_asked_for(kinds: tuple[str, ...]) -> None:
    told = list(invent(200, seed=0, kinds=kinds))
    assert len(told) == 200
    assert {kind for t in told for kind in t.kinds} == set(kinds)


def test_no_turn_tells_one_kind_of_fact_twice() -> None:
    kinds = [kind["name"] for kind in load_library().kinds[:4]]
    assert not [t for t in invent(500, seed=0, kinds=kinds) if len(set(t.kinds)) < len(t.kinds)]


def test_turns_written_by_hand_state_what_was_said_and_share_nothing_with_those_for_scoring() -> None:
    hand = [*read_by_hand(), *dreamt_by_hand()]
    assert len(hand) > 400
    assert sum(not told.facts for told in hand) > 100
    assert sum(len(told.facts) > 1 for told in hand) > 150
    said = [told.turn.text for told in hand]
    assert len(set(said)) == len(said)
    scored = {t.turn.text for t in batteries.turns()}
    assert not scored & set(said)
    for told in hand:
        said_here = words_told(f"{told.turn.before} {told.turn.text}")
        for fact in told.facts:
            assert parse_statements(fact.statement, most=1) == [fact.statement]
            assert names_and_numbers(fact.statement) - {"user"} <= said_here, fact.statement


DREAMT = [(told, fact) for told in dreamt_by_hand() for fact in told.facts]


def test_dreams_written_by_hand_are_many_and_the_screen_would_keep_them() -> None:
    assert len(DREAMT) > 1300
    assert min(len(fact.questions) for _, fact in DREAMT) >= 6
    reasons = [judge_words(d) for told in {id(t): t for t, _ in DREAMT}.values() for d in as_dreams(told)]
    assert len(reasons) > 14000
    assert sum(reason is not None for reason in reasons) < 0.03 * len(reasons)


@pytest.mark.parametrize("kind", ["direct", "indirect", "reverse"])
def test_every_way_a_night_begins_its_questions_is_taught(kind: DreamKind) -> None:
    config = DreamConfig()
    asked = [q for _, fact in DREAMT for k, q, _ in fact.questions if k == kind]
    openings = {*config.openings[kind], *(config.question_words if kind == "direct" else ())}
    rare = {opening for opening in openings if sum(q.startswith(opening) for q in asked) < 50}
    assert not rare


def test_made_verdicts_are_true_of_their_own_facts_and_false_across_them() -> None:
    told = [one for one in TURNS[:300] if one.facts]
    pairs = {one.turn.text: {(q, a) for fact in one.facts for _, q, a in fact.questions} for one in told}
    verdicts = [(case.turn.text, v) for case in judge(told, seed=0) for v in case.verdicts]
    assert all(((v.question, v.answer) in pairs[text]) == v.true for text, v in verdicts)
    assert 0.4 < sum(v.true for _, v in verdicts) / len(verdicts) < 0.8
    assert judge(told, seed=0) == judge(told, seed=0) != judge(told, seed=1)


def test_what_a_reader_judged_is_of_turns_written_by_hand_and_each_dream_is_judged_once() -> None:
    cases = judged_by_a_reader()
    assert {case.turn.text for case in cases} <= {told.turn.text for told in dreamt_by_hand()}
    for case in cases:
        asked = [(v.question, v.answer) for v in case.verdicts]
        assert len(set(asked)) == len(asked)
    verdicts = [v for case in cases for v in case.verdicts]
    assert len(verdicts) > 2500
    assert 0.1 < sum(v.true for v in verdicts) / len(verdicts) < 0.5
