"""Scenario files: read, overridden, checked, and written as a new one beside the old."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from geo_planner.config.declared import Layers, Propagation, Province, Scenario, Terrain
from geo_planner.errors import Fault, InputError, OutputError, UsageError, bounded, fault, system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.files.folders import no_plain_file, stands_there
from geo_planner.preferences import Criterion, RankingSettings
from geo_planner.schema import LAYERS
from geo_planner.settings import DEEPEST, read_settings, setting_fault, unfit_values
from geo_planner.words import first_of

OPTIONAL_LAYERS = {layer.name: layer.path for layer in LAYERS.values() if layer.found}
"""Where an optional layer stands when the scenario does not name it: taken where the file is there."""


def load_scenario(path: Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario file and apply ``path.to.key=value`` overrides.

    Paths inside the scenario are relative to the study area (the folder that holds ``scenarios/``); a path given as an
    override is relative to the working directory and made absolute here.

    Raises
    ------
    UsageError
        When there is no such file or an override is not of the form ``key=value``.
    InputError
        With a fault for every unknown key and every value of the wrong type or range.
    """
    file = f"{path.parent.name[:80]}/{path.name[:80]}"
    return parse_scenario(apply_overrides(read_document(path, file), overrides), file=file)


def scenarios_in(folder: Path) -> list[Path]:
    """What bears the name of a scenario in a folder, by name: endings in any case, as Windows has them, and nothing hidden; none where it cannot be read."""
    try:
        found = list(folder.iterdir())
    except OSError:
        return []
    return sorted(path for path in found if path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith("."))


def with_optional_layers(scenario: Scenario, root: Path) -> Scenario:
    """The scenario with the optional layers that stand in their usual place named, so that the manifest names them too.

    What bears the name and cannot be read is named as well: the readers say what is wrong with it.
    """
    there = {
        name: path
        for name in OPTIONAL_LAYERS
        if getattr(scenario.layers, name) is None
        and (path := next((place for place in usual_places(name) if stands_there(root / place)), None)) is not None
    }
    return scenario.model_copy(update={"layers": scenario.layers.model_copy(update=there)}) if there else scenario


def usual_places(layer: str) -> tuple[str, ...]:
    """Where an optional layer is looked for, the usual place first."""
    return (LAYERS[layer].path, *LAYERS[layer].also)


def naming_layers(path: Path) -> Scenario:
    """As much of a faulty scenario as names its layers, so that these can be checked in the same run.

    Sections that do not hold by themselves count as their defaults; the ranking is a placeholder. Not for planning.
    """
    try:
        document = read_document(path, path.name)
        if unfit_values(document, path.name):
            document = {}
    except (InputError, UsageError):
        document = {}
    document = document or _layers_that_lie_there(path.absolute().parent.parent)
    usable: dict[str, Any] = {}
    for name, section in (("layers", Layers), ("terrain", Terrain), ("propagation", Propagation)):
        with contextlib.suppress(ValidationError):
            usable[name] = section.model_validate(document.get(name, {}))
    criterion = Criterion(name="households", vi="-", en="-", bounds=(0, 1), weight=1)
    return Scenario(name="layers_only", province=Province(code="00", name="-"), ranking=RankingSettings(criteria=(criterion,)), **usable)


def _layers_that_lie_there(root: Path) -> dict[str, Any]:
    """What a scenario that cannot be read may have named: no file is called missing because of it."""
    former, terrain = Layers().former_communes, Terrain().path
    found: dict[str, Any] = {} if former and (root / former).is_file() else {"layers": {"former_communes": None}}
    rasters = [] if terrain and (root / terrain).is_file() else sorted(root.glob("terrain/*.tif"))
    return {**found, "terrain": {"path": rasters[0].relative_to(root).as_posix()}} if rasters else found


