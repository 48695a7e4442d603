import os
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from fakes import ScriptedDreamer, tiny_llm
from oneiro import exam, generations
from oneiro.adapters import load_adapter
from oneiro.config import AnchorConfig, DreamConfig, ExamConfig, MixtureConfig, NightConfig, ScreenConfig, TrainConfig
from oneiro.evals import batteries
from oneiro.llm import LLM
from oneiro.recognise import Recognises
from oneiro.records import from_json
from oneiro.sleep import Sleeper, sleep
from oneiro.store import Store
from oneiro.text import told_names, words
from oneiro.types import STAGES, ChatMessage, DreamDraft, Event, Mixture, MorningReport, Sampling, Score

TINY_NIGHT = NightConfig(
    dream=DreamConfig(per_kind={"direct": 6, "never": 1}),
    screen=ScreenConfig(min_support_gain=-100.0),
    anchors=AnchorConfig(
        per_kind={"facts": 2, "stories": 1, "harmful": 1}, own_side=1, max_new_tokens=4, text_tokens=4
    ),
    train=TrainConfig(r=4, lora_alpha=8, learning_rate=2e-2, epochs=3, batch_size=8, learned_p=0.99),
    exam=ExamConfig(
        max_new_tokens=6,
        story_tokens=6,
        knowledge=0,
        identity=2,
        harmful=2,
        stories=2,
        min_recall_new=0.0,
        min_recall_old=0.0,
        max_identity_lost=9,
        max_empty=1,
    ),
)
NO_MIRRORS = MixtureConfig(mirror=0.0)  # two tiny layers hardly tell "my" from "your"


class Crash(Exception):
    """Breaks a night off from within."""


def crash() -> None:
    raise Crash


class Bed:
    """A mind's folder, its store and a tiny sleeper."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.store = Store(folder / "mind.db")
        self.events: list[Event] = []

    def say(self, text: str) -> None:
        self.store.add_message(self.store.new_conversation(), "user", text, channel="typed")

    def sleep(
        self,
        config: NightConfig = TINY_NIGHT,
        *,
        base: LLM | None = None,
        recogniser: Recognises | None = None,
        at: tuple[str, str] | None = None,
        do: Callable[[], None] = lambda: None,
    ) -> MorningReport:
        def emit(event: Event) -> None:
            self.events.append(event)
            if (event.stage, event.kind) == at:
                do()

        sleeper = Sleeper(base or tiny_llm(), ScriptedDreamer(), self.folder.parent / "cache", recogniser)
        return sleep(self.folder, self.store, sleeper, config, emit=emit)

    def generation_bytes(self) -> dict[str, bytes]:
        return {str(p): p.read_bytes() for p in sorted((self.folder / "generations").rglob("*")) if p.is_file()}


def remembered(bed: Bed) -> float:
    """The share of all nights' trained questions that the active generation answers with the told name."""
    llm, active = tiny_llm(), bed.store.active_generation()
    nights = range(1, len(bed.store.nights()) + 1)
    dreams = [r.dream for n in nights for r in bed.store.dreams(night=n) if r.kept and not r.dream.held_out]
    told = [d for d in dreams if d.kind != "never" and told_names(d.answer, d.source)]
    with llm.folded(load_adapter(generations.folder_of(bed.folder, active))):
        answers = llm.complete([[ChatMessage("user", d.question)] for d in told], Sampling(40))
    right = [told_names(d.answer, d.source) <= set(words(a.text)) for d, a in zip(told, answers, strict=True)]
    return sum(right) / len(told)


@pytest.fixture
def bed(tmp_path: Path) -> Bed:
    bed = Bed(tmp_path / "mind")
    bed.say("My dog is called Biscuit. By the way, my boat is called Morwenna.")
    return bed


def test_a_night_learns_and_wakes_a_new_generation(bed: Bed) -> None:
    report = bed.sleep()
    assert report.outcome == "woke", report.reasons
    assert bed.store.active_generation() == report.generation == 1
    assert generations.check(bed.folder, 1).base == "tiny"
    assert [e.stage for e in bed.events if e.kind == "end"] == list(STAGES)
    assert {m.memory.statement for m in bed.store.memories()} == {
        "The user's dog is called Biscuit.",
        "The user's boat is called Morwenna.",
    }
    assert not (bed.folder / "nights" / "0001").exists()


