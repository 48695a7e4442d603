"""Writes README's account of the first night and of its cost from `results/`; no figure in it is typed by hand.

Run: `python bench/readme.py`
"""

import json
import statistics
from typing import Any

from marked import ROOT, write_marked

_MOST = 88  # characters of an answer
_ROADS = {
    "oneiro": "Oneiro",
    "trl": "TRL's `SFTTrainer`, dreams written one at a time",
    "original": "the original recipe, 17 chats of seven of the same dreams",
}


def main() -> None:
    """Replace what stands between the marks."""
    write_marked("first night", account(_read("first_night")), script="readme.py")
    write_marked("speed", cost(_read("bench")), script="readme.py")


def _read(name: str) -> dict[str, Any]:
    return json.loads((ROOT / "results" / f"{name}.json").read_text(encoding="utf-8"))


def cost(bench: dict[str, Any]) -> str:
    """The same night by every road, and how fast the awake model answers."""
    rows = []
    for road, name in _ROADS.items():
        runs = bench["roads"]["roads"][road]
        spent = {part: statistics.median(run["seconds"][part] for run in runs) for part in ("night", "dream", "train")}
        right, asked = runs[0]["recall"]
        kept, known = runs[0]["knowledge_kept"]
        rows.append(
            f"| {name} | {spent['night']:.0f} s | {spent['dream']:.0f} s | {spent['train']:.0f} s | {right} of {asked} "
            f"| {kept} of {known} | {runs[0]['peak_memory_bytes'] / 1e9:.1f} GB |"
        )
    return "\n".join(
        [
            f"The demo's ten memories, slept on by three roads ({bench['hardware']}; one run and one seed each, commit "
            f"`{bench['roads']['commit']}`; one-at-a-time writing timed on every eighth text and scaled):",
            "",
            "| | night | dreaming | training | recall | knowledge kept | peak memory |",
            "|---|---|---|---|---|---|---|",
            *rows,
            "",
            f"Awake it answers with {bench['chat_tokens_per_second']:.0f} tokens a second "
            f"({bench['awake']['equal_to_generate']} of {bench['awake']['prompts']} greedy answers are to the letter "
            "those of transformers' `generate` on the same bf16 weights, "
            f"{bench['awake']['equal_to_generate_fp32']} those on fp32 ones). All of it: `results/bench.json`.",
        ]
    )


def account(result: dict[str, Any]) -> str:
    """What the model said, a question for each memory, and the counts."""
    answers = [a for a in result["answers"] if a["battery"] == "recall"]
    first = {a["memory"]: a["question"] for a in reversed(answers)}.values()
    rows = [
        f"| {a['question']} | {_cut(a['before'])} | {'✓' if a['correct'] else '✗'} {_cut(a['after'])} |"
        for a in answers
        if a["question"] in first or not a["correct"]
    ]
    before, after = ({c["battery"]: c for c in result[when]} for when in ("before", "after"))
    recall, known, never = after["recall"], after["knowledge"], after["abstention"]
    night = result["night"]
    return "\n".join(
        [
            "What the demo's model said: each memory's first question that was not dreamed word for word, and all it "
            f"got wrong (commit `{result['commit']}`, {result['hardware']}; dose {night['alpha']:g}):",
            "",
            "| asked with an empty context | before the night | after it |",
            "|---|---|---|",
            *rows,
            "",
            f"All of it: recall {recall['k']} of {recall['n']} ({recall['k'] / recall['n']:.0%}, 95% interval "
            f"{recall['low']:.0%} to {recall['high']:.0%}; before the night {before['recall']['k']}; "
            f"dreamed word for word and left out: {result['left_out']}), "
            f"general knowledge {known['k']} of {known['n']} (before: {before['knowledge']['k']}), "
            f"{never['n'] - never['k']} of {never['n']} never-told questions got an invented answer, "
            f"{result['seconds']} s in all (`results/first_night.json`).",
        ]
    )


def _cut(answer: str) -> str:
    text = " ".join(answer.split()).replace("|", "\\|")
    return text if len(text) <= _MOST else text[: text.rfind(" ", 0, _MOST)] + " …"


if __name__ == "__main__":
    main()
