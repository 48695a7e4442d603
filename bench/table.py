"""Makes the experiment's table and figures from the result files: `make table`. Nothing in them is typed by hand.

Reads `results/six_nights/ARM/PERSONA-SEED.json` and the like, writes `results/summary.json`, `results/figures/*.svg`
and README's table. Intervals are 95%: personas, not questions, are what is drawn (a t interval over personas, all their
seeds together), and the interval is never narrower than Wilson's on the questions asked, each counted once however many
runs it was asked in: five personas are few, and where all agree their spread would claim certainty.

Run: `python bench/table.py`
"""

import json
import statistics
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from intervals import interval, over_personas
from marked import ROOT, write_marked

from oneiro.evals.scoring import accuracy

_RESULTS = ROOT / "results"
_PERSONAS = ROOT / "bench" / "personas"
_SETTINGS = {"six_nights": ("report", 6), "thirty_nights": ("thirty", 30)}  # whose days, and how many
_MEASURES = {  # as README names them
    "recall": "recall",
    "recall_plain": "asked plainly",
    "recall_oldest": "oldest night",
    "update_new": "updates: new",
    "update_old": "updates: old",
    "knowledge": "knowledge kept",
    "bias_free": "bias-free",
    "role": "role",
    "abstention": "abstention",
    "refused_kept": "refusals kept",
}
_ALSO = (
    *("recall_outright", "recall_negation", "recall_third_person", "bias_chance", "invented"),
    *("role_kept", "useful_kept", "refused", "over_refused"),
)
_OF_ALL = frozenset(  # measures whose questions are the same for every persona, or nearly so
    "knowledge bias_free bias_chance role role_kept useful_kept refused refused_kept over_refused abstention "
    "invented".split()
)
_ARMS = {
    "oneiro": "**Oneiro**",
    "weighed": "Oneiro at `681e2e0`: answers are weighed and thought over",
    "before": "Oneiro at `dfeed34`: a reader taught on less",
    "earlier": "Oneiro at `b795007`: no doubt, nothing turned around",
    "no_sleep": "no sleep",
    "prompt": "all that was said in the prompt",
    "retrieval": "retrieval into the prompt",
    "raw_chat": "fine-tuning on the raw chat",
    "original": "the original author's recipe",
    "without_grounding": "Oneiro without grounding",
    "without_replay": "Oneiro without replay",
    "without_leash": "Oneiro without the leash",
    "without_screening": "Oneiro without screening",
    "without_dose": "Oneiro without smaller doses",
    "without_mirror": "Oneiro without questions turned around",
    "without_doubt": "Oneiro without doubt",
    "without_recognising": "Oneiro without recognising",
    "with_never_told": "Oneiro with never-told dreams",
}
_LAHAT = {"recall": [1.0] * 6, "bias_free": [0.5, 0.4, 0.6, 1.0, 1.0, 0.9]}  # published, cycles 1 to 6, about one fact
Run = dict[str, Any]
Found = dict[str, Any]


def main() -> None:
    """Write the summary, the figures and README's table."""
    if not any(_runs("six_nights", arm) for arm in _ARMS):
        raise SystemExit("results/six_nights holds no run of a persona to report. Make some with: make experiment")
    summary: dict[str, Any] = {}
    for setting in _SETTINGS:
        arms = {arm: runs for arm in _ARMS if (runs := _runs(setting, arm))}
        summary[setting] = {arm: _summary(runs) for arm, runs in arms.items()}
        if arms:
            _draw_lines(setting, {arm: runs for arm, runs in arms.items() if not arm.startswith("with")})
        if "oneiro" in arms:
            _draw_retention(setting, arms["oneiro"])
            _draw_ablations(setting, arms)
    text = json.dumps(summary, indent=1, ensure_ascii=False)
    (_RESULTS / "summary.json").write_text(text + "\n", encoding="utf-8")
    write_marked("experiment", _table(summary["six_nights"]), script="table.py")


