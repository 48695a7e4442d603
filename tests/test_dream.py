from collections import Counter
from dataclasses import replace

import pytest

from oneiro import dream as stage
from oneiro.config import DreamConfig
from oneiro.dream import (
    Brief,
    Wish,
    _several,
    dream,
    dream_chat,
    parse_question,
    told_words,
    wishes,
)
from oneiro.reading import read_chat
from oneiro.types import ChatMessage, Completion, Dream, DreamDraft, Sampling, Turn
from strange import STRANGE, SURROGATES

CONFIG = DreamConfig(
    per_kind={"direct": 4, "never": 2},
    least_per_word={"direct": 1, "indirect": 1},
    openings={},
    question_words=(),
    about=(),
    beside_rules=4,
    enough_by_rule=1000,
    enough_for_word=1000,
)
TURNS = (Turn(3, "My dog is called Biscuit."), Turn(7, "And I live in Leeds."), Turn(9, "Lovely weather for us today."))
FACTS = {TURNS[0].text: "The user's dog is called Biscuit.", TURNS[1].text: "The user lives in Leeds."}


def asked(chat: list[ChatMessage]) -> str:
    """What the generator is asked for, whatever opens its answer."""
    return next(message.content for message in chat if message.role == "user")


def opening(chat: list[ChatMessage]) -> str:
    return chat[-1].content if chat[-1].role == "assistant" else ""


class Scribe:
    """Reads by a table, dreams by rule, and remembers every call; `suits` says which question words it likes."""

    suits: frozenset[tuple[str, str]] = frozenset()  # (told word, question word)

    def __init__(self, facts: dict[str, str], dreamt: str = "What is it ({kind})?\nIt is {fact}") -> None:
        self.facts, self.dreamt = facts, dreamt
        self.read: list[str] = []
        self.calls: list[tuple[list[str], Sampling]] = []
        self.openings: list[tuple[str, str]] = []  # (prompt, how the question was made to begin)

    def complete(self, chats: list[list[ChatMessage]], sampling: Sampling) -> list[Completion]:
        prompts = [asked(chat) for chat in chats]
        if prompts[0].endswith("Facts?"):
            texts = ["\n".join(f for said, f in self.facts.items() if said in p) or "(nothing)" for p in prompts]
        else:
            self.calls.append((prompts, sampling))
            self.openings += [(prompt, opening(chat)) for prompt, chat in zip(prompts, chats, strict=True)]
            parts = [p.split("\nQuestion: ") for p in prompts]
            texts = [
                self.dreamt.format(kind=kind.splitlines()[0], fact=head.split("Fact: ")[-1]) for head, kind in parts
            ]
        return [Completion(text, -0.1) for text in texts]

    def score(self, chats: list[list[ChatMessage]], answers: list[str]) -> list[float]:
        prompts = [asked(chat) for chat in chats]
        self.read += prompts if "(nothing)" in answers else []
        if prompts and prompts[0].endswith("True?"):
            return [
                -0.1 if (answer == "Yes") == (" not " not in prompt) else -3.1
                for prompt, answer in zip(prompts, answers, strict=True)
            ]
        if prompts and "Facts?" not in prompts[0]:
            words = [prompt.split("Answer with: ")[1] for prompt in prompts]
            return [-1.0 if pair in self.suits else -9.0 for pair in zip(words, answers, strict=True)]
        told = [any(said in prompt for said in self.facts) for prompt in prompts]
        return [-0.1 if tells == (answer != "(nothing)") else -9.0 for tells, answer in zip(told, answers, strict=True)]


def night(scribe: Scribe, turns: tuple[Turn, ...] = TURNS, config: DreamConfig = CONFIG, seed: int = 0) -> DreamDraft:
    return dream(turns, scribe, config, night=4, seed=seed)


def test_the_generator_judges_what_it_wrote_where_it_is_asked_to_and_nothing_made_by_rule() -> None:
    facts = {turn.text: f"The user's dog number {n} is old." for n, turn in enumerate(TURNS)}
    assert {d.belief for d in night(Scribe(facts)).dreams} == {None}
    draft = night(Scribe(facts), config=replace(CONFIG, judge=True))
    assert {round(d.belief or 0, 6) for d in draft.dreams if not d.by_rule} <= {3.0, -3.0}
    assert {d.belief for d in draft.dreams if d.by_rule} <= {None}
    assert any(d.belief for d in draft.dreams)


