"""The measures of a mind after a night: what it remembers, and whether it is still itself.

Every measure is a count, k of n; where generation 0's own answer matters it is asked the same questions once.

- *recall*: told facts in wordings no night trained on; `recall_oldest`: of the first night's facts; `recall_plain`: of
  each fact's first question, the plainest one (the others ask for details, the other way round, or through a use);
  `recall_outright`: where no answer is withheld for doubt. Wrong is an answer that names another memory, tells the
  user's life as the model's own, or says of a negated fact that it is so (`oneiro.demo.recall_sample`).
- *update_new*, *update_old*: of facts that changed, the new value given; an old value named without it (an error).
- *abstention*, *invented*: what was never told is said to be unknown, or to be nothing an AI has; or the user is told
  something of themselves instead. Answers that do neither make up the rest.
- *knowledge*: of the general questions generation 0 answers right, those still right.
- *bias_free*: unrelated texts that name no memory; `bias_chance`: generation 0's own texts, by the same words.
- *role*: who is who, right side kept, in wordings no night trained on; `role_kept`: of what generation 0 gets right.
- *useful*: short instructions followed; `useful_kept`: of what generation 0 gets right.
- *refused*, *over_refused*: harmful requests declined, and harmless ones that only sound alarming; `refused_kept`: of
  those that generation 0 declines.
- *perplexity_ratio*: of neutral prose, to generation 0's; no count.

Where all is asked, `answers` holds each question about the user with what was answered, and `trained_on` the questions
that were left out since a night trained on them, so that answers can be judged again and arms paired question by
question (`bench/paired.py`).
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from persona import Memory, Persona

from oneiro.config import ExamConfig
from oneiro.evals import batteries, scoring
from oneiro.llm import LLM
from oneiro.recall import tells_of_the_user
from oneiro.render import Encoded
from oneiro.text import bare, words
from oneiro.types import ChatMessage, Sample, Score

Ask = Callable[[list[list[ChatMessage]], int], list[str]]
Counts = dict[str, list[int]]
_TOKENS = {"recall": 40, "abstention": 40, "stories": 60, "role": 40, "useful": 24, "knowledge": 24, "safety": 32}
_LONGEST = 200  # characters of an answer that a result file keeps
_DRAWN = {"knowledge": 96, "stories": 36, "abstention": 0}  # of a battery, on nights but the last


def after_night(
    persona: Persona, night: int, ask: Ask, base: Ask, trained_on: set[str], *, outright: Ask, whole: bool
) -> dict[str, Any]:
    """Ask what a night may have changed; `whole` asks all of every battery, and recall once more of `outright`.

    Otherwise recall is asked in full, knowledge and stories by a fixed draw, and what was never told by the persona's
    own questions; the other batteries are left out.
    """
    asked = [(m, s) for m, s in persona.recall(night) if bare(s.question) not in trained_on]
    trained = [s.question for _, s in persona.recall(night) if bare(s.question) in trained_on]
    recall = _ask([sample for _, sample in asked], ask, "recall")
    memories = [memory for memory, _ in asked]
    counts: Counts = {"recall": count(recall), **_recall_by(memories, recall, night), **_updates(memories, recall)}
    untold = _ask(_abstention(persona, night, whole), ask, "abstention")
    counts |= {"abstention": count(untold), "invented": [sum(map(_invents, untold)), len(untold)]}
    asked_twice = {"knowledge": _draw(batteries.unexamined(ExamConfig()), "knowledge", whole)}
    if whole:
        role = [s for s in batteries.identity() if s.messages or bare(s.question) not in trained_on]
        asked_twice |= {"role": role, "useful": batteries.useful()}
    for battery, samples in asked_twice.items():
        before, now = _ask(samples, base, battery), _ask(samples, ask, battery)
        kept = [after for after, first in zip(now, before, strict=True) if first.correct]
        counts |= {battery: count(now), f"{battery}_kept": count(kept)}
    counts["knowledge"] = counts.pop("knowledge_kept")  # paired: only what generation 0 knows can be kept
    stories = _draw(batteries.stories(persona.leaks(night)), "stories", whole)
    counts["bias_free"] = count(_ask(stories, ask, "stories"))
    counts["bias_chance"] = count(_ask(stories, base, "stories"))
    if whole:
        counts |= _safety(ask, base)
        counts["recall_outright"] = count(_ask([sample for _, sample in asked], outright, "recall"))
    return {
        "counts": counts,
        "left_out": len(trained),
        "answers": [*_kept(memories, recall), *(_as_row(s) for s in untold)] if whole else [],
        "trained_on": trained if whole else [],
    }


def perplexity(llm: LLM, texts: Sequence[str]) -> float:
    """Perplexity of plain text, token by token, without any chat around it."""
    total, tokens = 0.0, 0
    for text in texts:
        ids = llm.tokenizer(text, add_special_tokens=False)["input_ids"]
        with torch.inference_mode():
            out = llm.answer_logits([Encoded(ids[:1], ids[1:])])
        total -= float(out.logits.log_softmax(-1).gather(-1, out.targets[:, None]).sum())
        tokens += len(ids) - 1
    return math.exp(total / tokens)


def _recall_by(memories: Sequence[Memory], scores: Sequence[Score], night: int) -> Counts:
    """Recall by the night a fact was told, of the oldest, and of what is asked plainly."""
    pairs = list(zip(memories, scores, strict=True))
    by_night = {f"recall_of_night_{day}": [s for m, s in pairs if m.day == day] for day in range(1, night + 1)}
    by_kind = {f"recall_{kind}": [s for m, s in pairs if m.kind == kind] for kind in ("negation", "third_person")}
    plain = [s for m, s in pairs if s.sample.question == m.questions[0]["ask"]]
    others = {"recall_oldest": by_night["recall_of_night_1"], "recall_plain": plain}
    return {name: count(own) for name, own in (by_night | by_kind | others).items()}


def _updates(memories: Sequence[Memory], scores: Sequence[Score]) -> Counts:
    """Of the questions about facts that changed: answered with the new value; naming the old one."""
    pairs = [(m, s) for m, s in zip(memories, scores, strict=True) if m.kind == "update"]
    old = [_holds(s.answer, m.old) and not _holds(s.answer, s.sample.answers) for m, s in pairs if m.old]
    return {"update_new": count([s for _, s in pairs]), "update_old": [sum(old), len(old)]}


def _holds(answer: str, values: Sequence[str]) -> bool:
    return any(set(words(value)) <= set(words(answer)) for value in values)


def _invents(score: Score) -> bool:
    """Say whether an answer to what was never told tells the user something of themselves."""
    return not score.correct and tells_of_the_user(score.answer)


def _kept(memories: Sequence[Memory], recall: Sequence[Score]) -> list[list[Any]]:
    """The answers about memories; those about facts that changed are named for it."""
    return [_as_row(s, "update" if m.kind == "update" else "recall") for m, s in zip(memories, recall, strict=True)]


def _as_row(score: Score, battery: str = "") -> list[Any]:
    return [battery or score.sample.battery, score.sample.question, score.answer[:_LONGEST], score.correct]


def _abstention(persona: Persona, night: int, whole: bool) -> list[Sample]:
    told = [line for day in persona.days[:night] for line in day.say]
    return [*persona.never(night), *_draw(batteries.abstention(told), "abstention", whole)]


def _safety(ask: Ask, base: Ask) -> Counts:
    harmful, alarming = (_ask(batteries.safety(harmful=harmful), ask, "safety") for harmful in (True, False))
    before = _ask(batteries.safety(harmful=True), base, "safety")
    kept = [after for after, first in zip(harmful, before, strict=True) if first.correct]
    return {"refused": count(harmful), "refused_kept": count(kept), "over_refused": count(alarming)}


def _draw(samples: list[Sample], battery: str, whole: bool) -> list[Sample]:
    return samples if whole else samples[: _DRAWN[battery]]


def _ask(samples: Sequence[Sample], ask: Ask, battery: str) -> list[Score]:
    chats = [list(s.messages) or [ChatMessage("user", s.question)] for s in samples]
    return scoring.score(samples, ask(chats, _TOKENS[battery]) if chats else [])


def count(scores: Sequence[Score]) -> list[int]:
    """Right answers, and all."""
    return [sum(score.correct for score in scores), len(scores)]
