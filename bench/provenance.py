"""Where a published result comes from: the commit, the command and the machine."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import torch
from marked import ROOT

from oneiro.llm import cpu_multiplies_bf16


def provenance() -> dict[str, object]:
    """Name the commit (marked when the tree has changes), the command and the hardware of this run.

    Whether a CPU multiplies in bf16 is told, since a night takes several times as long where it does not.
    """
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--exclude", "*"], capture_output=True, text=True, check=True
    )
    return {
        "command": " ".join(["python", *_without_places(sys.argv)]),
        "commit": described.stdout.strip(),
        "hardware": ", ".join([f"{os.cpu_count()} cores", _processor(), *_numbers()]),
    }


def _without_places(arguments: list[str]) -> list[str]:
    """Leave out where the project lies and a run kept its files: that is this machine's, and changes no result."""
    script = Path(arguments[0]).resolve()
    kept = [str(script.relative_to(ROOT)) if script.is_relative_to(ROOT) else arguments[0], *arguments[1:]]
    for option in ("--work", "--out"):
        if option in kept:
            del kept[kept.index(option) : kept.index(option) + 2]
    return kept


def _numbers() -> list[str]:
    if torch.cuda.is_available():
        return [torch.cuda.get_device_name()]
    return ["bf16" if cpu_multiplies_bf16() else "fp32"]


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