def test_a_day_without_turns_asks_nobody() -> None:
    scribe = Scribe({})
    assert night(scribe, ()) == DreamDraft((), ())
    assert scribe.read == scribe.calls == []


def test_a_day_that_tells_nothing_has_no_memories_and_no_dreams() -> None:
    assert night(Scribe({})) == DreamDraft((), ())


def test_each_memory_has_its_own_id_its_source_and_its_message() -> None:
    memories = night(Scribe(FACTS)).memories
    assert [(m.statement, m.source, m.message_id) for m in memories] == [
        (FACTS[TURNS[0].text], TURNS[0].text, 3),
        (FACTS[TURNS[1].text], TURNS[1].text, 7),
    ]
    assert len({m.id for m in memories}) == 2
    assert not {m.id for m in memories} & {m.id for m in dream(TURNS, Scribe(FACTS), CONFIG, night=5, seed=0).memories}


def test_every_memory_is_dreamed_of_as_often_as_the_settings_say() -> None:
    draft = night(Scribe(FACTS))
    for memory in draft.memories:
        own = [d for d in draft.dreams if d.memory_id == memory.id and not d.by_rule]
        assert sorted(d.kind for d in own) == ["direct"] * 4 + ["never"] * 2
        assert {(d.source, d.statement) for d in own} == {(memory.source, memory.statement)}
        assert {d.answer for d in own} == {f"It is {memory.statement}"}
        assert all(f"({d.kind})" in d.question and not d.held_out for d in own)


def test_what_was_said_twice_is_one_memory_with_the_later_source() -> None:
    turns = (TURNS[0], replace(TURNS[0], message_id=8, text="Biscuit, as I said. My dog is called Biscuit."))
    memories = night(Scribe(FACTS), turns).memories
    assert [(m.message_id, m.source) for m in memories] == [(8, turns[1].text)]


def test_small_memories_are_dreamed_of_together_and_progress_reaches_the_end() -> None:
    scribe, heard = Scribe(FACTS), []
    dream(TURNS, scribe, CONFIG, night=1, seed=0, watch=lambda *progress: heard.append(progress))
    assert [len(prompts) for prompts, _ in scribe.calls] == [12]
    assert [(done, total) for done, total, _ in heard] == [(1, 2), (2, 2)]


def test_a_long_day_is_dreamed_of_in_several_batches() -> None:
    assert [list(together) for together in _several([100, 90, 200, 1, 60, 60])] == [[0, 1], [2], [3, 4, 5]]
    assert list(_several([])) == []


def test_a_seed_repeats_the_sampling_and_no_two_batches_share_one() -> None:
    seeds = []
    for seed in (0, 0, 1):
        scribe = Scribe(FACTS)
        night(scribe, seed=seed)
        seeds.append([sampling.seed for _, sampling in scribe.calls])
        assert {(s.temperature, s.top_p, s.max_new_tokens) for _, s in scribe.calls} == {
            (CONFIG.temperature, CONFIG.top_p, CONFIG.max_new_tokens)
        }
    assert seeds[0] == seeds[1]
    assert len(set(seeds[0] + seeds[2])) == len(seeds[0]) + len(seeds[2])


@pytest.mark.parametrize("dreamt", ["", "What?", "What is it?\nNo end", "One?\nTwo.\nThree.", "(nothing)"])
def test_a_dream_that_cannot_be_read_is_left_out_and_its_memory_stays(dreamt: str) -> None:
    draft = night(Scribe(FACTS, dreamt))
    assert all(dream.by_rule for dream in draft.dreams)
    assert len(draft.memories) == 2


@pytest.mark.parametrize("name", STRANGE | SURROGATES)
def test_the_users_words_reach_the_dreamer_to_the_letter(name: str) -> None:
    turn = Turn(1, (STRANGE | SURROGATES)[name], "Who?")
    for chat in (read_chat(turn), dream_chat(turn, "The user exists.", Wish("direct", opening="Who"))[:2]):
        assert [message.role for message in chat] == ["system", "user"]
        assert f"User: {turn.text}" in chat[1].content
        assert chat[1].content.startswith("Assistant: Who?")


