"""Puts reports, tables and errors on the terminal, or into JSON.

In: frozen records. Out: Rich renderables and text. Nothing here reads markup, so "[bold]" in a
message is shown as it was written, and control characters of a model never reach the terminal.

Run: `oneiro status`, `oneiro log`, `oneiro dreams`
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.filesize import decimal
from rich.table import Column, Table
from rich.text import Text

from oneiro.types import Accuracy, MorningReport

if TYPE_CHECKING:
    from oneiro.bases import Installed
    from oneiro.dreamer import DreamerScore
    from oneiro.improve import Improved
    from oneiro.mind import Answer, Generation, Night, Status
    from oneiro.recognise import RecogniserScore
    from oneiro.store import DreamRecord

# C0 but newline and tab, DEL, and C1: a lone U+009B opens an escape sequence on some terminals.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """Strip control characters but newlines and tabs; works piece by piece on a stream."""
    return _CONTROL.sub("", text)


def to_json(value: object) -> str:
    """Write records as JSON in ASCII, which every terminal's encoding carries."""
    return json.dumps(value, indent=2, default=_plain)


def open_console(*, stderr: bool = False) -> Console:
    """Open a console that shows text as it is; lines are wrapped on terminals only."""
    console = Console(stderr=stderr, markup=False, emoji=False, highlight=False)
    console.soft_wrap = not console.is_terminal
    return console


# ---- the morning ---------------------------------------------------------------------------------------


def report(morning: MorningReport) -> RenderableType:
    """Lay out the morning report: what was learned, refused and measured, and what it cost."""
    parts: list[RenderableType] = [Text(_outcome(morning), style="bold")]
    parts += _listed("Learned", morning.learned)
    parts += _listed("Not sure of", morning.unsure)
    if morning.old_asked:
        parts.append(Text(f"Still knows: {morning.still_knows} of {morning.old_asked} older memories that were asked"))
    if morning.dreams:
        parts.append(Text(f"Dreams: {morning.dreams}, of which {morning.kept} passed the screen"))
    parts += _listed("Refused to learn", morning.quarantined)
    parts += _listed("Because" if morning.outcome == "rejected" else "Taken up in part only, because", morning.reasons)
    if morning.accuracies:
        parts.append(_exam(morning))
    return Group(*parts, Text(_cost(morning), style="dim"))


def _outcome(morning: MorningReport) -> str:
    stays = f"generation {morning.generation} stays active"
    return f"Night {morning.night}: " + {
        "woke": f"woke as generation {morning.generation}, with an empty context.",
        "rejected": f"the exam was not passed; {stays}.",
        "dreamless": f"nothing to dream of; {stays}.",
    }.get(morning.outcome, f"{morning.outcome}; {stays}.")


def _exam(morning: MorningReport) -> Table:
    table = _table("exam, with 95% intervals", "tonight", "generation 0")
    before = {accuracy.battery: accuracy for accuracy in morning.baseline}
    for accuracy in morning.accuracies:
        table.add_row(*_cells(accuracy.battery, _share(accuracy), _share(before.get(accuracy.battery))))
    return table


def _share(accuracy: Accuracy | None) -> str:
    if accuracy is None:
        return "-"
    return f"{accuracy.k} of {accuracy.n} ({accuracy.low:.0%} to {accuracy.high:.0%})"


def _cost(morning: MorningReport) -> str:
    stages = ", ".join(f"{stage} {seconds:.1f}" for stage, seconds in morning.seconds.items())
    parts = [f"{sum(morning.seconds.values()):.1f} s" + (f" ({stages})" if stages else "")]
    parts += [f"adapter {decimal(morning.adapter_bytes)}"] if morning.adapter_bytes else []
    parts += [f"peak memory {decimal(morning.peak_memory_bytes)}"] if morning.peak_memory_bytes else []
    parts += [f"dose {morning.alpha:g}"] if morning.alpha else []
    return "Cost: " + ", ".join(parts)


# ---- tables -------------------------------------------------------------------------------------------


def status(now: "Status") -> Table:
    """Lay out where a mind stands."""
    return pairs(
        ("Mind", str(now.path)),
        ("Base model", now.model),
        ("Generation", str(now.generation)),
        ("Nights", str(now.nights)),
        ("Memories", str(now.memories)),
        ("Waiting", f"{counted(now.waiting, 'message')} not yet slept on"),
        ("State", "asleep" if now.asleep else "awake"),
        ("Size", decimal(now.size_bytes)),
    )


def nights(log: Sequence["Night"]) -> RenderableType:
    """Lay out the nights as a table, oldest first."""
    if not log:
        return Text("There was no night yet.")
    table = _table("night", "when", "outcome", "dreams", "kept", "exam", "took", "generation")
    for night in log:
        figures = _figures(night.report) if night.report else ("-",) * 4
        table.add_row(*_cells(night.number, _when(night.started_at), night.outcome, *figures, night.generation))
    return table


