"""Scenarios made, changed and taken away: checked whole before anything is written, under the study area's lock, nothing lost.

What was there before stays as a dated copy (:mod:`geo_planner.scenario_files.former`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from geo_planner.config import parse_scenario, read_document, with_values
from geo_planner.errors import InputError, OutputError, UsageError, fault, system_says
from geo_planner.files.atomic import put_in_place
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.files.folders import is_link, refuse_link
from geo_planner.files.lock import locked
from geo_planner.scenario_files.edited import edited
from geo_planner.scenario_files.former import Former, as_former, keep_copy, last_change, settle_copies
from geo_planner.scenario_files.titles import clean_title, file_stem, free_path, refuse_taken, scenario_files, title_of

_OWN_WAY = ("name", "title_vi", "title_en")
"""What a scenario is called: given by its title, never beside it."""


def save_as(base: Path, title_vi: str, changes: Mapping[str, Any], *, title_en: str | None = None) -> Path:
    """Write a named scenario beside `base`, with some settings changed; comments and order stay as far as can be.

    Parameters
    ----------
    changes : mapping of str to value
        By dotted path, as ``--set`` names settings; files as the scenario names them, relative to the study area.
    title_en : str, optional
        The Vietnamese title stands for it where it is left out.

    Returns
    -------
    Path
        The new file, named after the title; never one that was there.

    Raises
    ------
    UsageError
        When there is no such base, the title is no title, or another scenario bears it.
    InputError
        With all faults of the changes and of the scenario that would come of them.
    OutputError
        When nothing may be written there.
    """
    title = clean_title(title_vi)
    english = title if title_en is None else clean_title(title_en)
    if given := [key for key in changes if key in _OWN_WAY]:
        raise InputError([fault(base.name, "changed_setting.named_by_title", column=key) for key in given])
    with _writing(base.parent):
        refuse_taken(base.parent, title, None)
        new = free_path(base.parent, file_stem(title))
        names = {"name": new.stem, "title_vi": title, "title_en": english}
        _put(new, _changed_text(base, {**names, **changes}), new=True)
        _kept_or_taken_back(new)
    return new


def duplicate(path: Path, title_vi: str) -> Path:
    """The same scenario under another title; errors as of :func:`save_as`."""
    return save_as(path, title_vi, {})


def change(path: Path, changes: Mapping[str, Any]) -> Path:
    """Change settings of a scenario, its titles among them; returns the dated copy of what it was.

    Raises
    ------
    UsageError
        When there is no such scenario, nothing would change, or another scenario bears the new title.
    InputError, OutputError
        As of :func:`save_as`; the scenario is then as it was.
    """
    if "name" in changes:
        raise InputError([fault(path.name, "changed_setting.named_by_title", column="name")])
    titles = {key: clean_title(str(changes[key])) for key in ("title_vi", "title_en") if key in changes}
    with _writing(path.parent, path):
        if "title_vi" in titles:
            refuse_taken(path.parent, titles["title_vi"], path)
        text = _changed_text(path, {**changes, **titles})
        if text == path.read_text(encoding="utf-8-sig"):
            raise UsageError("scenario_unchanged", title=title_of(path))
        copy = keep_copy(path, "changed")
        _put(path, text)
    return copy


def delete(path: Path) -> Path:
    """Take a scenario away; returns its dated copy.

    Raises
    ------
    UsageError
        When there is no such scenario, or it is the last one.
    OutputError
        When it cannot be taken away; then it is still there.
    """
    with _writing(path.parent, path):
        if scenario_files(path.parent) == [path]:
            raise UsageError("last_scenario", title=title_of(path))
        return _taken_away(path, "deleted")


def restore(copy: Path) -> Path:
    """Bring a dated copy back: in place of the scenario as it is now, which is kept too, or again beside the others where it was taken away.

    Raises
    ------
    UsageError
        When it is no such copy, or another scenario bears its title by now.
    OutputError
        When nothing may be written there.
    """
    found = as_former(copy)
    if found is None:
        raise UsageError("no_former_copy", name=copy.name[:120])
    folder = copy.parent.parent
    with _writing(folder):
        path = folder / f"{found.stem}{found.ending}"
        if found.done in ("deleted", "removed"):
            path = free_path(folder, found.stem, found.ending)
        refuse_taken(folder, found.title, path)
        if path.is_file():
            keep_copy(path, "replaced")
            _put(path, _text_of(found, path))
        else:
            _put(path, _text_of(found, path), new=True)
            _kept_or_taken_back(path)
    return path


def undo(root: Path, last: Former | None = None) -> Path:
    """Take the last change in a study area back; again: the one before it. What is taken back is kept as a copy.

    Parameters
    ----------
    last : Former, optional
        What the caller takes for the last change: where something else was done meanwhile, that is not undone unseen.

    Returns
    -------
    Path
        Of the scenario, which is gone when its making was undone.

    Raises
    ------
    UsageError
        When there is nothing to undo, or not that any more.
    OutputError
        When nothing may be written there.
    """
    folder = root / "scenarios"
    with _writing(folder):
        newest = last_change(root)
        if newest is None or (last is not None and newest.path.name != last.path.name):
            raise UsageError("no_undo.nothing" if newest is None else "no_undo.changed_meanwhile")
        path = folder / f"{newest.stem}{newest.ending}"
        if newest.done == "created":
            if scenario_files(folder) == [path]:
                raise UsageError("last_scenario", title=title_of(path))
            if path.is_file():
                _taken_away(path, "removed")
        elif newest.done == "deleted":
            path = free_path(folder, newest.stem, newest.ending)
            refuse_taken(folder, newest.title, path)
            _put(path, _text_of(newest, path), new=True)
        else:
            refuse_taken(folder, newest.title, path)
            if path.is_file():
                keep_copy(path, "undone")
            _put(path, _text_of(newest, path))
        _remove(newest.path)
    return path


@contextmanager
def _writing(folder: Path, path: Path | None = None) -> Iterator[None]:
    """Be the only one who writes into the study area of a folder of scenarios; refuses what is not to be written on."""
    root = folder.absolute().parent
    if comes_with_the_program(root):
        raise UsageError("bundled_area.kept")
    if is_link(folder):
        raise UsageError("new_scenario.link", folder=folder)
    with locked(root):
        if path is not None:
            refuse_link(root, f"{folder.name}/{path.name}")
            if not path.is_file():
                raise UsageError("no_scenario.missing", path=str(path)[:300])
        yield
        settle_copies(folder)


def _changed_text(base: Path, values: Mapping[str, Any]) -> str:
    """The text of a scenario with these settings, checked whole."""
    document = read_document(base, base.name)
    values = {key: _plain(value) for key, value in values.items()}
    values = {**_lists_by_default(document, values, base.name), **values}
    document = with_values(document, values, file=base.name)
    parse_scenario(document, file=base.name)
    return edited(base.read_text(encoding="utf-8-sig"), values, document, base=base.name)


def _lists_by_default(document: dict[str, Any], keys: Iterable[str], file: str) -> dict[str, Any]:
    """Lists of groups that the file leaves to their default and of which an item shall be changed: they have to stand in it first."""
    try:
        scenario = parse_scenario(document, file=file)
    except InputError:
        return {}  # what is wrong may be what shall be changed; it is checked afterwards
    found: dict[str, Any] = {}
    for key in keys:
        node: Any = document
        held: Any = scenario
        *way, _ = parts = key.split(".")
        for depth, part in enumerate(way):
            if not isinstance(held, BaseModel):
                break
            held, node = getattr(held, part, None), node.get(part) if isinstance(node, Mapping) else None
            if isinstance(held, tuple) and node is None:
                found[".".join(parts[: depth + 1])] = [
                    item.model_dump(mode="json") if isinstance(item, BaseModel) else item for item in held
                ]
    return found


def _text_of(copy: Former, path: Path) -> str | bytes:
    """A copy as it goes to a path: as it is, or called by the path's name where its own is taken. A faulty one stays as it is."""
    content = copy.path.read_bytes()
    if path.stem == copy.stem:
        return content
    try:
        document = read_document(copy.path, copy.path.name)
    except (UsageError, InputError):
        return content
    return edited(content.decode("utf-8-sig"), {"name": path.stem}, {**document, "name": path.stem}, base=copy.path.name)


def _taken_away(path: Path, done: Any) -> Path:
    copy = keep_copy(path, done)
    try:
        _remove(path)
    except OutputError:
        copy.unlink(missing_ok=True)
        raise
    return copy


def _kept_or_taken_back(path: Path) -> None:
    """Note that a scenario is new; where that cannot be noted, it is not made."""
    try:
        keep_copy(path, "created")
    except OutputError:
        path.unlink(missing_ok=True)
        raise


def _put(path: Path, content: str | bytes, *, new: bool = False) -> None:
    try:
        put_in_place(path, content.encode("utf-8") if isinstance(content, str) else content, new=new)
    except FileExistsError as error:
        raise UsageError("new_scenario.there_already", path=path) from error
    except OSError as error:
        raise OutputError("not_written.scenario", path=path, why=system_says(error)) from error


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise OutputError("not_written.scenario", path=path, why=system_says(error)) from error


def _plain(value: Any) -> Any:
    """As YAML has it: a number of a table as a plain one, a tuple as a list."""
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value.item() if hasattr(value, "item") else value