def test_all_dreams_of_a_fact_share_everything_but_the_wish() -> None:
    wished = (Wish("direct", "Biscuit"), Wish("never"))
    prompts = [dream_chat(TURNS[0], "The user exists.", wish)[1].content for wish in wished]
    assert prompts[0].removesuffix("direct\nAnswer with: Biscuit") == prompts[1].removesuffix("never")


def test_a_written_question_is_read_back() -> None:
    assert parse_question(stage.write_question("Who am I?", "You are Zoë.")) == ("Who am I?", "You are Zoë.")


@pytest.mark.parametrize("name", STRANGE | SURROGATES)
def test_any_text_of_the_dreamer_can_be_read(name: str) -> None:
    text = (STRANGE | SURROGATES)[name]
    assert parse_question(text) is None


def test_the_sentence_that_holds_a_word_is_found() -> None:
    said = "My husband is called Anders. That one repairs violins."
    assert stage.sentence_with(said, "violins") == "That one repairs violins."
    assert stage.sentence_with(said, "") == stage.sentence_with(said, "cello") == said


def whole(statement: str, source: str) -> Brief:
    return Brief(statement, tuple(told_words(statement, source)), whole=True)


def test_every_told_word_of_a_fact_is_asked_for() -> None:
    source = "My sister Odile teaches physics, in Nantes!"
    brief = whole("The user's sister Odile teaches physics near Nantes.", source)
    assert brief.words == ("sister", "Odile", "teaches", "physics", "Nantes")
    config = DreamConfig()
    asked = [wish.word for wish in wishes(brief, config, fitting={}) if wish.kind == "direct"]
    assert {asked.count(word) for word in brief.words} == {config.least_per_word["direct"]}


def test_a_fact_with_one_told_word_has_all_its_dreams_ask_for_it() -> None:
    config = DreamConfig()
    wished = wishes(whole("The user likes teal.", "Teal is my colour!"), config, fitting={})
    assert {kind: [w.kind for w in wished].count(kind) for kind in config.per_kind} == config.per_kind
    assert {w.word for w in wished if w.kind in stage.WORDED} == {"teal"}
    assert {w.word for w in wished if w.kind not in stage.WORDED} == {""}


def test_questions_begin_with_what_suits_their_word_and_then_with_all_openings_in_turn() -> None:
    config = replace(CONFIG, least_per_word={"direct": 3}, openings={"direct": ("", "Tell me", "Which", "Name")})
    brief = Brief("The user's dog Biscuit lives in Leeds.", ("Biscuit", "Leeds"), whole=True)
    wished = wishes(brief, config, fitting={"Leeds": ["Where"]})
    assert [(w.word, w.opening) for w in wished if w.kind == "direct"] == [
        *(("Biscuit", ""), ("Biscuit", "Tell me"), ("Biscuit", "Which")),
        *(("Leeds", "Where"), ("Leeds", "Name"), ("Leeds", "")),
    ]


def test_a_question_word_suits_where_the_generator_itself_might_begin_with_it() -> None:
    scribe = Scribe(FACTS)
    scribe.suits = frozenset({("Biscuit", "Who"), ("Leeds", "Where")})
    night(scribe, config=replace(CONFIG, question_words=("Who", "Where")))
    begun = {(prompt.split("Answer with: ")[1], o) for prompt, o in scribe.openings if "Answer" in prompt and o}
    assert begun == scribe.suits


def test_every_told_name_is_asked_about_and_no_weekday() -> None:
    brief = Brief("The user sings in a choir called The Lanterns on Thursdays.", (), whole=True)
    wished = wishes(brief, replace(CONFIG, about=("Who is", "Tell me about")), fitting={})
    about = [w.opening for w in wished if w.kind == "reverse"]
    assert about == ["Who is The Lanterns", "Tell me about The Lanterns"]


def test_what_no_statement_holds_is_asked_for_once_names_first() -> None:
    turn = Turn(5, "My sister Odile and my brother Torvald live in Chile!")
    facts = {turn.text: "The user has a sister called Odile.\nThe user's brother lives in Chile."}
    scribe = Scribe(facts)
    night(scribe, (turn,))
    asked = [
        prompt.split("Answer with: ")[1] for prompts, _ in scribe.calls for prompt in prompts if "Answer" in prompt
    ]
    assert set(asked) == {"sister", "Odile", "Torvald", "brother", "Chile"}
    assert stage.left_out(turn.text, ["Odile", "Torvald"]) == ["Chile", "sister", "brother", "live"]