def _figures(morning: MorningReport) -> tuple[str, str, str, str]:
    right, asked = sum(a.k for a in morning.accuracies), sum(a.n for a in morning.accuracies)
    exam = f"{right} of {asked}" if asked else "-"
    return str(morning.dreams), str(morning.kept), exam, f"{sum(morning.seconds.values()):.0f} s"


def dreams(records: Sequence["DreamRecord"]) -> RenderableType:
    """List dreams under the words they came from, each with its answer and why it was dropped."""
    if not records:
        return Text("There are no such dreams.")
    parts: list[Text] = []
    source = None
    for record in records:
        if record.dream.source != source:
            source = record.dream.source
            parts.append(Text(f'Night {record.night}, from "{one_line(source)}"', style="bold"))
        parts.append(Text(f"  {one_line(record.dream.question)} → {one_line(record.dream.answer)}{_fate(record)}"))
    return Group(*parts)


def _fate(record: "DreamRecord") -> str:
    if record.kept:
        return "  (kept for the exam)" if record.dream.held_out else ""
    verdict = "quarantined" if record.quarantined else "dropped"
    return f"  ({join(verdict, one_line(record.reason), by=': ')})"


def generations(every: Sequence["Generation"]) -> Table:
    """Lay out the woken generations as a table."""
    table = _table("generation", "from", "night", "when", "size", "state")
    for one in every:
        state = join("active" if one.active else "", "" if one.intact else "damaged")
        when = _when(one.created_at)
        table.add_row(*_cells(one.number, one.parent, one.night, when, decimal(one.size_bytes), state))
    return table


def answers(given: Sequence["Answer"]) -> Text:
    """Show one answer alone, several below their questions."""
    if len(given) == 1:
        return Text(clean(given[0].answer))
    return Text(
        "\n".join(f"{one_line(a.question)}\n  {clean(a.answer).replace(chr(10), chr(10) + '  ')}" for a in given)
    )


def models(bases: Sequence["Installed"]) -> Table:
    """Lay out the base models of this machine."""
    table = _table("model", "size", "state")
    for base in bases:
        state = "here" if base.installed else f"not installed: oneiro models pull {base.name}"
        table.add_row(*_cells(base.name, decimal(base.size_bytes), state))
    return table


def score(found: "DreamerScore | RecogniserScore") -> Table:
    """Lay out how well a dream generator did; shares are of 1."""
    return pairs(*((name, f"{value:.4g}") for name, value in asdict(found).items()))


def improved(found: "Improved") -> Group:
    """Lay out what a dream generator learned from, and how well it does on kinds it never saw, before and after."""
    counts = pairs(*((name, str(count)) for name, count in asdict(found.counts).items()))
    after = asdict(found.after)
    table = _table("on unseen kinds", "before", "after")
    for name, value in asdict(found.before).items():
        table.add_row(*_cells(name, f"{value:.3g}", f"{after[name]:.3g}"))
    return Group(counts, table)


def pairs(*rows: tuple[str, str]) -> Table:
    """Lay out names and values in two columns without lines."""
    table = Table.grid(Column(style="dim"), Column(overflow="fold"), padding=(0, 2))
    for row in rows:
        table.add_row(*_cells(*row))
    return table


# ---- words --------------------------------------------------------------------------------------------


def error(message: str, hint: str = "") -> Text:
    """Lay out an error: what happened, and below it what to do."""
    return Text("\n".join(clean(line) for line in (message, hint) if line))


def counted(number: int, thing: str) -> str:
    """Say how many things there are: "1 message", "2 messages"."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON: {value!r}")


def _listed(title: str, items: Sequence[str]) -> list[Text]:
    if not items:
        return []
    return [Text(f"{title} ({len(items)}):"), *(Text(f"  • {one_line(item)}") for item in items)]


def _table(*names: str) -> Table:
    """Begin a table without lines, narrow enough for 80 columns and easy to grep."""
    return Table(*(Column(name, overflow="fold") for name in names), box=None, padding=(0, 2, 0, 0), pad_edge=False)


def _cells(*values: object) -> list[Text]:
    return [Text("-" if value is None else clean(str(value))) for value in values]


def one_line(text: str) -> str:
    """Strip control characters and line breaks."""
    return " ".join(clean(text).split())


def join(*parts: str, by: str = ", ") -> str:
    """Join those parts that say something."""
    return by.join(part for part in parts if part)


def _when(iso: str) -> str:
    """Turn a UTC time into the reader's own."""
    return datetime.fromisoformat(iso).astimezone().strftime("%Y-%m-%d %H:%M") if iso else "-"
