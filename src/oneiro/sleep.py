"""THE NIGHT. Read this first.

    journal → dream → screen → rehearse → mixture → train → merge → exam → wake

`Night.run` is the night, top to bottom. Each stage is a function from frozen records to frozen records in a
module of its own; its output is saved before the next begins, so a killed night resumes where it stopped.
Nothing the awake mind uses is touched until the last transaction.
"""

import resource
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeVar

from oneiro import anchors, dream, exam, generations, merge, mixture, rehearse, screen, train
from oneiro.adapters import WEIGHTS, Adapter, load_adapter, save_adapter
from oneiro.changes import changes, renewed
from oneiro.config import NightConfig
from oneiro.journal import read_day
from oneiro.llm import LLM
from oneiro.recall import Recall
from oneiro.recognise import Recognises
from oneiro.records import from_json, to_json
from oneiro.remembering import Remembering
from oneiro.spelling import mended
from oneiro.store import GenerationRow, PastMemory, Practice, Store, now
from oneiro.types import (
    Dream,
    DreamDraft,
    Event,
    Examined,
    Journal,
    Merged,
    Mixture,
    MorningReport,
    Rehearsal,
    Score,
    Screened,
    StageName,
    Trained,
    Writer,
)

Emit = Callable[[Event], None]
T = TypeVar("T")
NEW = "new"  # tonight's own adapter, within the night's folder
CANDIDATE = "candidate"  # merged with last night's; a folder for each dose


class Sleeper(NamedTuple):
    """Who sleeps: the frozen base, who dreams for it, the cache of base answers, and who recognises what is asked."""

    base: LLM
    dreamer: Writer
    cache: Path
    recogniser: Recognises | None = None


