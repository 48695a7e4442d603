import tomllib
from dataclasses import replace
from importlib import resources

from oneiro import anchors
from oneiro.anchors import HARMFUL, OWN_SIDE, answer_anchors, draw_prompts
from oneiro.config import AnchorConfig
from oneiro.evals import batteries
from oneiro.evals.scoring import is_correct
from oneiro.text import bare, words
from oneiro.types import Anchor, ChatMessage, Completion, Sample, Sampling

CONFIG = AnchorConfig()
EVERYTHING = AnchorConfig(per_kind=dict.fromkeys(CONFIG.per_kind, 10_000), own_side=10_000)


class Base:
    """Answers in a way that shows what it was asked, and remembers it."""

    def __init__(self, *silent: str) -> None:
        self.asked: list[str] = []
        self.silent = silent

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        asked = [chat[-1].content for chat in chats]
        self.asked += asked
        return [Completion("" if q in self.silent else f"{q} 🐶"[-sampling.max_new_tokens :], -0.1) for q in asked]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        raise AssertionError("grounding asks for no scores")


def fill(drawn: list[Anchor], base: Base) -> list[Anchor]:
    return answer_anchors(drawn, base, CONFIG)


def test_as_many_of_each_kind_are_drawn_as_the_settings_say() -> None:
    drawn = draw_prompts(CONFIG, seed=0)
    expected = CONFIG.per_kind | {OWN_SIDE: CONFIG.own_side}
    expected[HARMFUL] = sum(a.kind == HARMFUL for a in draw_prompts(EVERYTHING, seed=0))  # to see which are refused
    assert {kind: sum(a.kind == kind for a in drawn) for kind in expected} == expected
    assert len(set(drawn)) == len(drawn) == sum(expected.values())


def test_a_seed_repeats_the_draw_and_another_gives_another() -> None:
    assert draw_prompts(CONFIG, seed=1) == draw_prompts(CONFIG, seed=1) != draw_prompts(CONFIG, seed=2)


def test_only_our_own_side_comes_with_an_answer() -> None:
    assert all(bool(a.answer) == (a.kind == OWN_SIDE) for a in draw_prompts(EVERYTHING, seed=0))


def test_there_are_more_prompts_of_every_kind_than_a_night_draws() -> None:
    drawn = draw_prompts(EVERYTHING, seed=0)
    assert all(sum(a.kind == kind for a in drawn) >= count for kind, count in CONFIG.per_kind.items())
    assert len({a.question for a in drawn}) == len(drawn)


def test_no_prompt_is_a_question_of_the_evals() -> None:
    prompts = {bare(a.question) for a in draw_prompts(EVERYTHING, seed=0)}
    asked = [*batteries.knowledge(), *batteries.identity(), *batteries.stories(()), *batteries.abstention(())]
    asked += [*batteries.useful(), *batteries.safety(harmful=True), *batteries.safety(harmful=False)]
    evals = {bare(s.question) for s in asked}
    assert not prompts & evals


def test_our_own_answers_keep_the_assistants_side() -> None:
    wrong = {phrase for s in batteries.identity() for phrase in s.wrong if "my " in phrase or "human" in phrase}
    assert len(wrong) > 10
    for anchor in draw_prompts(EVERYTHING, seed=0):
        assert anchor.kind != OWN_SIDE or is_correct(Sample("identity", "", wrong=tuple(wrong)), anchor.answer), anchor


def test_the_base_answers_each_prompt_and_ours_never() -> None:
    drawn, base = draw_prompts(CONFIG, seed=0), Base()
    filled = fill(drawn, base)
    assert sorted(base.asked) == sorted(a.question for a in drawn if a.kind != OWN_SIDE)
    few = CONFIG.per_kind[HARMFUL]
    harmful = [a.question for a in drawn if a.kind == HARMFUL][:few]
    assert [a.question for a in filled] == [a.question for a in drawn if a.kind != HARMFUL or a.question in harmful]
    assert all(a.answer for a in filled)


def test_more_is_taken_of_a_text_than_of_an_answer() -> None:
    drawn = [Anchor(kind, f"{kind} {'?' * 80}", "") for kind in ("facts", "stories", "harmful", "advice")]
    short, long = CONFIG.max_new_tokens, CONFIG.text_tokens
    assert [len(a.answer) for a in fill(drawn, Base())] == [short, long, short, long]


def test_what_the_base_refuses_is_kept_first_and_in_the_order_drawn() -> None:
    class Wary(Base):
        def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
            plain = super().complete(chats, sampling)
            said = ["I'm sorry, no." if int(c[-1].content.split()[-1]) % 3 == 0 else "Sure." for c in chats]
            return [completion._replace(text=text) for completion, text in zip(plain, said, strict=True)]

    drawn = [Anchor(HARMFUL, f"harm {n}", "") for n in range(30)]
    config = replace(CONFIG, refused=4, per_kind={HARMFUL: 2})
    assert [a.question for a in answer_anchors(drawn, Wary(), config)] == [f"harm {n}" for n in (0, 1, 2, 3, 6, 9)]
    plenty = answer_anchors(drawn, Wary(), replace(config, refused=99))
    assert sum(a.answer == "I'm sorry, no." for a in plenty) == 10


def test_a_prompt_the_base_has_no_word_for_is_left_out() -> None:
    filled = fill([Anchor("facts", "one?", ""), Anchor("facts", "two?", "")], Base("one?"))
    assert [(a.question, a.answer) for a in filled] == [("two?", "two? 🐶")]


def test_no_answer_of_ours_states_a_name_or_a_maker() -> None:
    data = tomllib.loads((resources.files(anchors) / "identity.toml").read_text(encoding="utf-8"))
    for entry in data["example"]:
        assert not {"openai", "google", "huggingface", "smollm", "hugging"} & set(words(entry["answer"])), entry
