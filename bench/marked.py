"""Text that a script writes between two marks of README."""

from pathlib import Path

ROOT = Path(__file__).parents[1]


def write_marked(part: str, text: str, *, script: str) -> None:
    """Replace what stands between the marks of a part."""
    readme = ROOT / "README.md"
    begin, end = f"<!-- {part}: written by bench/{script} -->\n", f"<!-- /{part} -->\n"
    head, rest = readme.read_text(encoding="utf-8").split(begin)
    _, tail = rest.split(end)
    readme.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")
