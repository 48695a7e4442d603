"""Writes README's account of the first night from `results/first_night.json`; nothing in it is typed by hand.

Run: `python bench/readme.py`
"""

import json
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[1]
_BEGIN, _END = "<!-- first night: written by bench/readme.py -->\n", "<!-- /first night -->\n"
_MOST = 88  # characters of an answer


def main() -> None:
    """Replace what stands between the two marks."""
    result = json.loads((_ROOT / "results" / "first_night.json").read_text(encoding="utf-8"))
    readme = _ROOT / "README.md"
    head, rest = readme.read_text(encoding="utf-8").split(_BEGIN)
    _, tail = rest.split(_END)
    readme.write_text(f"{head}{_BEGIN}\n{account(result)}\n{_END}{tail}", encoding="utf-8")


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
            f"{result['left_out']} questions were dreamed word for word and left out), "
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
