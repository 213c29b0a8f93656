"""Settings from text: YAML as people write it, and a fault for whatever in it could be read in two ways.

YAML takes the last of two equal keys, reads ``010`` as eight and ``1:30`` as ninety, and lets ten lines stand for a billion values.
None of that is meant by anybody who writes a scenario, so it is told with its line instead of read.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from geo_planner.errors import Fault, InputError, bounded, prose_fault

MOST_VALUES = 50_000
"""A scenario has some hundred; more come of anchors that repeat each other."""
DEEPEST = 40
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "str", "seq", "map", "timestamp", "merge", "value")}
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FRACTION = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# What no file that is made from a setting can hold or show: control characters, halves of a sign, turns of the writing direction.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
LONGEST_TEXT = 2000
MOST_DIGITS = 18


def read_settings(text: str, file: str) -> Any:
    """The document that a text holds.

    Raises
    ------
    InputError
        With its line: no YAML, a key that stands twice, a number written in a way that means another one, values that repeat themselves
        without end.
    """
    _refuse_unprintable(text, file)
    loader = yaml.SafeLoader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        faults = list(_Checker(file).faults(node))
        if faults:
            raise InputError(bounded(faults))
        return loader.construct_document(node)
    except InputError:
        raise
    except RecursionError as error:
        raise InputError([_no_yaml(file, "it is nested without end", None)]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError([_no_yaml(file, reason, None if mark is None else mark.line + 1)]) from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        # the library lets these through for values that look like a number or a date and are none
        raise InputError([_no_yaml(file, "a value cannot be read; put texts in quotes", None)]) from error
    finally:
        loader.dispose()


def _refuse_unprintable(text: str, file: str) -> None:
    unfit = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unfit:
        line = text.count("\n", 0, unfit.start()) + 1
        raise InputError([_no_yaml(file, f"the character {unfit.group()!a} may not stand in it", line)])


def _no_yaml(file: str, reason: str, row: int | None) -> Fault:
    return prose_fault(
        file, f"the file is not valid YAML: {reason[:200]}", "Mend the line; indentation is by spaces.", row=row, code="yaml"
    )


class _Checker:
    """Walks the nodes of a document once for every place that they stand in."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._visited = 0

    def faults(self, node: Node, path: tuple[str, ...] = (), above: tuple[int, ...] = ()) -> Iterator[Fault]:
        self._visited += 1
        if id(node) in above or len(above) > DEEPEST or self._visited > MOST_VALUES:
            reason = (
                "it contains itself" if id(node) in above else "it is nested too deep" if len(above) > DEEPEST else "it has too many values"
            )
            raise InputError([_no_yaml(self._file, reason, node.start_mark.line + 1)])
        if node.tag not in _PLAIN_TAGS:
            yield self._fault(
                node,
                path,
                f"the tag {node.tag.replace('tag:yaml.org,2002:', '!!')[:40]} has no meaning here",
                "Write the value plainly.",
                "yaml",
            )
        elif isinstance(node, ScalarNode):
            yield from self._number(node, path)
        elif isinstance(node, SequenceNode):
            for at, item in enumerate(node.value):
                yield from self.faults(item, (*path, str(at)), (*above, id(node)))
        elif isinstance(node, MappingNode):
            yield from self._mapping(node, path, above)

    def _mapping(self, node: MappingNode, path: tuple[str, ...], above: tuple[int, ...]) -> Iterator[Fault]:
        first: dict[tuple[str, Hashable], int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, ScalarNode):
                yield self._fault(key, path, "a key is a list or a group, not a word", "Write a word before the colon.", "yaml")
                continue
            within = (*path, key.value[:80])
            if (key.tag, key.value) in first:
                reason = f"the setting stands already in line {first[key.tag, key.value]}"
                yield self._fault(key, within, reason, "Keep one of the two.", "duplicate_key")
            first.setdefault((key.tag, key.value), line)
            yield from self.faults(value, within, (*above, id(node)))

    def _number(self, node: ScalarNode, path: tuple[str, ...]) -> Iterator[Fault]:
        kind = node.tag.rpartition(":")[2]
        if node.style is not None or kind not in ("int", "float"):
            return
        if sum(sign.isdigit() for sign in node.value) > MOST_DIGITS and kind == "int":
            yield self._fault(node, path, "the number has too many digits", "Give a value that fits.", "setting")
        elif not (_WHOLE if kind == "int" else _FRACTION).fullmatch(node.value):
            reason = "YAML reads a number written like this as another one (a leading zero, a colon, an underscore, 0x)"
            yield self._fault(
                node, path, reason, "Write it with digits and a decimal point alone; put a text or code in quotes.", "setting"
            )

    def _fault(self, node: Node, path: tuple[str, ...], reason: str, remedy: str, code: str) -> Fault:
        value = node.value[:80] if isinstance(node, ScalarNode) and code != "duplicate_key" else None
        return prose_fault(self._file, reason, remedy, row=node.start_mark.line + 1, column=".".join(path) or None, value=value, code=code)


def unfit_values(document: Any, file: str, *, longest: int = LONGEST_TEXT) -> list[Fault]:
    """Texts and numbers that no file made from a document can hold, wherever in it they stand.

    Parameters
    ----------
    longest : int
        So many characters a text may have.
    """
    return bounded(_unfit(document, file, (), longest))


def _unfit(value: Any, file: str, path: tuple[str, ...], longest: int) -> Iterator[Fault]:
    key = ".".join(path) or None
    if len(path) > DEEPEST:
        yield prose_fault(file, "the settings are nested too deep", "Take the line out.", column=key, code="setting")
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            if _UNFIT.search(str(name)):
                yield _unseen(file, ascii(str(name))[:80], None)
            yield from _unfit(inner, file, (*path, ascii(str(name))[1:-1][:80] if _UNFIT.search(str(name)) else str(name)[:80]), longest)
    elif isinstance(value, (list, tuple)):
        for at, inner in enumerate(value):
            yield from _unfit(inner, file, (*path, str(at)), longest)
    elif isinstance(value, str) and _UNFIT.search(value):
        yield _unseen(file, key, ascii(value)[:80])
    elif isinstance(value, str) and len(value) > longest:
        yield prose_fault(
            file, f"the text has {len(value):,} characters, more than {longest:,}", "Shorten it.", column=key, code="too_long"
        )
    elif isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        yield prose_fault(file, "the number has too many digits", "Give a value that fits.", column=key, code="setting")
    elif isinstance(value, (bytes, set, datetime.date)):
        kind = "a date" if isinstance(value, datetime.date) else "no plain value"
        yield prose_fault(file, f"YAML reads this as {kind}", "Put a text in quotes.", column=key, value=str(value)[:80], code="setting")


def _unseen(file: str, key: str | None, value: str | None) -> Fault:
    return prose_fault(
        file, "the text holds invisible control characters", "Type the text anew.", column=key, value=value, code="control_characters"
    )