def read_document(path: Path, file: str) -> dict[str, Any]:
    """The settings of a scenario as they stand in its file, before they are checked.

    Raises
    ------
    UsageError
        When there is no such file.
    InputError
        When it cannot be read as settings.
    """
    why = no_plain_file(path)
    if why == "missing":
        raise UsageError("no_scenario.missing", path=str(path)[:300])
    if why is not None:
        raise InputError([fault(file, "unreadable.scenario", why=why)])
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([fault(file, "encoding.scenario", at=error.start + 1)]) from error
    except OSError as error:
        raise InputError([fault(file, "unreadable.scenario_on_disk", why=system_says(error))]) from error
    document = read_settings(text, file)
    if not isinstance(document, Mapping):
        raise InputError([fault(file, "yaml.no_settings")])
    return dict(document)


def parse_scenario(document: Mapping[str, Any], *, file: str) -> Scenario:
    """Check a scenario that is already a mapping; see :func:`load_scenario` for the errors."""
    unfit = unfit_values(document, file)
    try:
        scenario = Scenario.model_validate(document)
    except ValidationError as error:
        told = {found.column for found in unfit}
        wrong = [found for item in error.errors(include_url=False) if (found := setting_fault(file, item)).column not in told]
        raise InputError([*unfit, *bounded(wrong)]) from error
    if unfit:
        raise InputError(unfit)
    return scenario