def test_what_a_statement_leaves_out_is_wished_for_with_the_users_own_sentence() -> None:
    turn = Turn(5, "Hello there! My husband is called Anders. That one repairs violins.")
    scribe = Scribe({turn.text: "The user's husband is called Anders."})
    night(scribe, (turn,))
    facts = {
        prompt.split("Answer with: ")[1]: prompt.split("Fact: ")[1].split("\n")[0]
        for prompts, _ in scribe.calls
        for prompt in prompts
        if "Answer with" in prompt
    }
    statement, sentence = "The user's husband is called Anders.", "That one repairs violins."
    assert facts == {"husband": statement, "Anders": statement, "repairs": sentence, "violins": sentence}


def test_what_rules_have_asked_is_wished_for_less() -> None:
    config = replace(CONFIG, per_kind={"direct": 4, "reverse": 3}, beside_rules=1)
    brief = Brief("The user plays the harp in Graz.", ("harp", "Graz"), whole=True)
    source = "I play the harp in Graz."
    asked = [Dream("m", "direct", f"What do I play ({n})?", "You play the harp.", source) for n in range(9)]
    asked.append(Dream("m", "reverse", "Who plays the harp?", "You do.", source))
    alone, beside = (Counter((w.kind, w.word) for w in wishes(brief, config, fitting={}, asked=a)) for a in ((), asked))
    assert alone == {("direct", "harp"): 2, ("direct", "Graz"): 2, ("reverse", ""): 3}
    assert beside == {("direct", "harp"): 1, ("direct", "Graz"): 2, ("reverse", ""): 2}
    few = replace(config, enough_for_word=9, enough_by_rule=10)
    assert Counter((w.kind, w.word) for w in wishes(brief, few, fitting={}, asked=asked)) == {("direct", "Graz"): 2}
    assert {w.word for w in wishes(brief, few, fitting={}, asked=asked[1:])} == {"harp", "Graz", ""}


def test_a_fact_of_no_told_word_is_dreamed_of_all_the_same() -> None:
    brief = whole("The user is vegetarian.", "I stopped eating meat.")
    assert brief.words == ()
    wished = wishes(brief, DreamConfig(), fitting={})
    assert {kind: [w.kind for w in wished].count(kind) for kind in DreamConfig().per_kind} == DreamConfig().per_kind


def test_a_change_is_dreamed_of_as_a_change_and_nothing_else_is() -> None:
    config = replace(DreamConfig(), about=())
    still, moved = (
        [wish.kind for wish in wishes(Brief(f"The user {verb} Leeds.", ("Leeds",), whole=True), config, fitting={})]
        for verb in ("lives in", "moved to")
    )
    assert "change" not in still
    assert {kind: still.count(kind) for kind in config.per_kind} == config.per_kind
    assert moved.count("change") > 0
    assert [kind for kind in moved if kind != "change"] == still


@pytest.mark.parametrize(
    ("lines", "confidence"),
    [((-0.9, -0.1), -0.1), ((-0.2, -0.6), -0.6), ((-1.8, -0.1), -0.8), ((), -0.5), ((-0.1, -0.1, -0.1), -0.5)],
)
def test_a_question_may_be_chosen_freely_and_an_answer_may_not(lines: tuple[float, ...], confidence: float) -> None:
    assert stage._confidence(Completion("Who?\nYou.", -0.5, lines)) == pytest.approx(confidence)


def test_plain_questions_are_asked_of_every_memory() -> None:
    asked = {(d.question, d.answer) for d in night(Scribe(FACTS)).dreams if d.by_rule}
    assert ("What is my dog called?", "Your dog is called Biscuit.") in asked


def test_of_what_changed_half_is_asked_for_what_is_so_now() -> None:
    said = "My dog is called Biscuit now."
    changed = night(Scribe({said: "The user's dog is called Biscuit now."}), (Turn(3, said),))
    by_rule = [d.question for d in changed.dreams if d.by_rule]
    today = [question.replace(" now?", "?") for question in by_rule if question.endswith(" now?")]
    assert "What's my dog's name?" in today
    still = [d.question for d in night(Scribe(FACTS)).dreams if d.by_rule]
    assert set(today) < set(still)
    assert set(still) & set(by_rule)
    assert not any(question.endswith(" now?") for question in still)