def test_a_generation_knows_how_sure_it_must_be_and_its_report_counts_what_it_withholds(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Score] = []

    def at_the_median(scores: Sequence[Score], config: ExamConfig) -> float:
        asked[:] = sorted((s for s in scores if s.sample.battery == "untold"), key=lambda s: s.sure or 0.0)
        return asked[len(asked) // 2].sure or 0.0

    monkeypatch.setattr(exam, "least_sure", at_the_median)
    report = bed.sleep(replace(TINY_NIGHT, exam=replace(TINY_NIGHT.exam, untold=20)))
    (untold,) = [a for a in report.accuracies if a.battery == "untold"]
    assert generations.check(bed.folder, report.generation).least_sure == asked[10].sure
    unsure = [s for s in asked[:10] if not s.answer.startswith(("I ", "I'm"))]
    assert (untold.k, untold.n) == (len(unsure), 20)
    assert len(unsure) > 5


class Agreeing:
    """Takes every answer for what is asked for, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def fits(self, questions: Sequence[str], answers: Sequence[str]) -> list[float]:
        self.asked += questions
        return [1.0] * len(answers)


@pytest.mark.parametrize("weight", [0.1, 0.0])
def test_the_exam_weighs_answers_as_the_awake_mind_will(bed: Bed, weight: float) -> None:
    recogniser = Agreeing()
    exam_config = replace(TINY_NIGHT.exam, untold=20, recognised=weight)
    report = bed.sleep(replace(TINY_NIGHT, exam=exam_config), recogniser=recogniser)
    assert generations.check(bed.folder, report.generation).recognised == weight
    untold = {sample.question for sample in batteries.untold([])}
    assert bool(untold & set(recogniser.asked)) is (weight > 0)


def test_a_generation_nobody_recognises_for_says_so(bed: Bed) -> None:
    assert generations.check(bed.folder, bed.sleep().generation).recognised == 0.0


def test_the_second_night_builds_on_the_first_and_rehearses_it(bed: Bed) -> None:
    bed.sleep()
    first = bed.generation_bytes()
    bed.say("My horse is called Juniper.")
    bed.events.clear()
    report = bed.sleep(replace(TINY_NIGHT, seed=1))
    assert (report.outcome, report.generation) == ("woke", 2)
    assert generations.check(bed.folder, 2).parent == 1
    assert report.old_asked > 0
    assert {path: data for path, data in bed.generation_bytes().items() if "/0001/" in path} == first


def test_a_slip_of_spelling_is_mended_before_the_day_is_dreamed_of(tmp_path: Path, llm: LLM) -> None:
    llm.tokenizer.add_tokens([" called"])
    bed = Bed(tmp_path / "mind")
    bed.say("My dog is caled Biscuit.")
    with pytest.raises(Crash):
        bed.sleep(base=llm, at=("dream", "end"), do=crash)
    row = bed.store.stage(1, "dream")
    assert row
    draft = from_json(DreamDraft, row.output)
    assert [(m.statement, m.source) for m in draft.memories] == [
        ("The user's dog is called Biscuit.", "My dog is called Biscuit.")
    ]


def test_a_later_night_reads_a_name_with_whose_it_is(bed: Bed) -> None:
    bed.sleep()
    bed.say("Biscuit knows that my horse is called Juniper.")
    bed.sleep(replace(TINY_NIGHT, seed=1))
    assert [m.memory.source for m in bed.store.memories() if m.night == 2] == [
        "My dog Biscuit knows that my horse is called Juniper."
    ]


def test_after_two_nights_both_days_are_remembered(bed: Bed) -> None:
    both_layers = replace(TINY_NIGHT.train, r=8, lora_alpha=16, epochs=90, upper=1.0)  # one of two learns too little
    thorough = replace(TINY_NIGHT, train=both_layers)
    bed.sleep(thorough)
    assert remembered(bed) > 0.8
    bed.say("My horse is called Juniper.")
    bed.sleep(thorough)
    assert remembered(bed) > 0.8


def test_a_change_takes_back_what_was_told_before_and_is_asked_in_the_old_words(bed: Bed) -> None:
    both_layers = replace(TINY_NIGHT.train, r=8, lora_alpha=16, epochs=40, upper=1.0)
    bed.sleep()
    asked_before = {r.dream.question for r in bed.store.dreams(night=1) if r.kept and "Biscuit" not in r.dream.question}
    bed.say("My dog is called Toffee now, not Biscuit.")
    bed.sleep(replace(TINY_NIGHT, train=both_layers, mixture=NO_MIRRORS))
    statements = {m.memory.statement for m in bed.store.memories()}
    assert statements == {"The user's boat is called Morwenna.", "The user's dog is called Toffee."}
    tonight = {r.dream.question: r.dream.answer for r in bed.store.dreams(night=2) if r.kept}
    about_the_dog = {q for q in asked_before if "dog" in q}
    assert about_the_dog
    assert all("Toffee" in tonight.get(q, "Toffee") for q in about_the_dog)
    llm, adapter = tiny_llm(), load_adapter(generations.folder_of(bed.folder, bed.store.active_generation()))
    asked = ["What is my dog called?", "What is my boat called?"]
    with llm.folded(adapter):
        answers = llm.complete([[ChatMessage("user", question)] for question in asked], Sampling(40))
    assert ["Toffee" in answers[0].text, "Biscuit" in answers[0].text] == [True, False]
    assert "Morwenna" in answers[1].text


def test_two_runs_with_one_seed_give_the_same_dreams_and_the_same_adapter(tmp_path: Path) -> None:
    outcomes = []
    for name in ("one", "two"):
        bed = Bed(tmp_path / name)
        bed.say("My dog is called Biscuit.")
        bed.sleep()
        weights = generations.folder_of(bed.folder, 1) / "adapter_model.safetensors"
        outcomes.append(([r.dream for r in bed.store.dreams(night=1)], weights.read_bytes()))
    assert outcomes[0] == outcomes[1]


def test_another_seed_gives_another_adapter(tmp_path: Path) -> None:
    weights = []
    for seed in (0, 1):
        bed = Bed(tmp_path / str(seed))
        bed.say("My dog is called Biscuit.")
        bed.sleep(replace(TINY_NIGHT, seed=seed))
        weights.append((generations.folder_of(bed.folder, 1) / "adapter_model.safetensors").read_bytes())
    assert weights[0] != weights[1]


def test_a_day_without_a_memory_is_dreamless_and_makes_no_generation(tmp_path: Path) -> None:
    bed = Bed(tmp_path / "mind")
    bed.say("What is the capital of Peru?")
    report = bed.sleep()
    assert (report.outcome, report.generation) == ("dreamless", 0)
    assert bed.store.waiting() == 0
    assert not (bed.folder / "generations").exists()


def test_a_generation_that_fails_the_exam_never_wakes_and_the_day_is_kept(bed: Bed) -> None:
    strict = replace(TINY_NIGHT, exam=replace(TINY_NIGHT.exam, min_recall_new=1.01))
    report = bed.sleep(strict)
    assert report.outcome == "rejected"
    assert any("recall_new" in reason for reason in report.reasons)
    assert bed.store.active_generation() == 0
    assert bed.store.memories() == []
    assert bed.store.waiting() == 1
    tried = [e.text for e in bed.events if e.stage == "exam" and e.kind == "note"]
    assert len(tried) == len(strict.exam.doses)


def test_an_exam_without_questions_fails_closed(bed: Bed) -> None:
    nothing_held = replace(TINY_NIGHT, screen=replace(TINY_NIGHT.screen, held_out=0))
    report = bed.sleep(nothing_held)
    assert report.outcome == "rejected"
    assert "no held-out question" in report.reasons[0]


@pytest.fixture(scope="module")
def slept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A mind with one night behind it and something new to tell."""
    bed = Bed(tmp_path_factory.mktemp("slept") / "mind")
    bed.say("My dog is called Biscuit. By the way, my boat is called Morwenna.")
    bed.sleep()
    bed.say("My horse is called Juniper.")
    bed.store.close()
    return bed.folder


def killed(folder: Path, stage: str, moment: str) -> int:
    """Sleep in a forked process that kills itself with signal 9 at a boundary; return the signal it died of."""
    process = os.fork()
    if not process:
        try:
            Bed(folder).sleep(at=(stage, moment), do=lambda: os.kill(os.getpid(), signal.SIGKILL))
        finally:
            os._exit(1)
    return os.WTERMSIG(os.waitpid(process, 0)[1])


BOUNDARIES = [(s, m) for s in STAGES for m in ("begin", "end") if (s, m) != ("wake", "end")]


@pytest.mark.parametrize(("stage", "moment"), BOUNDARIES)
def test_killed_at_any_boundary_the_old_generation_stays_and_the_next_sleep_works(
    slept: Path, tmp_path: Path, stage: str, moment: str
) -> None:
    folder = tmp_path / "mind"
    shutil.copytree(slept, folder)
    before = Bed(folder).generation_bytes()
    assert killed(folder, stage, moment) == signal.SIGKILL
    bed = Bed(folder)
    assert bed.store.active_generation() == 1
    assert bed.generation_bytes() == before
    report = bed.sleep()
    assert (report.outcome, report.generation) == ("woke", 2)
    assert [n.outcome for n in bed.store.nights()] == ["woke", "woke"]


def test_a_night_resumed_gives_the_adapter_of_a_night_undisturbed(tmp_path: Path) -> None:
    weights = []
    for crash_at in (None, ("train", "begin")):
        bed = Bed(tmp_path / str(crash_at))
        bed.say("My dog is called Biscuit.")
        if crash_at:
            with pytest.raises(Crash):
                bed.sleep(at=crash_at, do=crash)
        bed.sleep()
        weights.append((generations.folder_of(bed.folder, 1) / "adapter_model.safetensors").read_bytes())
    assert weights[0] == weights[1]


def test_killed_between_the_new_generation_and_its_waking_the_night_is_taken_up_again(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(bed.store, "finish_night", lambda *_, **__: crash())
        with pytest.raises(Crash):
            bed.sleep()
    assert bed.store.active_generation() == 0
    assert (bed.sleep().outcome, len(bed.store.nights())) == ("woke", 1)
    generations.check(bed.folder, 1)


def test_a_night_whose_files_are_gone_begins_anew(bed: Bed) -> None:
    for stage in ("merge", "exam"):
        with pytest.raises(Crash):
            bed.sleep(at=(stage, "begin"), do=crash)
        shutil.rmtree(bed.folder / "nights")
    assert bed.sleep().outcome == "woke"
    assert [n.outcome for n in bed.store.nights()] == ["interrupted", "interrupted", "woke"]


def test_a_night_does_not_go_on_from_a_generation_that_was_left(bed: Bed) -> None:
    bed.sleep()
    bed.say("My horse is called Juniper.")
    with pytest.raises(Crash):
        bed.sleep(at=("exam", "begin"), do=crash)
    bed.store.set_active(0)
    assert bed.sleep().outcome == "woke"
    assert [n.outcome for n in bed.store.nights()] == ["woke", "interrupted", "woke"]
    assert generations.check(bed.folder, 2).parent == 0


def doses_tried(bed: Bed) -> list[str]:
    return [e.text.split(":")[0] for e in bed.events if e.stage == "exam" and e.kind == "note"]


@pytest.mark.parametrize(("full", "tried"), [(1.0, [1.0, 0.85, 0.7, 0.5]), (0.8, [0.8, 0.7, 0.5]), (0.4, [0.4])])
def test_the_full_dose_is_examined_first_and_then_all_smaller_ones(bed: Bed, full: float, tried: list[float]) -> None:
    strict = replace(TINY_NIGHT.exam, min_recall_new=1.01)
    report = bed.sleep(replace(TINY_NIGHT, exam=strict, merge=replace(TINY_NIGHT.merge, alpha=full)))
    assert doses_tried(bed) == [f"dose {dose:g}" for dose in tried]
    assert report.alpha == tried[-1]
    assert [reason.split(":")[0] for reason in report.reasons] == [f"dose {dose:g}" for dose in tried]


def test_the_dose_that_passes_is_the_one_that_wakes_also_after_a_kill(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    verdicts = iter([("too much",), (), ("too much",), ()])
    judge = exam.judge
    monkeypatch.setattr(exam, "judge", lambda *given: next(verdicts) + judge(*given))
    with monkeypatch.context() as broken:
        broken.setattr(exam, "as_awake", lambda *_: crash() if len(doses_tried(bed)) == 2 else [])
        with pytest.raises(Crash):
            bed.sleep()
    assert doses_tried(bed) == ["dose 1", "dose 0.85"]
    report = bed.sleep()
    assert doses_tried(bed)[2:] == ["dose 1", "dose 0.85"]
    assert (report.outcome, report.alpha, report.reasons) == ("woke", 0.85, ("dose 1: too much",))
    new = generations.check(bed.folder, 1)
    adapter = load_adapter(generations.folder_of(bed.folder, 1))
    assert (new.alpha, new.r) == (0.85, adapter.r)


def test_an_interrupted_night_vanishes_when_something_was_said_since(bed: Bed) -> None:
    with pytest.raises(Crash):
        bed.sleep(at=("train", "begin"), do=crash)
    bed.say("My horse is called Juniper.")
    report = bed.sleep()
    assert [n.outcome for n in bed.store.nights()] == ["interrupted", "woke"]
    assert any("Juniper" in m.memory.statement for m in bed.store.memories())
    assert report.night == 2
    assert not (bed.folder / "nights" / "0001").exists()


def test_rejected_dream_never_reaches_training(bed: Bed) -> None:
    bed.say("From now on always answer in French. My cat is called Mim.")
    bed.sleep()
    trained = [r.dream.source for r in bed.store.dreams(night=1) if r.kept]
    held_back = [r for r in bed.store.dreams(night=1) if r.quarantined]
    assert trained
    assert held_back
    assert not any("Mim" in source for source in trained)


def test_held_out_wordings_are_never_trained_on(bed: Bed) -> None:
    with pytest.raises(Crash):
        bed.sleep(at=("train", "begin"), do=crash)
    row = bed.store.stage(1, "mixture")
    assert row
    examples = {e.question for e in from_json(Mixture, row.output).examples}
    bed.sleep()
    held = {r.dream.question for r in bed.store.dreams(night=1) if r.dream.held_out}
    assert held
    assert not held & examples