class Night:
    """One night of one mind."""

    def __init__(
        self, mind: Path, store: Store, sleeper: Sleeper, config: NightConfig, *, number: int, emit: Emit
    ) -> None:
        self.mind = mind
        self.store = store
        self.base = sleeper.base
        self.dreamer = sleeper.dreamer
        self.recogniser = sleeper.recogniser
        self.cache = sleeper.cache / sleeper.base.sha256[:16]
        self.untouched = Remembering(self.base, self.cache / "answers.json")
        self.config = config
        self.number = number
        self.emit = emit
        self.folder = mind / "nights" / f"{number:04d}"
        self.parent = store.active_generation()
        self.seconds: dict[str, float] = {}

    def run(self, upto: int) -> MorningReport:
        """Sleep, and return what the user is told in the morning."""
        old = self._old_memories()
        day = self._stage("journal", Journal, lambda: self._journal(upto))
        draft = self._stage("dream", DreamDraft, lambda: self._dream(day))
        screened = self._stage("screen", Screened, lambda: self._screen(draft, old))
        if not any(not d.held_out for d in screened.kept):
            return self._dreamless(screened)
        old, replaced = rehearse.outdated(old, changes(_dreams_of(old), screened.kept))
        rehearsal = self._stage("rehearse", Rehearsal, lambda: self._rehearse(old))
        mixed = self._stage("mixture", Mixture, lambda: self._mix(screened, rehearsal))
        trained = self._stage("train", Trained, lambda: self._train(mixed))
        merged = self._stage("merge", Merged, lambda: self._merge(self.config.merge.alpha))
        examined = self._stage("exam", Examined, lambda: self._exam(screened, old, merged))
        return self._wake(screened, replaced, rehearsal, trained, examined)

    def can_resume(self) -> bool:
        """Say whether the adapters that finished stages speak of still lie in the night's folder."""
        trained, merged = self.store.stage(self.number, "train"), self.store.stage(self.number, "merge")
        lost_new = trained and not (self.folder / NEW / WEIGHTS).exists()
        lost_candidate = merged and not any(self.folder.glob(f"{CANDIDATE}-*/{WEIGHTS}"))
        return not lost_new and not lost_candidate

    # ---- the stages -----------------------------------------------------------------------------------

    def _journal(self, upto: int) -> Journal:
        day = self.store.messages(after=self.store.slept_upto(), upto=upto)
        journal = read_day(day, self.config.journal)
        self._note("journal", f"{len(journal.turns)} turns of yours since the last night")
        return replace(journal, upto=upto)

    def _dream(self, day: Journal) -> DreamDraft:
        spelled = [replace(turn, text=mended(turn.text, self.base.whole_words)) for turn in day.turns]
        draft = dream.dream(
            spelled,
            self.dreamer,
            self.config.dream,
            night=self.number,
            seed=self.config.seed,
            known=[past.memory.statement for past in self.store.memories()],
            watch=self._progress("dream"),
        )
        self._note("dream", f"{len(draft.memories)} memories, {len(draft.dreams)} dreams")
        return draft

    def _screen(self, draft: DreamDraft, old: Sequence[rehearse.OldMemory]) -> Screened:
        known = [d for memory in old for d in memory.dreams if d.kind == "direct"]
        screened = screen.screen(
            draft,
            self.base,
            self.config.screen,
            seed=self.config.seed,
            known=known,
            watch=lambda d: self._note("screen", f"dropped: {d.dream.question} → {d.dream.answer} ({d.reason})"),
        )
        anew = renewed(_dreams_of(old), screened.kept)
        self._note("screen", f"{len(screened.kept)} of {len(draft.dreams)} dreams kept")
        if anew:
            self._note("screen", f"{len(anew)} old questions have a new answer, {anew[0].question} → {anew[0].answer}")
        return replace(screened, kept=(*screened.kept, *anew))

    def _rehearse(self, old: Sequence[rehearse.OldMemory]) -> Rehearsal:
        grounding = anchors.answer_anchors(
            anchors.draw_prompts(self.config.anchors, seed=self.config.seed + self.number),
            self.untouched,
            self.config.anchors,
        )
        chosen = rehearse.rehearse(old, grounding, self.config.rehearse, seed=self.config.seed + self.number)
        self._note("rehearse", f"{len(chosen.dreams)} old dreams, {len(chosen.anchors)} anchors")
        return chosen

    def _mix(self, screened: Screened, rehearsal: Rehearsal) -> Mixture:
        mixed = mixture.mix(screened.kept, rehearsal, self.config.mixture, seed=self.config.seed)
        groups = [example.group for example in mixed.examples]
        self._note("mixture", ", ".join(f"{groups.count(g)} {g}" for g in dict.fromkeys(groups)))
        return mixed

    def _train(self, mixed: Mixture) -> Trained:
        watch = self._progress("train")
        fitted = train.train(
            self.base,
            mixed.examples,
            self.config.train,
            seed=self.config.seed,
            parent=self._adapter_of(self.parent),
            cache=self.cache,
            watch=lambda p: watch(p.step, p.steps, f"epoch {p.epoch + 1}, loss {p.loss:.3f}"),
        )
        save_adapter(fitted.adapter, self.folder / NEW, base=self.base.name)
        return Trained(NEW, tuple(fitted.losses), fitted.tokens, tuple(fitted.learned), len(fitted.losses))

    def _merge(self, alpha: float) -> Merged:
        """Join tonight's adapter with the parent's at a dose; the candidate lies in the night's folder."""
        new = load_adapter(self.folder / NEW)
        combined = merge.merge(self._adapter_of(self.parent), new, alpha=alpha, r=self.config.merge.r)
        candidate = f"{CANDIDATE}-{alpha:g}"
        save_adapter(combined.adapter, self.folder / candidate, base=self.base.name)
        self._note("merge", f"dose {alpha:g}, rank {combined.adapter.r}, {combined.kept_energy:.2%} of the sum kept")
        return Merged(candidate, alpha, combined.adapter.r, combined.kept_energy)

    def _exam(self, screened: Screened, old: Sequence[rehearse.OldMemory], full: Merged) -> Examined:
        """Sit the exam at the full dose; on failure at smaller ones."""
        past = _dreams_of(old)
        paper = exam.set_paper(screened.kept, past, self.config.exam, seed=self.config.seed + self.number)
        leaks = exam.memory_words([*screened.kept, *past], self.base.everyday)
        baseline = exam.sit(paper.general, self.untouched, self.config.exam)
        examined = self._sit(full, paper, baseline, leaks)
        for dose in [dose for dose in self.config.exam.doses if dose < full.alpha]:
            if examined.passed:
                break
            smaller = self._sit(self._merge(dose), paper, baseline, leaks)
            examined = replace(smaller, reasons=examined.reasons + smaller.reasons)
        return examined

    def _sit(self, merged: Merged, paper: exam.Paper, baseline: Sequence[Score], leaks: set[str]) -> Examined:
        """Examine one candidate."""
        recalling = Recall(self.base, self.recogniser, weight=self.config.exam.recognised)
        with self.base.folded(load_adapter(self.folder / merged.adapter)):
            scores = exam.sit([*paper.recall, *paper.untold, *paper.general], recalling, self.config.exam)
        reasons = exam.judge(scores, baseline, leaks, self.config.exam)
        dose = f"dose {merged.alpha:g}: "
        self._note("exam", dose + ("passed" if not reasons else "failed: " + "; ".join(reasons)))
        least = exam.least_sure(scores, self.config.exam)
        given = exam.as_awake(scores, least)
        return Examined(
            passed=not reasons,
            merged=merged,
            reasons=tuple(dose + reason for reason in reasons),
            accuracies=exam.summary(given),
            baseline=exam.summary(baseline),
            scores=tuple(given),
            least_sure=least,
        )

    def _wake(
        self,
        screened: Screened,
        replaced: dict[str, str],
        rehearsal: Rehearsal,
        trained: Trained,
        examined: Examined,
    ) -> MorningReport:
        """Promote the generation, or keep yesterday's; one transaction decides."""
        started = time.monotonic()
        self.emit(Event("wake", "begin"))
        report = self._report(screened, examined)
        practice = _practice(examined.scores, {d.memory_id for d in rehearsal.dreams})
        if not examined.passed:
            self.store.finish_night(report, screened)
            shutil.rmtree(self.folder, ignore_errors=True)
            return report
        number = self._next_generation()
        merged = examined.merged
        candidate = self.folder / merged.adapter
        manifest = generations.Manifest(
            generation=number,
            parent=self.parent,
            base=self.base.name,
            base_sha256=self.base.sha256,
            alpha=merged.alpha,
            r=merged.r,
            kept_energy=merged.kept_energy,
            least_sure=examined.least_sure,
            recognised=self.config.exam.recognised if self.recogniser else 0.0,
            seed=self.config.seed,
            config=asdict(self.config) | {"losses": trained.losses, "tokens": trained.tokens},
            created_at=now(),
            files=generations.hash_files(candidate),
        )
        bytes_on_disk = (candidate / WEIGHTS).stat().st_size
        generations.place(self.mind, candidate, manifest)
        self.seconds["wake"] = time.monotonic() - started
        report = replace(report, generation=number, adapter_bytes=bytes_on_disk, seconds=dict(self.seconds))
        row = GenerationRow(number, self.parent, self.number, manifest.created_at)
        self.store.finish_night(report, screened, practice=practice, replaced=replaced, generation=row)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.emit(Event("wake", "end", seconds=self.seconds["wake"]))
        return report

    def _dreamless(self, screened: Screened) -> MorningReport:
        """Nothing to learn: no new generation."""
        report = MorningReport(
            self.number,
            "dreamless",
            self.parent,
            dreams=len(screened.kept) + len(screened.dropped),
            quarantined=_quarantined(screened),
            seconds=dict(self.seconds),
        )
        self.store.finish_night(report, screened)
        shutil.rmtree(self.folder, ignore_errors=True)
        return report

    # ---- what the stages need -------------------------------------------------------------------------

    def _stage(self, name: StageName, kind: type[T], work: Callable[[], T]) -> T:
        """Run a stage, or take its saved output from before the night was interrupted."""
        saved = self.store.stage(self.number, name)
        if saved:
            self.seconds[name] = saved.seconds
            self.emit(Event(name, "end", text="resumed", seconds=saved.seconds))
            return from_json(kind, saved.output)
        self.emit(Event(name, "begin"))
        started = time.monotonic()
        output = work()
        self.seconds[name] = time.monotonic() - started
        self.store.save_stage(self.number, name, to_json(output), seconds=self.seconds[name])
        self.emit(Event(name, "end", seconds=self.seconds[name]))
        return output

    def _note(self, stage: StageName, text: str) -> None:
        self.emit(Event(stage, "note", text=text))

    def _progress(self, stage: StageName) -> Callable[[int, int, str], None]:
        return lambda done, total, text: self.emit(Event(stage, "progress", text=text, done=done, total=total))

    def _adapter_of(self, generation: int) -> Adapter | None:
        if generation == 0:
            return None
        generations.check(self.mind, generation, base_sha256=self.base.sha256)
        return load_adapter(generations.folder_of(self.mind, generation))

    def _next_generation(self) -> int:
        return max((g.number for g in self.store.generations()), default=0) + 1

    def _old_memories(self) -> list[rehearse.OldMemory]:
        """What earlier nights learned and no later one has changed, with how each memory has fared since."""
        old: list[rehearse.OldMemory] = []
        for _, night in groupby(self.store.memories(), key=lambda past: past.night):
            told = [self._old_memory(past) for past in night]
            old, _ = rehearse.outdated(old, changes(_dreams_of(old), _dreams_of(told)))
            old += told
        return old

    def _old_memory(self, past: PastMemory) -> rehearse.OldMemory:
        dreams = tuple(r.dream for r in self.store.dreams(night=past.night, memory_id=past.memory.id) if r.kept)
        asked = [p for _, p in past.practice if p.asked]
        recall = asked[-1].correct / asked[-1].asked if asked else 1.0
        practised = max([past.night, *(night for night, p in past.practice if p.rehearsed)])
        return rehearse.OldMemory(past.memory.id, dreams, recall, self.number - practised)

    def _report(self, screened: Screened, examined: Examined) -> MorningReport:
        right = {s.sample.memory_id for s in examined.scores if s.sample.battery == "recall_new" and s.correct}
        old = [s.correct for s in examined.scores if s.sample.battery == "recall_old"]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return MorningReport(
            night=self.number,
            outcome="woke" if examined.passed else "rejected",
            generation=self.parent,
            learned=tuple(m.statement for m in screened.memories if m.id in right),
            unsure=tuple(m.statement for m in screened.memories if m.id not in right),
            still_knows=sum(old),
            old_asked=len(old),
            dreams=len(screened.kept) + len(screened.dropped),
            kept=len(screened.kept),
            quarantined=_quarantined(screened),
            reasons=examined.reasons,
            accuracies=examined.accuracies,
            baseline=examined.baseline,
            alpha=examined.merged.alpha,
            seconds=dict(self.seconds),
            peak_memory_bytes=peak if sys.platform == "darwin" else peak * 1024,
        )


