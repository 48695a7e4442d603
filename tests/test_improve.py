import json
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from fakes import tiny_llm
from oneiro import show
from oneiro.adapters import load_adapter
from oneiro.cli import app
from oneiro.config import DreamerConfig, ImproveConfig
from oneiro.dreamer import build_corpus, train_dreamer
from oneiro.errors import InputError, MindError
from oneiro.improve import Fate, choose, dreamer_of, improve, read_fates, tell
from oneiro.llm import LLM
from oneiro.settings import DATABASE, Settings, write_settings
from oneiro.store import GenerationRow, Practice, Store, now
from oneiro.train import Progress
from oneiro.types import Dream, Dropped, Memory, MorningReport, Screened, Turn

SAID = "My dog is called Biscuit."
ASKED = "Do you have a pet?"
TINY = ImproveConfig(replay=2, judged=0, eval_turns=2, recognised=6, groups_per_step=1, save_every=1)
WAYS = (
    "What is my dog called?",
    "Tell me the name of the animal that lives with me.",
    "Which name did I give my dog?",
    "Do you remember who barks when I come home?",
)


def fate(question: str, *, recall: float | None = 1.0, tokens: int = 10, **dream: Any) -> Fate:
    made = Dream("n1m1", "direct", question, "Biscuit.", SAID, "The user's dog is called Biscuit.")
    return Fate(Path("mind"), replace(made, **dream), Turn(1, SAID), "", recall, tokens)


def questions(fates: list[Fate]) -> list[str]:
    return [f.dream.question for f in fates]


def live(folder: Path, llm: LLM, *, recalled: bool = True) -> Path:
    """A mind that was told of a dog and of a boat, slept, and remembers the dog."""
    folder.mkdir(parents=True)
    write_settings(folder, Settings(llm.name, llm.sha256))
    store = Store(folder / DATABASE)
    conversation = store.new_conversation()
    store.add_message(conversation, "assistant", f"Hello! {ASKED}", channel="typed")
    dog = store.add_message(conversation, "user", SAID, channel="typed")
    boat = store.add_message(conversation, "user", "My boat is called Morwenna.", channel="typed")
    memories = (
        Memory("n1m1", "The user's dog is called Biscuit.", dog.content, dog.id),
        Memory("n1m2", "The user's boat is called Morwenna.", boat.content, boat.id),
    )
    kept = [
        Dream(m.id, "direct", way.replace("dog", thing), f"Your {thing} is called {name}.", m.source, m.statement)
        for m, thing, name in zip(memories, ("dog", "boat"), ("Biscuit", "Morwenna"), strict=True)
        for way in WAYS
    ]
    held_out = replace(kept[0], question="How is my dog named?", held_out=True)
    dropped = Dropped(
        replace(kept[0], question="Is Rex my dog?", answer="Yes."), "agrees to Rex, which you did not say"
    )
    night = store.begin_night(upto=store.last_message_id(), seed=0, config="{}")
    store.finish_night(
        MorningReport(night, "woke", 1),
        Screened(memories, (*kept, held_out), (dropped,)),
        practice=[Practice("n1m1", False, 2, 2 * recalled), Practice("n1m2", False, 2, 0)],
        generation=GenerationRow(1, 0, night, now()),
    )
    store.close()
    return folder


@pytest.fixture
def mind(tmp_path: Path, llm: LLM) -> Path:
    return live(tmp_path / "mind", llm)


@pytest.fixture
def start(tmp_path: Path, llm: LLM) -> Path:
    """A dreamer to go on from."""
    config = DreamerConfig(
        turns=2,
        read_turns=2,
        read_by_hand=0,
        dreamt_by_hand=0,
        judged=0,
        eval_turns=1,
        recognised=6,
        r=2,
        groups_per_step=2,
    )
    train_dreamer(llm, tmp_path / "start", config)
    return tmp_path / "start"


# ---- choosing -----------------------------------------------------------------------------------------


def test_the_better_a_memory_was_recalled_the_more_is_learned_of_its_dreams() -> None:
    config = ImproveConfig(share=1.0, most=9)
    for recall, count in ((1.0, 4), (0.5, 2), (0.25, 1)):
        assert len(choose([fate(way, recall=recall) for way in WAYS], config)) == count
    forgotten = [fate(way, recall=0.0, memory_id="n1m2") for way in WAYS]
    unasked = [fate(way, recall=None, memory_id="n1m3") for way in WAYS]
    chosen = choose([*forgotten, *unasked, fate("Who is Biscuit?")], config)
    assert questions(chosen) == ["Who is Biscuit?"]