def _runs(setting: str, arm: str) -> list[Run]:
    """The finished runs with personas to report: the others are for choosing settings."""
    folder, nights = _SETTINGS[setting]
    files = sorted((_RESULTS / setting / arm).glob("*.json"))
    runs = [{"persona": f.stem.rsplit("-", 1)[0], **json.loads(f.read_text("utf-8"))} for f in files]
    return [r for r in runs if (_PERSONAS / folder / r["persona"]).exists() and len(r["nights"]) == nights]


def _summary(runs: Sequence[Run]) -> dict[str, Any]:
    """Every measure after the last night, and what made it; one that a run of older code lacks counts nothing."""
    last = [(run["persona"], run["nights"][-1]) for run in runs]
    found: dict[str, Any] = {
        "runs": len(runs),
        "personas": len({run["persona"] for run in runs}),
        "nights": max(len(run["nights"]) for run in runs),
        "commits": sorted({run["commit"] for run in runs}),
    }
    for measure in (*_MEASURES, *_ALSO):
        counts = [(name, night["counts"].get(measure, [0, 0])) for name, night in last]
        found[measure] = _share(counts, of_all=measure in _OF_ALL)
    found["perplexity_ratio"] = _mean([(name, night["perplexity_ratio"]) for name, night in last])
    seconds = [night["slept"]["seconds"] for run in runs for night in run["nights"]]
    return found | {"seconds_a_night": round(statistics.mean(seconds), 1)}


def _share(counts: Sequence[tuple[str, list[int]]], *, of_all: bool = False) -> Found:
    """K of n over runs; `of_all` says that every persona is asked the same questions."""
    value, low, high = over_personas(counts)
    asked: dict[str, int] = defaultdict(int)
    for persona, (_, n) in counts:
        asked[persona] = max(asked[persona], n)
    distinct = max(asked.values(), default=0) if of_all else sum(asked.values())
    least = accuracy("", round(value * distinct), distinct)
    low, high = max(0.0, min(low, least.low)), min(1.0, max(high, least.high))
    found = interval(value, low, high, sum(n for _, (_, n) in counts))
    return {**found, "asked": dict(asked)} if of_all else found


def _mean(values: Sequence[tuple[str, float]]) -> Found:
    return interval(*over_personas([(persona, (value, 1)) for persona, value in values]), len(values))


def _table(arms: dict[str, Any]) -> str:
    first = next(iter(arms.values()))
    rows = [
        f"| {_ARMS[arm]} | {' | '.join(_cell(found[m], first[m]) for m in _MEASURES)} "
        f"| {found['perplexity_ratio']['value']:.3f} | {found['runs']} ({found['personas']}) "
        f"| {found['seconds_a_night']:.0f} s |"
        for arm, found in arms.items()
    ]
    return "\n".join(
        [
            f"After {first['nights']} nights with personas of our own writing that no recipe was tuned on; asked with "
            "an empty context in wordings no night trained on; percent with 95% intervals over personas, and of how "
            "many answers; † where other questions were asked than in the first row:",
            "",
            f"| | {' | '.join(_MEASURES.values())} | perplexity | runs (personas) | a night |",
            f"|{'---|' * (len(_MEASURES) + 4)}",
            *rows,
            "",
            "All measures, n, and every run: `results/summary.json`, `results/six_nights/`. Seconds are those of the "
            "machine that a run's file names, other runs beside it.",
        ]
    )


def _cell(found: Found, first: Found) -> str:
    """A share in percent, its interval and n, marked where a battery had another size than in the first row."""
    if not found["n"]:
        return "–"
    asked, asked_first = found.get("asked", {}), first.get("asked", {})
    other = any(asked[persona] != asked_first[persona] for persona in asked.keys() & asked_first.keys())
    share = f"{100 * found['value']:.0f} [{100 * found['low']:.0f}, {100 * found['high']:.0f}]"
    return f"{share} of {found['n']}{'†' if other else ''}"