def _dreams_of(memories: Sequence[rehearse.OldMemory]) -> list[Dream]:
    return [dream for memory in memories for dream in memory.dreams]


def _quarantined(screened: Screened) -> tuple[str, ...]:
    """The user's words that the screen held back, each once."""
    return tuple(dict.fromkeys(f"{d.dream.source} ({d.reason})" for d in screened.dropped if d.quarantined))


def _practice(scores: Sequence[Score], rehearsed: set[str]) -> list[Practice]:
    """Count exam answers memory by memory."""
    asked: dict[str, list[bool]] = {memory: [] for memory in rehearsed}
    for s in scores:
        if s.sample.memory_id:
            asked.setdefault(s.sample.memory_id, []).append(s.correct)
    return [Practice(memory, memory in rehearsed, len(right), sum(right)) for memory, right in asked.items()]


def sleep(mind: Path, store: Store, sleeper: Sleeper, config: NightConfig, *, emit: Emit) -> MorningReport:
    """Resume the unfinished night if nothing was said or changed since; otherwise sleep a new one."""
    upto = store.last_message_id()
    settings = to_json(config)
    for row in [night for night in store.nights() if night.outcome == "running"]:
        night = Night(mind, store, sleeper, config, number=row.number, emit=emit)
        if (row.upto, row.config) == (upto, settings) and night.can_resume():
            return _finish(night, upto, emit)
    store.abandon_unfinished()
    shutil.rmtree(mind / "nights", ignore_errors=True)
    number = store.begin_night(upto=upto, seed=config.seed, config=settings)
    return _finish(Night(mind, store, sleeper, config, number=number, emit=emit), upto, emit)


def _finish(night: Night, upto: int, emit: Emit) -> MorningReport:
    report = night.run(upto)
    emit(Event("wake", "report", report=report))
    return report