def apply_overrides(document: dict[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """A copy of the document with ``path.to.key=value`` settings put in; values are read as YAML."""
    for text in overrides:
        key, equals, raw = text.partition("=")
        parts = key.strip().split(".")
        if not equals or not all(parts):
            raise UsageError("override.form", text=text[:80])
        shown = text if len(text) <= 80 and text.isprintable() else f"{ascii(text[:80])[1:-1]}…"
        try:
            value: Any = read_settings(raw, "--set") if raw.strip() else None
        except InputError as error:
            found = error.faults[0].said
            why = dict(found.facts)["why"] if found.key == "yaml.not_valid" else found
            raise UsageError("override.value", text=shown, why=why) from error
        if isinstance(value, str) and (parts[0] == "layers" or parts == ["terrain", "path"]):
            value = _absolute(value, shown)
        document = _put(document, parts, value)
    return document


def check_overrides(documents: Sequence[Mapping[str, Any]], overrides: Sequence[str]) -> None:
    """Refuse ``path.to.key=value`` settings that none of several scenarios can take, before any of them is run.

    What some of them can take is left to each. Without a scenario the form alone is looked at.

    Raises
    ------
    UsageError
        When an override cannot be put into any of the documents.
    InputError
        With what each of them would have wrong, and has not by itself; the file of the faults is ``--set``.
    """
    applied = [dict(document) for document in documents] or [{}]
    for text in overrides:
        refused = []
        for number, document in enumerate(applied):
            try:
                applied[number] = apply_overrides(document, [text])
            except UsageError as error:
                refused.append(error)
        if len(refused) == len(applied):
            raise refused[0]
    faults = [_faults_added(before, after) for before, after in zip(documents, applied, strict=False)]
    common = set.intersection(*({(found.code, found.column) for found in of_one} for of_one in faults)) if faults else set()
    if common:
        raise InputError([found for found in faults[0] if (found.code, found.column) in common])


def _faults_added(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Fault]:
    """What a changed document has wrong and the former one has not."""

    def faults(document: Mapping[str, Any]) -> Sequence[Fault]:
        try:
            parse_scenario(document, file="--set")
        except InputError as error:
            return error.faults
        return ()

    wrong = faults(after) if after != before else ()
    own = faults(before) if wrong else ()
    return [found for found in wrong if found not in own]


def with_values(document: Mapping[str, Any], values: Mapping[str, Any], *, file: str) -> dict[str, Any]:
    """A copy of the document with settings put in by their dotted paths, as ``--set`` names them; paths of files stay as they are given.

    Raises
    ------
    InputError
        With a fault for every path that leads nowhere.
    """
    faults: list[Fault] = []
    found: dict[str, Any] = dict(document)
    for key, value in values.items():
        shown, parts = ascii(key[:80])[1:-1], key.split(".")
        if not all(parts) or len(parts) > DEEPEST:
            faults.append(fault(file, "changed_setting.path", column=shown, path=shown))
            continue
        try:
            found = _put(found, parts, value)
        except UsageError as error:
            faults.append(fault(file, f"changed_setting.{error.said.key.rpartition('.')[2]}", column=shown, **dict(error.said.facts)))
    if faults:
        raise InputError(bounded(faults))
    return found


def _absolute(path: str, shown: str) -> str:
    try:
        return str(Path(path).resolve())
    except (OSError, ValueError, RuntimeError) as error:
        raise UsageError("override.file", text=shown) from error


def write_scenario(base: Path, new: Path, sections: Mapping[str, Any], overrides: Sequence[str] = ()) -> None:
    """Write a scenario that is `base` with some sections replaced, under the name of its file; comments elsewhere stay where they are.

    Raises
    ------
    UsageError
        When `new` is there already, or would not lie beside `base`, where its paths hold.
    InputError
        When `base` cannot be read or the result is no valid scenario.
    OutputError
        When `new` cannot be written.
    """
    check_new_scenario(base, new)
    sections = {"name": _plain_name(new.stem), **sections}
    document = {**apply_overrides(read_document(base, base.name), overrides), **sections}
    parse_scenario(document, file=new.name)
    text = _with_sections(base.read_text(encoding="utf-8-sig"), sections)
    if overrides or read_settings(text, new.name) != document:
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    try:
        put_in_place(new, text.encode("utf-8"), new=True)
    except FileExistsError as error:
        raise UsageError("new_scenario.there_already", path=new) from error
    except OSError as error:
        raise OutputError("not_written.scenario", path=new, why=system_says(error)) from error


def _plain_name(stem: str) -> str:
    """A file's name as a scenario's: without marks and blanks.

    >>> _plain_name("hiệu chỉnh 2026")
    'hieu_chinh_2026'
    """
    bare = unicodedata.normalize("NFKD", stem.replace("đ", "d").replace("Đ", "D"))
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", "".join(sign for sign in bare if not unicodedata.combining(sign)))


def _with_sections(text: str, sections: Mapping[str, Any]) -> str:
    """The text of a scenario with its top-level entries of these names taken out and put at the end; all other lines as they are."""
    kept, skipping = [], False
    for line in text.splitlines():
        key = re.match(r"([^\s#:][^:]*):(\s|$)", line)
        if key:
            skipping = key[1].strip("'\"") in sections
        if not skipping or line.startswith("#"):
            kept.append(line)
    return "\n".join(kept).rstrip() + "\n\n" + yaml.safe_dump(dict(sections), allow_unicode=True, sort_keys=False)


def check_new_scenario(base: Path, new: Path) -> None:
    """Refuse a name under which no scenario can be put beside `base`; before long work, so that it is not in vain.

    Raises
    ------
    UsageError
    """
    if stands_there(new):
        raise UsageError("new_scenario.there_already", path=new)
    if new.parent.is_symlink():
        raise UsageError("new_scenario.link", folder=new.parent)
    if new.suffix != ".yaml" or new.resolve().parent != base.resolve().parent:
        raise UsageError("new_scenario.elsewhere", path=new, base=base)


def _put(node: Any, parts: Sequence[str], value: Any) -> Any:
    """`node` with one value replaced; lists are entered by position or by the ``name`` of an item."""
    if not parts:
        return value
    head, rest = parts[0], parts[1:]
    if isinstance(node, list):
        names = [item.get("name") if isinstance(item, Mapping) else None for item in node]
        at = int(head) if head.isdecimal() and len(head) < 10 else (names.index(head) if head in names else -1)
        if not 0 <= at < len(node):
            raise UsageError("override.item", item=head[:80], known=first_of([str(name)[:80] for name in names], 50))
        return [_put(item, rest, value) if i == at else item for i, item in enumerate(node)]
    if node is not None and not isinstance(node, Mapping):
        raise UsageError("override.no_group", item=head[:80])
    group = node or {}
    key = head if head in group else next((known for known in group if str(known) == head), head)  # classes of land cover are numbers
    return {**group, key: _put(group.get(key), rest, value)}
