"""`mind.toml`: which base a mind grew on, and its own settings for the night.

[base]
model = "smollm2"
sha256 = "…"        # of the base's weights; empty until they were first loaded

[night.train]       # any field of oneiro.config.NightConfig
epochs = 8
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import TypeAdapter, ValidationError

from oneiro.config import DEFAULT_MODEL, NightConfig
from oneiro.errors import InputError, MindError, other_weights
from oneiro.whole import written_whole

SETTINGS = "mind.toml"
DATABASE = "mind.db"
DREAMER = "dreamer"  # this mind's own dream generator, where it has one
LOCK = "sleep.lock"  # held all night
LOG = "sleep.log"
_TABLES = ("base", "night")
_EXAMPLE = "Settings of a night stand in tables like [night.train], with lines like epochs = 3."
_HASH_LINE = re.compile(r"^[ \t]*sha256[ \t]*=.*\n?", re.MULTILINE)
_MODEL = re.compile(r"""^[ \t]*model[ \t]*=[ \t]*("(?:[^"\\\n]|\\.)*"|'[^'\n]*')""", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Settings:
    """What `mind.toml` says."""

    model: str
    sha256: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)

    def night_config(self, seed: int | None = None) -> NightConfig:
        """The defaults with this mind's overrides.

        Raises:
            InputError: an override names no setting, or has the wrong type.
        """
        config = override(NightConfig(), self.overrides, f"{SETTINGS}: night")
        return config if seed is None else replace(config, seed=seed)


def override(config: Any, values: dict[str, Any], name: str) -> Any:
    """Return a configuration with some of its fields replaced, nested tables included.

    Raises:
        InputError: a value names no field of the configuration, or has the wrong type; `name` says of what.
    """
    merged = _overlay(asdict(config), values, name)
    try:
        return TypeAdapter(type(config)).validate_python(merged)
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(str(part) for part in (name, *problem["loc"]))
        raise InputError(f"In {where}: {problem['msg']}.") from error


def parse_values(pairs: Sequence[str]) -> dict[str, Any]:
    """Read settings written as NAME=VALUE, the value in TOML.

    Raises:
        InputError: one of them cannot be read.
    """
    values: dict[str, Any] = {}
    for pair in pairs:
        try:
            _lay_over(values, tomllib.loads(pair))
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"The setting {pair} cannot be read.", hint="Write it like --set turns=400") from error
    return values


def _lay_over(values: dict[str, Any], others: dict[str, Any]) -> None:
    """Add to `values`, table by table: `train.r=8` and `train.epochs=2` are two fields of one."""
    for key, value in others.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            _lay_over(values[key], value)
        else:
            values[key] = value


def _overlay(defaults: dict[str, Any], overrides: dict[str, Any], where: str) -> dict[str, Any]:
    merged = dict(defaults)
    for key, value in overrides.items():
        if key not in defaults:
            raise InputError(f"The setting {where}.{key} does not exist.", hint=f"Known: {', '.join(defaults)}.")
        nested = isinstance(value, dict) and isinstance(defaults[key], dict) and key != "per_kind"
        if nested:
            merged[key] = _overlay(defaults[key], value, f"{where}.{key}")
        else:  # counts by kind are completed; which kinds there are is checked with the types
            merged[key] = {**defaults[key], **value} if isinstance(value, dict) and key == "per_kind" else value
    return merged


def read_settings(mind: Path) -> Settings:
    """Read a mind's settings.

    Raises:
        MindError: the folder is no mind, or the file cannot be read.
    """
    path = mind / SETTINGS
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        base, night = data["base"], data.get("night", {})
        settings = Settings(str(base["model"]), str(base.get("sha256", "")), night)
    except FileNotFoundError as error:
        raise MindError(f"{mind} is no mind: it has no {SETTINGS}.", hint="Name another folder with --mind.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise MindError(
            f"The settings {path} cannot be read ({error}).",
            hint='It needs a table [base] with model = "…".',
        ) from error
    unknown = [name for name in data if name not in _TABLES]
    if unknown:
        raise MindError(f"{path} has {unknown[0]}, which is none of the tables {', '.join(_TABLES)}.", hint=_EXAMPLE)
    if not isinstance(night, dict):
        raise MindError(f"In {path}, night is no table: {night!r}.", hint=_EXAMPLE)
    return settings


def grow_on(mind: Path, sha256: str) -> None:
    """Note the weights that a mind grows on when they are first loaded; later, refuse others.

    Raises:
        BaseModelError: the hashes differ.
    """
    settings = read_settings(mind)  # as the file is now: it may have been edited since the mind was opened
    if settings.sha256 and settings.sha256 != sha256:
        raise other_weights("This mind", settings.model, settings.sha256, sha256)
    if not settings.sha256:
        note_base(mind, replace(settings, sha256=sha256))


def note_base(mind: Path, settings: Settings) -> None:
    """Write the name and the hash of a mind's base into its file; all else there stays as its user wrote it."""
    base = {"sha256": settings.sha256, "model": settings.model}
    text = _HASH_LINE.sub("", (mind / SETTINGS).read_text(encoding="utf-8"))
    text = _MODEL.sub(lambda _: tomli_w.dumps(base).rstrip(), text, count=1)
    if base.items() <= tomllib.loads(text)["base"].items():
        _write(mind, text)
    else:  # the base stands in no table of its own
        write_settings(mind, settings)


def write_settings(mind: Path, settings: Settings) -> None:
    """Write a mind's settings, whole or not at all."""
    data: dict[str, Any] = {"base": {"model": settings.model or DEFAULT_MODEL, "sha256": settings.sha256}}
    if settings.overrides:
        data["night"] = settings.overrides
    _write(mind, tomli_w.dumps(data))


def _write(mind: Path, text: str) -> None:
    with written_whole(mind / SETTINGS) as aside:
        aside.write_text(text, encoding="utf-8")
