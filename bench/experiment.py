"""The experiment: does it remember, and stay itself? Personas tell their days, each arm sleeps on them, all are asked.

One run is one arm with one persona and one seed, night after night; its file under `results/` is written anew after
every night, and what the arm has learned lies in `--work`, beside the commit at which it was learned. A run that was
stopped goes on where it stood, at the same commit only; a finished one is not run again. With `--again` nobody sleeps:
the nights that lie in `--work` are measured anew by the code at hand, and the file names both commits (`commit` slept,
`measured_at`). The personas in `bench/personas/tuning` are for finding recipes, those in `report` for reporting.

On a GPU, which a small model leaves idle most of the time, `--jobs` lets several runs share it, a process each.

Run: `python bench/experiment.py --arms oneiro no_sleep --personas kester efua --seeds 0`
     `python bench/experiment.py --arms oneiro --personas marnie --out tried` while looking for a recipe
"""

import argparse
import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from arms import ARMS, Arm
from measures import after_night, perplexity
from persona import Persona, read_persona
from provenance import provenance
from untouched import untouched

from oneiro.embedded import cache_dir, resolve
from oneiro.errors import InputError
from oneiro.evals import batteries
from oneiro.llm import LLM
from oneiro.types import ChatMessage, Sampling, Writer
from oneiro.whole import written_whole

_PERSONAS = Path(__file__).parent / "personas"
Found = dict[str, Any]