def test_of_one_memory_and_kind_the_cheapest_dreams_are_chosen() -> None:
    fates = [fate(way, tokens=tokens) for way, tokens in zip(WAYS, (30, 10, 40, 20), strict=True)]
    assert questions(choose(fates, ImproveConfig(share=0.5))) == [WAYS[1], WAYS[3]]
    assert questions(choose(fates, ImproveConfig(share=1.0, most=1))) == [WAYS[1]]
    assert len(choose(fates, ImproveConfig(share=0.0, least=3))) == 3


def test_every_kind_of_dream_is_chosen_of_a_memory() -> None:
    fates = [fate(WAYS[0], tokens=5), fate(WAYS[1], kind="reverse", tokens=50), fate(WAYS[3], kind="yesno", tokens=60)]
    assert {f.dream.kind for f in choose(fates, ImproveConfig(share=0.1))} == {"direct", "reverse", "yesno"}


def test_what_was_not_trained_on_is_never_chosen() -> None:
    dropped = replace(fate(WAYS[0], tokens=1), reason="repeats")
    held_out, never = fate(WAYS[1], held_out=True, tokens=1), fate(WAYS[2], kind="never", tokens=1)
    good = fate(WAYS[3], tokens=99)
    assert choose([dropped, held_out, never, good], ImproveConfig(share=1.0, least=9, most=9)) == [good]


def test_of_two_near_repeats_the_shorter_is_kept_whatever_their_kinds() -> None:
    long = fate("What is my own dear dog called?", tokens=12)
    short = fate("What is my dog called?", kind="indirect", tokens=9)
    other = fate("Who barks at home?", tokens=20)
    chosen = choose([long, short, other], ImproveConfig(share=1.0))
    assert chosen == [short, other]


def test_the_same_question_about_two_memories_is_no_repeat() -> None:
    assert len(choose([fate(WAYS[0]), fate(WAYS[0], memory_id="n2m1")], ImproveConfig())) == 2


@pytest.mark.parametrize("fates", [[], [fate(WAYS[0], recall=0.0)], [replace(fate(WAYS[0]), reason="repeats")]])
def test_nothing_worth_learning_from_is_said_with_what_to_do(fates: list[Fate]) -> None:
    with pytest.raises(InputError, match="worth learning") as caught:
        choose(fates, ImproveConfig())
    assert caught.value.hint


# ---- reading minds ------------------------------------------------------------------------------------


def test_a_mind_tells_what_each_of_its_dreams_did(mind: Path) -> None:
    fates = read_fates(mind, lambda dream: len(dream.question))
    assert len(fates) == 10
    assert [f.recall for f in fates if f.dream.memory_id == "n1m2"] == [0.0] * 4
    dog = [f for f in fates if f.dream.memory_id == "n1m1"]
    assert {f.recall for f in dog} == {1.0}
    assert {f.turn.before for f in dog} == {ASKED}
    assert [f.reason for f in dog if f.reason] == ["agrees to Rex, which you did not say"]
    assert [f.tokens for f in dog][: len(WAYS)] == [len(way) for way in WAYS]
    assert [f.trained for f in dog] == [True] * 4 + [False] * 2


def test_a_memory_that_was_replaced_since_is_not_learned_from(mind: Path) -> None:
    store = Store(mind / DATABASE)
    store._db.execute("UPDATE memories SET superseded_by = 'n1m2' WHERE id = 'n1m1'")
    store.close()
    assert not [f for f in read_fates(mind, lambda dream: 1) if f.worth]


def test_a_folder_that_is_no_mind_and_a_mind_that_never_slept_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MindError, match="no mind"):
        read_fates(tmp_path, lambda dream: 1)
    write_settings(tmp_path, Settings("tiny"))
    with pytest.raises(InputError, match="no finished night") as caught:
        read_fates(tmp_path, lambda dream: 1)
    assert "oneiro sleep" in caught.value.hint


def test_chosen_dreams_are_encoded_as_the_night_asks_for_them(mind: Path, llm: LLM) -> None:
    told = tell(choose(read_fates(mind, lambda dream: len(dream.question)), ImproveConfig(share=1.0)))
    corpus = build_corpus(llm, [], [], told)
    texts = [llm.tokenizer.decode(e.encoded.prompt + e.encoded.answer) for e in corpus.examples]
    assert len(texts) == len(WAYS)
    assert corpus.groups == [[0, 1, 2, 3]]
    for text in texts:
        assert f"Assistant: {ASKED}\nUser: {SAID}\n\nFact: " in text
        assert "\nQuestion: direct\nAnswer with: Biscuit" in text
        assert "Facts?" not in text
        assert text.endswith("\nYour dog is called Biscuit.<|im_end|>")


