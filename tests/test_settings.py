from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from oneiro.config import DreamerConfig, NightConfig
from oneiro.errors import BaseModelError, InputError, MindError, OneiroError
from oneiro.settings import SETTINGS, Settings, grow_on, override, parse_values, read_settings, write_settings


def settings_of(folder: Path, text: str | bytes) -> Settings:
    (folder / SETTINGS).write_bytes(text.encode() if isinstance(text, str) else text)
    return read_settings(folder)


@pytest.mark.parametrize("model", ["smollm2", "org/name@main", '/home/Amélie 🐶/it\'s "here"\\base'])
def test_settings_come_back_as_they_were_written(tmp_path: Path, model: str) -> None:
    settings = Settings(model, "ab" * 32, {"seed": 4, "train": {"epochs": 8, "learning_rate": 0.002}})
    write_settings(tmp_path, settings)
    assert read_settings(tmp_path) == settings
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS]


def test_without_overrides_a_night_is_the_default_night() -> None:
    assert Settings("smollm2").night_config() == NightConfig()


def test_an_override_changes_its_own_setting_and_no_other() -> None:
    config = Settings("smollm2", overrides={"train": {"epochs": 9}, "exam": {"doses": [1.0, 0.5]}}).night_config()
    expected: dict[str, Any] = asdict(NightConfig())
    expected["train"]["epochs"] = 9
    expected["exam"]["doses"] = (1.0, 0.5)
    assert asdict(config) == expected


def test_one_count_can_be_overridden_in_a_table_of_counts() -> None:
    config = Settings("smollm2", overrides={"dream": {"per_kind": {"direct": 5}}}).night_config()
    assert config.dream.per_kind == NightConfig().dream.per_kind | {"direct": 5}


def test_the_kind_change_can_be_asked_for_too() -> None:
    config = Settings("smollm2", overrides={"dream": {"per_kind": {"change": 2}}}).night_config()
    assert config.dream.per_kind["change"] == 2


@pytest.mark.parametrize(("own", "asked", "used"), [(5, None, 5), (5, 0, 0), (5, 7, 7)])
def test_a_seed_asked_for_wins(own: int, asked: int | None, used: int) -> None:
    assert Settings("smollm2", overrides={"seed": own}).night_config(asked).seed == used


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[night]\nsed = 1", "night.sed"),
        ("[night.train]\nepoch = 1", "night.train.epoch"),
        ("[night.dream.per_kind]\nsideways = 1", "sideways"),
        ('[night.train]\nepochs = "many"', "night.train.epochs"),
        ("[night.train]\nepochs = 1.5", "night.train.epochs"),
        ("[night]\ntrain = 5", "night.train"),
        ("[night.train]\nbatch_size = 0", "night.train.batch_size"),
        ("[night.merge]\nr = -1", "night.merge.r"),
        ("[night.exam]\ndoses = [1.0, 'half']", "night.exam.doses"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, named: str) -> None:
    settings = settings_of(tmp_path, f'[base]\nmodel = "smollm2"\n{text}')
    with pytest.raises(InputError) as caught:
        settings.night_config()
    assert named in caught.value.message
    assert SETTINGS in caught.value.message


@pytest.mark.parametrize("night", ["5", '"late"', "[1]", "true"])
def test_a_night_that_is_no_table_is_an_error_with_words(tmp_path: Path, night: str) -> None:
    with pytest.raises(OneiroError, match=SETTINGS):
        settings_of(tmp_path, f'night = {night}\n[base]\nmodel = "smollm2"').night_config()


@pytest.mark.parametrize("line", ["night = 3", "[[night]]", "[train]\nepochs = 3"])
def test_a_table_that_is_none_says_how_one_is_written(tmp_path: Path, line: str) -> None:
    top, below = (line, "") if line.startswith("night") else ("", line)
    with pytest.raises(MindError, match=SETTINGS) as caught:
        settings_of(tmp_path, f'{top}\n[base]\nmodel = "smollm2"\n{below}')
    assert "[night.train]" in caught.value.hint


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('[base]\nmodel = "a"  # mine\nsha256 = ""\n', '[base]\nsha256 = "HASH"\nmodel = "a"  # mine\n'),
        ("[base]\nmodel = 'a'", '[base]\nsha256 = "HASH"\nmodel = "a"'),
        ('[base]\nsha256=""\nmodel="a"\n', '[base]\nsha256 = "HASH"\nmodel = "a"\n'),
        ('base = {model = "a"}\n', '[base]\nmodel = "a"\nsha256 = "HASH"\n\n[night.train]\nepochs = 3\n'),
    ],
)
def test_noting_the_hash_keeps_what_else_stands_in_the_file(tmp_path: Path, before: str, after: str) -> None:
    rest = "\n# slowly\n[night.train]\nepochs = 3  # of two\n"
    settings_of(tmp_path, before + rest)
    grow_on(tmp_path, "f" * 64)
    written = (tmp_path / SETTINGS).read_text(encoding="utf-8")
    assert written in ((after + rest).replace("HASH", "f" * 64), after.replace("HASH", "f" * 64))
    assert read_settings(tmp_path) == Settings("a", "f" * 64, {"train": {"epochs": 3}})


@pytest.mark.parametrize(
    "text", ["", "[base]", 'base = "smollm2"', "base = 1", "base = [1]", "[base\nmodel", b"\xff\xfe", "[base]\nmodel"]
)
def test_settings_that_cannot_be_read_are_named(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(MindError) as caught:
        settings_of(tmp_path, text)
    assert str(tmp_path / SETTINGS) in caught.value.message


def test_a_folder_without_settings_is_no_mind(tmp_path: Path) -> None:
    with pytest.raises(MindError, match="is no mind") as caught:
        read_settings(tmp_path)
    assert str(tmp_path) in caught.value.message


def test_other_weights_than_those_the_mind_grew_on_are_refused(tmp_path: Path) -> None:
    write_settings(tmp_path, Settings("smollm2"))
    grow_on(tmp_path, "a" * 64)
    grow_on(tmp_path, "a" * 64)
    with pytest.raises(BaseModelError, match=r"aaaaaaaaaaaa.*bbbbbbbbbbbb"):
        grow_on(tmp_path, "b" * 64)


def test_settings_of_the_command_line_are_read_and_replace_defaults() -> None:
    values = parse_values(["turns=40", "nothing = 0.5", "seed=3"])
    config = override(DreamerConfig(), values, "dreamer")
    assert config == replace(DreamerConfig(), turns=40, nothing=0.5, seed=3)


@pytest.mark.parametrize(
    ("pair", "named"),
    [
        ("turns", "turns"),
        ("turns=", "turns="),
        ("turn=1", "dreamer.turn"),
        ("turns='x'", "dreamer.turns"),
        ("turns=-1", "dreamer.turns"),
    ],
)
def test_a_wrong_setting_of_the_command_line_is_named(pair: str, named: str) -> None:
    with pytest.raises(InputError) as caught:
        override(DreamerConfig(), parse_values([pair]), "dreamer")
    assert named in caught.value.message
