"""Titles of a shapefile, which holds ten bytes of each: what a cut one can have been, by the titles that are known.

A cut title is read where only one column of the layer has a title that begins so. Where several have, or another title of the
file began alike (the program then numbers them), it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from geo_planner.errors import Fault, fault
from geo_planner.imports.naming import either, listed_names, target_label
from geo_planner.imports.titles.meaning import exact_titles, targets_of
from geo_planner.imports.vocabulary import COUNTERS, OTHER_TITLES, patterns
from geo_planner.letters import fold
from geo_planner.words import Said, said

BYTES = 10
_NUMBERED = re.compile(r"(.+)_(\d{1,2})")


def completed(
    titles: Sequence[str], lengths: Sequence[int], layer: str, told: Mapping[int, str], file: str
) -> tuple[dict[int, str], list[Said], list[Fault]]:
    """The columns of the layer that cut titles mean, what was decided, and what must be asked.

    `lengths` are the bytes that each title has in the file, `told` the columns that the user has told the meaning of.
    """
    found, statements, faults = dict[int, str](), list[Said](), list[Fault]()
    twins = _twins(titles, lengths)
    taken = {*told.values()} - {""} | {
        target
        for i, (title, length) in enumerate(zip(titles, lengths, strict=True))
        if length < BYTES and i not in twins and i not in told
        for target in targets_of(title, layer)[:1]
    }
    for i, title in enumerate(titles):
        begun = twins.get(i) or _begun(title, lengths[i])
        if i in told or not begun or fold(title) in COUNTERS:
            continue
        if i not in twins and lengths[i] < BYTES and targets_of(title, layer):
            continue  # a title of nine bytes with a meaning is whole, where nothing speaks against it
        meanings = _meanings(begun, layer, taken, cut=i in twins or begun.endswith(" "))
        targets = [target for target in meanings if target]
        if not targets or (meanings == targets_of(title, layer)[:1] and i not in twins):
            continue
        if len(meanings) == 1 and i not in twins:
            found[i] = targets[0]
            statements.append(said("title_cut", title=title, target=target_label(layer, targets[0])))
            continue
        alike = [titles[j] for j in twins if j != i and twins[j] == twins.get(i)]
        one_of = either([*(target_label(layer, target) for target in targets), *([said("another_column")] if "" in meanings else [])])
        if alike:
            faults.append(
                fault(file, "cut_title.twins", column=title, meanings=one_of, alike=listed_names(alike), title=title, name=targets[0])
            )
        else:
            faults.append(fault(file, "cut_title", column=title, meanings=one_of, title=title, name=targets[0]))
    claims = {target: [i for i in found if found[i] == target] for target in found.values() if target}
    for target, columns in claims.items():
        others = [
            i for i, title in enumerate(titles) if i not in found and (told.get(i) or next(iter(targets_of(title, layer)), "")) == target
        ]
        if len(columns) + len(others) > 1:
            names = [titles[i] for i in (*columns, *others)]
            meant = target_label(layer, target)
            faults.append(fault(file, "two_columns.cut", column=names[0], titles=names, target=meant, title=names[0], name=target))
    return found, statements, faults


def _twins(titles: Sequence[str], lengths: Sequence[int]) -> dict[int, str]:
    """Titles that began alike and were numbered, with what they have in common: "So_ho_nghe" and "So_ho_ng_1"."""
    found = dict[int, str]()
    for i, title in enumerate(titles):
        numbered = _NUMBERED.fullmatch(title)
        if not numbered or lengths[i] != BYTES:
            continue
        stem = numbered.group(1)
        mates = [
            j for j, other in enumerate(titles) if j != i and lengths[j] >= BYTES - 1 and other.startswith(stem) and not _is_numbered(other)
        ]
        for j in mates[:1]:
            common = fold(titles[j]) + (" " if lengths[j] < BYTES or titles[j][-1] in "_ " else "")
            found |= {i: common, j: common}
    return found


def _is_numbered(title: str) -> bool:
    return _NUMBERED.fullmatch(title) is not None


def _begun(title: str, length: int) -> str:
    """The beginning that a cut title shows, folded; empty where it is whole. A blank as the tenth byte is not kept in the file."""
    if length >= BYTES:
        return fold(title) + (" " if title[-1:] in ("_", " ") else "")
    return f"{fold(title)} " if length == BYTES - 1 and " " in title else ""


def _meanings(begun: str, layer: str, taken: Collection[str], *, cut: bool) -> tuple[str, ...]:
    """Columns of the layer ("" for another thing) whose known titles begin so; of a title and a longer one the shorter counts."""
    whole = tuple(target for target in targets_of(begun.strip(), layer)[:1] if target not in taken)
    if whole and not cut:
        return whole
    longer = {known: target for known, target in _known(layer).items() if known.startswith(begun) and target not in taken}
    if whole and not longer:
        return (*whole, "")
    shortest = [known for known in longer if not any(known.startswith(f"{other} ") for other in longer)]
    return tuple(dict.fromkeys(longer[known] for known in shortest))


@cache
def _known(layer: str) -> dict[str, str]:
    """Folded titles, with the column of the layer that each means."""
    known = dict.fromkeys(OTHER_TITLES, "")
    for pattern in patterns(layer).values():
        for title in _spelled_out(pattern):
            target = next(iter(targets_of(title, layer)), "")
            if target and not re.search(r"\b(\w+) \1\b", title):
                known[title] = target
    return known | exact_titles(layer)


def _spelled_out(pattern: str) -> list[str]:
    """The texts that a pattern of titles stands for: words, groups, alternatives and what may be left out; no repetitions.

    Examples
    --------
    >>> _spelled_out(r"(tong )?(so )?ho")
    ['ho', 'so ho', 'tong ho', 'tong so ho']
    """
    texts, rest = _alternatives(pattern)
    return [] if rest else list(dict.fromkeys(" ".join(text.split()) for text in texts))


def _alternatives(rest: str) -> tuple[list[str], str]:
    found, texts = list[str](), [""]
    while rest and rest[0] != ")":
        if rest[0] == "|":
            found, texts, rest = [*found, *texts], [""], rest[1:]
            continue
        if rest[0] == "(":
            inner, rest = _alternatives(re.sub(r"^\((\?:)?", "", rest))
            rest = rest[1:]
        elif rest[0] == "[":
            inner, rest = [""], rest[rest.index("]") + 1 :]
        elif rest[0] == "\\":
            inner, rest = [""], rest[2:]
        else:
            inner, rest = [rest[0]], rest[1:]
        if rest[:1] in ("?", "*", "+"):
            inner, rest = list(dict.fromkeys(["", *inner])), rest[1:]
        texts = [text + part for text in texts for part in inner]
    return [*found, *texts], rest