def test_minds_with_dreamers_of_their_own_leave_the_choice_to_the_user(mind: Path, llm: LLM, tmp_path: Path) -> None:
    other = live(tmp_path / "other", llm)
    shared = dreamer_of([mind, other])
    (mind / "dreamer").mkdir()
    assert dreamer_of([mind, other]) == shared  # one in training is not in use
    (mind / "dreamer" / "adapter_config.json").write_text("{}")
    assert dreamer_of([mind]) == mind / "dreamer"
    with pytest.raises(InputError, match="different dreamers") as caught:
        dreamer_of([mind, other])
    assert "--from" in caught.value.hint
    with pytest.raises(InputError, match="No mind"):
        dreamer_of([])


# ---- learning -----------------------------------------------------------------------------------------


def test_a_dreamer_goes_on_from_its_minds_nights_and_says_so(llm: LLM, mind: Path, start: Path, tmp_path: Path) -> None:
    found = improve(llm, [mind, mind], tmp_path / "out", TINY, start=start)
    assert asdict(found.counts) == {"minds": 1, "dreams": 10, "kept": 9, "chosen": 2, "memories": 1}
    card = json.loads((tmp_path / "out" / "dreamer.json").read_text(encoding="utf-8"))
    before = json.loads((start / "dreamer.json").read_text(encoding="utf-8"))
    assert card["went_on_from"] == before
    assert card["data_sha256"] != before["data_sha256"]
    assert card["improved"] == {
        "config": asdict(TINY),
        **asdict(found.counts),
        "score_before": asdict(found.before),
    }
    assert card["score_on_unseen_kinds"] == asdict(found.after)
    assert card["config"]["learning_rate"] == TINY.learning_rate
    assert card["loss_curve"]
    old, new = load_adapter(start), load_adapter(tmp_path / "out")
    assert new.r == old.r
    assert any(not new.layers[name].b.equal(layer.b) for name, layer in old.layers.items())
    assert SAID not in (tmp_path / "out" / "dreamer.json").read_text(encoding="utf-8")


def test_an_improvement_that_was_stopped_goes_on_and_ends_as_if_it_had_not_been(
    llm: LLM, mind: Path, start: Path, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.step == 2:
            raise KeyboardInterrupt

    improve(llm, [mind], tmp_path / "whole", TINY, start=start)
    with pytest.raises(KeyboardInterrupt):
        improve(llm, [mind], tmp_path / "stopped", TINY, start=start, watch=stop)
    seen: list[int] = []
    improve(llm, [mind], tmp_path / "stopped", TINY, start=start, watch=lambda progress: seen.append(progress.step))
    assert seen[0] == 2
    for name in ("adapter_model.safetensors", "dreamer.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "stopped" / name).read_bytes()


def test_a_mind_improves_the_dreamer_in_its_own_folder_again_and_again(llm: LLM, mind: Path, start: Path) -> None:
    own = mind / "dreamer"
    improve(llm, [mind], own, TINY, start=start)
    assert dreamer_of([mind]) == own
    first = load_adapter(own)
    improve(llm, [mind], own, TINY, start=own)
    card = json.loads((own / "dreamer.json").read_text(encoding="utf-8"))
    assert card["went_on_from"]["went_on_from"]["base"] == llm.name
    assert any(not load_adapter(own).layers[name].b.equal(layer.b) for name, layer in first.layers.items())


def test_what_cannot_be_improved_is_refused_before_anything_is_written(
    llm: LLM, mind: Path, start: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with pytest.raises(InputError, match="no finished dreamer"):
        improve(llm, [mind], out, TINY, start=tmp_path)
    with pytest.raises(InputError, match="was trained on tiny"):
        improve(tiny_llm(seed=3), [mind], out, TINY, start=start)
    elsewhere = live(tmp_path / "elsewhere", tiny_llm(seed=3))
    with pytest.raises(InputError, match="another base"):
        improve(llm, [elsewhere], out, TINY, start=start)
    forgetful = live(tmp_path / "forgetful", llm, recalled=False)
    with pytest.raises(InputError, match="worth learning"):
        improve(llm, [forgetful], out, TINY, start=start)
    assert not out.exists()


def test_before_and_after_stand_beside_each_other(llm: LLM, mind: Path, start: Path, tmp_path: Path) -> None:
    found = improve(llm, [mind], tmp_path / "out", TINY, start=start)
    console = Console(record=True, width=80)
    console.print(show.improved(found))
    assert "before" in (text := console.export_text())
    assert "chosen" in text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--mind", "nowhere"], "is no mind"),
        ([], "Missing option '--mind'"),
        (["--mind", "nowhere", "--from", "nothing"], "holds no finished dreamer"),
        (["--mind", "nowhere", "--set", "shares=1"], "improve.shares does not exist"),
    ],
)
def test_the_command_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["dreamer", "improve", *args, "--out", "out"])
    assert done.exit_code == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()
