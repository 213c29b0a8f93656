"""Which column of the layer each title of a header is: as told, as told before, or by its words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from geo_planner.errors import Fault, InputError, fault
from geo_planner.imports.cells.words import stance
from geo_planner.imports.naming import layer_label, listed_names, target_label, title_of
from geo_planner.imports.opening import refuse
from geo_planner.imports.paper import MARK_TITLES, TITLES_OF_REJECTS
from geo_planner.imports.titles.cut_titles import completed
from geo_planner.imports.titles.headers import Choice, ColumnMapping
from geo_planner.imports.titles.meaning import SEPARATOR, all_targets, choice_of, exact_titles, targets_of
from geo_planner.imports.vocabulary import COUNTERS, NAMES_IT_BEST
from geo_planner.letters import fold
from geo_planner.schema import LAYERS, Column
from geo_planner.schema.kinds import Worded
from geo_planner.words import Said, said

_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
IGNORE = ("", "-")
_OF_REJECTS = (["row", "reason"], *([fold(title) for title in titles] for titles in TITLES_OF_REJECTS.values()))
"""First and last title of the file that an import writes of rejected rows, as it was and as it is."""
_OF_MARKS = {fold(title) for title in MARK_TITLES.values()}
"""The column that the program wrote into a copy of the list: what was to be mended."""


def map_columns(
    header: ColumnMapping,
    layer: str,
    *,
    column_map: Mapping[str, str],
    remembered: Mapping[str, str],
    file: str,
    ticks: bool = True,
    title_bytes: Sequence[int] = (),
) -> ColumnMapping:
    """Which column each title means: as told, else as told before, else by its name.

    Parameters
    ----------
    column_map, remembered : mapping of str to str
        Title to target, as the user tells it, and by folded title as earlier imports were told; a blank target leaves the column out.
    ticks : bool
        Whether columns below one group title may be read as boxes to tick.
    title_bytes : sequence of int
        Bytes of each title in a file that cuts them.

    Raises
    ------
    InputError
        When a told title or target does not exist or two columns claim one target.
    """
    titles = header.titles
    by_user, faults = _told(titles, layer, column_map, file)
    faults += _wrong_titles(header, layer, by_user, remembered, file)
    if faults:
        raise InputError(faults)
    before = _told_before(header, layer, by_user, remembered, file)
    told, cut_said = before | by_user, list[Said]()
    names_told = frozenset(told.values()) - {*IGNORE}
    if title_bytes:
        read, cut_said, asked = completed(titles, title_bytes, layer, told, file)
        if asked:
            raise InputError(asked)
        told = read | told
    named = [i for i, title in enumerate(titles) if title]
    rejects = len(named) > 2 and [fold(titles[named[0]]), fold(titles[named[-1]])] in _OF_REJECTS
    of_rejects = {named[0]: "", named[-1]: ""} if rejects else {}
    of_rejects |= {i: "" for i in named if fold(titles[i]) in _OF_MARKS}
    told = of_rejects | told
    left_out = frozenset(i for i, target in told.items() if target in IGNORE)
    chosen = {i: target for i, target in told.items() if i not in left_out}
    choices = _choices(titles, layer, told, set(chosen.values())) if ticks else []
    chosen |= _by_words(header, layer, told, choices, file)
    ticked = {i for choice in choices for i in choice.words}
    unused = dict.fromkeys(titles[i] for i in named if i not in {*chosen, *left_out, *ticked} and fold(titles[i]) not in COUNTERS)
    as_before = {titles[i]: target for i, target in before.items()}
    out_now = [titles[i] for i in sorted(left_out) if titles[i] not in as_before and i not in of_rejects]
    statements = [
        *(_said_before(title, layer, target) for title, target in as_before.items()),
        *cut_said,
        said("columns_read", pairs=[said("column_pair", title=title_of(titles[i]), target=target_label(layer, chosen[i])) for i in sorted(chosen)]),
        *(said("columns_to_tick", titles=[titles[i] for i in one.words], target=target_label(layer, one.target)) for one in choices),
        *([said("columns_left_out", names=listed_names(out_now))] if out_now else []),
        *unused_columns(list(unused)),
        *([said("list_of_rejects")] if rejects else []),
    ]  # fmt: skip
    return replace(
        header, targets=chosen, left_out=left_out, statements=tuple(statements), choices=tuple(choices), rejects=rejects, told=names_told,
        unused=tuple(unused),
    )  # fmt: skip


def _told_before(header: ColumnMapping, layer: str, by_user: Mapping[int, str], remembered: Mapping[str, str], file: str) -> dict[int, str]:
    """What earlier imports told of the columns; what is told now counts first."""
    free = {*all_targets(layer), *IGNORE} - ({*by_user.values()} - {*IGNORE})
    targets = {i: remembered.get(fold(title)) for i, title in enumerate(header.titles) if i not in by_user}
    before = {i: target for i, target in targets.items() if target is not None and target in free}
    for target in dict.fromkeys(before.values()):
        claims = [header.titles[i] for i in before if before[i] == target]
        if len(claims) > 1 and target not in IGNORE:
            meant = target_label(layer, target)
            raise refuse(file, "two_columns.remembered", row=header.last + 1, titles=claims, target=meant, title=claims[0], name=target)
    return before


def _said_before(title: str, layer: str, target: str) -> Said:
    if target in IGNORE:
        return said("column_as_before.left_out", title=title_of(title))
    return said("column_as_before", title=title_of(title), target=target_label(layer, target))


def unused_columns(titles: Sequence[str]) -> list[Said]:
    """What is said of the columns that are kept under their own titles."""
    return [said("columns_unused", names=listed_names(titles))] if titles else []


def _told(titles: tuple[str, ...], layer: str, column_map: Mapping[str, str], file: str) -> tuple[dict[int, str], list[Fault]]:
    """What the user says of the columns, and what is wrong with it."""
    faults, told = list[Fault](), dict[int, str]()
    for title, target in column_map.items():
        at = [i for i, own in enumerate(titles) if own == title] or [i for i, own in enumerate(titles) if own and fold(own) == fold(title)]
        if not at and target in IGNORE:  # the title of a group of boxes to tick
            at = [i for i, own in enumerate(titles) if fold(own.rpartition(SEPARATOR)[0]) == fold(title) != ""]
        if not at:
            faults.append(fault(file, "unknown_title", column=title[:80], titles=[title_of(own) for own in titles if own]))
        elif target not in (*all_targets(layer), *IGNORE):
            where, targets = layer_label(layer), all_targets(layer)
            faults.append(fault(file, "unknown_target.column", column=title[:80], value=target[:80], layer=where, targets=targets))
        else:
            told |= dict.fromkeys(at if target in IGNORE else at[:1], target)
    for target in dict.fromkeys(target for target in told.values() if target not in IGNORE):
        claims = [titles[i] for i in told if told[i] == target]
        if len(claims) > 1:
            column, meant = ", ".join(claims)[:80], target_label(layer, target)
            faults.append(fault(file, "two_columns.told", column=column, value=target, n=len(claims), target=meant))
    return told, faults


def _wrong_titles(header: ColumnMapping, layer: str, told: Mapping[int, str], remembered: Mapping[str, str], file: str) -> list[Fault]:
    """Titles with invisible signs, and titles that stand twice and mean something."""
    faults, titles = list[Fault](), header.titles
    for i, title in enumerate(titles):
        if _INVISIBLE.search(title):
            faults.append(fault(file, "control_characters.title", row=header.last + 1, value=repr(title)[:80]))
        alike = [j for j, other in enumerate(titles) if title and other == title]
        meant = targets_of(title, layer) or remembered.get(fold(title)) or any(told.get(j) not in (None, *IGNORE) for j in alike)
        if len(alike) > 1 and alike[0] == i and meant and not all(told.get(j) in IGNORE for j in alike):
            faults.append(fault(file, "duplicate_column.list", row=header.last + 1, column=title[:80], title=title[:80]))
    return faults


def _likelier(claims: list[int], titles: tuple[str, ...], target: str, layer: str) -> list[int]:
    """Of several columns that look like one of the layer, the one that names it outright; all of them where none does."""
    exact = [i for i in claims if fold(titles[i]) in exact_titles(layer)]
    if len(exact) == 1:
        return exact
    for pattern in NAMES_IT_BEST.get(target, ()):
        best = [i for i in claims if re.search(pattern, fold(titles[i]))]
        if best:
            return best if len(best) == 1 else claims
    return claims


def _by_words(header: ColumnMapping, layer: str, told: Mapping[int, str], choices: Sequence[Choice], file: str) -> dict[int, str]:
    """The columns whose titles say what they are; two that say the same are refused."""
    titles, chosen, taken = header.titles, dict[int, str](), {*told.values(), *(choice.target for choice in choices)}
    ticked = {i for choice in choices for i in choice.words}
    open_ = [i for i in range(len(titles)) if i not in told and i not in ticked]
    for i in open_:
        free = [target for target in targets_of(titles[i], layer) if target not in taken]
        if not free:
            continue
        claims = [j for j in open_ if free[0] in targets_of(titles[j], layer)[:1]]
        likelier = _likelier(claims, titles, free[0], layer)
        if len(likelier) > 1:
            raise refuse(
                file, "two_columns.alike", row=header.last + 1, titles=[titles[j] for j in claims], target=target_label(layer, free[0]),
                title=titles[claims[0]], name=free[0], others=[f'"{titles[j]}=-"' for j in claims[1:]],
            )  # fmt: skip
        another = likelier != [i] and (len(claims) > 1 or any(fold(titles[j]) in exact_titles(layer) for j in claims))
        if not another:
            chosen[i] = free[0]
            taken.add(free[0])
    return chosen


def _choices(titles: tuple[str, ...], layer: str, told: Mapping[int, str], taken: set[str]) -> list[Choice]:
    """Groups whose titles below are the choices of one column: "Điện lưới" over "Có" and "Chưa"."""
    groups: dict[str, dict[int, str]] = {}
    for i, title in enumerate(titles):
        group, _, child = title.rpartition(SEPARATOR)
        if group and i not in told:
            groups.setdefault(group, {})[i] = child
    found = list[Choice]()
    for group, children in groups.items():
        target = next(iter(targets_of(group, layer)), "")
        column = next((c for c in LAYERS[layer].columns if c.name == target), None)
        if column is None or not _may_be_ticked(column, group) or target in taken:
            continue
        words = {i: child for i, child in children.items() if choice_of(target, child)}
        meanings = [choice_of(target, child) for child in words.values()]
        if (
            len(words) > 1
            and len(set(meanings)) == len(meanings)
            and not any(target in targets_of(t, layer)[:1] for i, t in enumerate(titles) if i not in children)
        ):
            found.append(Choice(target, group, words))
            taken.add(target)
    return found


def _may_be_ticked(column: Column, group: str) -> bool:
    """Not where the group's own title gives its marks a meaning: "có" below "Trắng sóng" is no signal."""
    return isinstance(column.kind, Worded) and stance(column, group) == ("", False)