def _draw_lines(setting: str, arms: dict[str, list[Run]]) -> None:
    """Recall, knowledge and bias night by night, an arm a line, with the original author's published points."""
    shown = ("recall", "recall_oldest", "knowledge", "bias_free")
    figure = _figure(12)
    for axes, measure in zip(figure.subplots(1, len(shown), sharey=True), shown, strict=True):
        for arm, runs in arms.items():
            nights = range(1, len(runs[0]["nights"]) + 1)
            shares = [_share([(r["persona"], r["nights"][n - 1]["counts"][measure]) for r in runs]) for n in nights]
            axes.plot(nights, [s["value"] for s in shares], marker=".", label=_ARMS[arm].strip("*"))
        if setting == "six_nights" and measure in _LAHAT:
            axes.plot(range(1, 7), _LAHAT[measure], "k:", label="Lahat (2025), published: gemma-3-4b, one fact")
        axes.set(title=_MEASURES[measure], xlabel="night", ylim=(-0.03, 1.03))
    figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    _save(figure, setting)


def _draw_retention(setting: str, runs: Sequence[Run]) -> None:
    """Recall by the age of a memory: how many nights ago it was told, whichever night it is asked after."""
    asked: dict[int, list[tuple[str, list[int]]]] = defaultdict(list)
    for run in runs:
        for after, night in enumerate(run["nights"], start=1):
            for told in range(1, after + 1):
                asked[after - told].append((run["persona"], night["counts"][f"recall_of_night_{told}"]))
    shares = [_share(asked[age]) for age in sorted(asked)]
    figure = _figure(5)
    axes = figure.subplots()
    axes.fill_between(sorted(asked), [s["low"] for s in shares], [s["high"] for s in shares], alpha=0.2)
    axes.plot(sorted(asked), [s["value"] for s in shares], marker=".")
    axes.set(title="Oneiro: recall by age of the memory", xlabel="nights since it was told", ylim=(-0.03, 1.03))
    _save(figure, f"{setting}_retention")


def _draw_ablations(setting: str, arms: dict[str, list[Run]]) -> None:
    """What each part of the night brings: measures without it, beside the whole for the same personas."""
    ablated = {arm: runs for arm, runs in arms.items() if arm.startswith("with")}
    if not ablated:
        return
    personas = {run["persona"] for runs in ablated.values() for run in runs}
    whole = [run for run in arms["oneiro"] if run["persona"] in personas]
    rows = {"oneiro": whole, **ablated} if whole else ablated
    shown = ("recall", "recall_oldest", "knowledge", "bias_free", "role", "refused_kept")
    figure = _figure(14)
    for axes, measure in zip(figure.subplots(1, len(shown), sharey=True), shown, strict=True):
        for row, runs in enumerate(rows.values()):
            last = [(run["persona"], run["nights"][-1]["counts"].get(measure, [0, 0])) for run in runs]
            found = _share(last, of_all=measure in _OF_ALL)
            if found["n"]:
                axes.plot([found["low"], found["high"]], [row, row], "C0")
                axes.plot([found["value"]], [row], "C0o")
        axes.set(title=_MEASURES[measure], xlim=(-0.03, 1.03), yticks=range(len(rows)))
        axes.set_yticklabels([_ARMS[arm].strip("*").removeprefix("Oneiro ") for arm in rows], fontsize=8)
    figure.axes[0].invert_yaxis()
    _save(figure, f"{setting}_ablations")


def _figure(width: float) -> Any:
    import matplotlib as mpl  # noqa: PLC0415 - an extra  # pyright: ignore
    from matplotlib.figure import Figure  # noqa: PLC0415  # pyright: ignore

    mpl.rcParams |= {"svg.hashsalt": "oneiro", "svg.fonttype": "none"}  # the same file for the same results
    return Figure(figsize=(width, 3.2), layout="constrained")


def _save(figure: Any, name: str) -> None:
    target = _RESULTS / "figures" / f"{name}.svg"
    target.parent.mkdir(exist_ok=True)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