def main() -> None:
    """Run everything asked for that has no result yet."""
    folders = {folder.name: folder for folder in sorted(_PERSONAS.glob("*/*"))}
    report = [name for name, folder in folders.items() if folder.parent.name == "report"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=["no_sleep", "prompt", "retrieval", "oneiro"])
    parser.add_argument("--personas", nargs="+", choices=list(folders), default=report)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--nights", type=int, help="stop after so many (default: all the persona's days)")
    parser.add_argument("--setting", default="six_nights", help="the folder under --out")
    parser.add_argument("--out", type=Path, default=_PERSONAS.parent.parent / "results", metavar="DIR")
    parser.add_argument("--work", type=Path, default=cache_dir() / "experiment", metavar="DIR", help="where minds live")
    parser.add_argument("--whole", action="store_true", help="ask every battery after every night, not only the last")
    parser.add_argument("--again", action="store_true", help="measure nights that were slept before, and sleep none")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs beside each other (default: 1)")
    asked = parser.parse_args()
    runs = [(arm, name, seed) for seed in asked.seeds for name in asked.personas for arm in asked.arms]
    if asked.jobs > 1:
        sys.exit(_beside_each_other(runs, asked))
    base = LLM.load(resolve("smollm2"))
    for number, (arm, name, seed) in enumerate(runs, start=1):
        place = Path(asked.setting) / arm / f"{name}-{seed}"
        sys.stderr.write(f"run {number} of {len(runs)}: {place}\n")
        made = ARMS[arm](base, asked.work / place, seed=seed)
        file = (asked.out / place).with_suffix(".json")
        live(made, read_persona(folders[name]), file, base, nights=asked.nights, whole=asked.whole, again=asked.again)


def _beside_each_other(runs: list[tuple[str, str, int]], asked: argparse.Namespace) -> int:
    """Run each in a process of its own, so many at once, the processor's cores shared out; 1 where any failed."""
    threads = str(max(1, (os.cpu_count() or 1) // asked.jobs))
    common = ["--setting", asked.setting, "--out", str(asked.out), "--work", str(asked.work)]
    common += ["--nights", str(asked.nights)] if asked.nights else []
    common += ["--whole"] if asked.whole else []
    common += ["--again"] if asked.again else []

    def run(arm: str, name: str, seed: int) -> int:
        own = ["--arms", arm, "--personas", name, "--seeds", str(seed)]
        command = [sys.executable, __file__, *own, *common]
        return subprocess.run(command, env={**os.environ, "OMP_NUM_THREADS": threads}, check=False).returncode

    with ThreadPoolExecutor(asked.jobs) as pool:
        return int(any(pool.map(lambda one: run(*one), runs)))


def live(
    arm: Arm,
    persona: Persona,
    file: Path,
    base: LLM,
    *,
    nights: int | None = None,
    whole: bool = False,
    again: bool = False,
) -> None:
    """Tell a persona's days to an arm, let it sleep on each, and measure after each; goes on from the file.

    The answers about the user are kept of the last night. With `again` only nights that were slept are measured, all
    of them.

    Raises:
        InputError: the arm's nights were slept at another commit, or are too few to be measured again.
    """
    days = persona.days[:nights]
    found = _begun(file, again=again)
    if len(found["nights"]) == len(days):
        return
    found |= _claim(arm, file, again=again)
    held = arm.slept()
    zero = untouched(base)
    texts = batteries.neutral()
    before = perplexity(base, texts)
    for night, day in enumerate(days, start=1):
        started = time.monotonic()
        if again and held is not None and held < night:
            raise InputError(f"{arm.folder} holds {held} nights only.", hint="Name no more with --nights.")
        arm.tell(day)
        slept = arm.sleep(night)
        if night <= len(found["nights"]):
            continue
        asleep = time.monotonic()
        measured = after_night(
            persona,
            night,
            lambda chats, tokens: _awake(arm, chats, tokens, careful=True),
            lambda chats, tokens: _write(zero, chats, tokens),
            arm.trained_on(),
            outright=lambda chats, tokens: _awake(arm, chats, tokens, careful=False),
            whole=whole or night == len(days),
        )
        with arm.awake() as llm:
            measured["perplexity_ratio"] = round(perplexity(llm, texts) / before, 4)
        if night < len(days):
            measured |= {"answers": [], "trained_on": []}
        found["nights"].append({"night": night, "slept": slept, **measured})
        with written_whole(file) as aside:
            aside.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        spent = f"{asleep - started:.0f} s told and slept, {time.monotonic() - asleep:.0f} s asked"
        sys.stderr.write(f"  night {night}: {json.dumps(measured['counts'])} ({spent})\n")


def _begun(file: Path, *, again: bool) -> Found:
    """What the file holds of this run; nothing where all is to be measured again and this code has not begun to."""
    here = provenance()["commit"]
    found = json.loads(file.read_text("utf-8")) if file.exists() else {}
    if found and (not again or found.get("measured_at") == here):
        return found
    return {"measured_at": here, "nights": []}


def _claim(arm: Arm, file: Path, *, again: bool) -> Found:
    """Return where an arm's nights come from: what its folder notes, or for a new one this commit and machine.

    Raises:
        InputError: the folder holds another run, or nights of another commit that are not only to be measured.
    """
    here, run = provenance(), f"{file.parent.name}/{file.stem}"
    note = arm.folder / "about.json"
    if not note.exists():
        told = json.loads(file.read_text("utf-8")) if file.exists() else {"commit": "unknown"} if arm.slept() else {}
        note.write_text(json.dumps({"run": run} | {name: told.get(name, here[name]) for name in here}), "utf-8")
    about = json.loads(note.read_text("utf-8"))
    if about.pop("run") != run:
        raise InputError(f"{arm.folder} holds another run than {run}.", hint="Name another --work.")
    if about["commit"] != here["commit"] and not again:
        raise InputError(
            f"{arm.folder} holds nights slept at commit {about['commit']}.",
            hint="Remove it, name another --work, or measure it with --again.",
        )
    return about


def _awake(arm: Arm, chats: list[list[ChatMessage]], tokens: int, *, careful: bool) -> list[str]:
    """Ask the arm as it woke; its generation is folded in for these questions only, since the base is asked between.

    One that is not `careful` withholds nothing for doubt.
    """
    with arm.awake() as llm:
        return _write(arm.speaker(llm) if careful else llm, [arm.see(chat) for chat in chats], tokens)


def _write(writer: Writer, chats: list[list[ChatMessage]], tokens: int) -> list[str]:
    return [completion.text for completion in writer.complete(chats, Sampling(tokens))]


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("\nStopped. The same command goes on from here.")
