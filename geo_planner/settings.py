"""Settings: what a group of them is, and how they are read from text, with a fault for whatever in it could be read in two ways.

YAML takes the last of two equal keys, reads ``010`` as eight and ``1:30`` as ninety, and lets ten lines stand for a billion values.
None of that is meant by anybody who writes a scenario, so it is told with its line instead of read.
"""

from __future__ import annotations

import datetime
import logging
import re
from collections.abc import Hashable, Iterator, Mapping
from copy import deepcopy
from functools import lru_cache
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from geo_planner.errors import Fault, GeoPlannerError, InputError, SettingError, bounded, fault
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

ASSUMPTION: dict[str, JsonValue] = {"assumption": True}
"""Marks the declaration of a setting whose default is ours and for the province to change; no decree or standard fixes it."""
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


class Settings(BaseModel):
    """A group of settings: frozen, closed to unknown keys, of finite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def assumes(self, name: str) -> bool:
        """Whether the value of a setting is an assumption: it is declared as one, and nothing beside it says where the value is from."""
        return type(self).model_fields[name].json_schema_extra == ASSUMPTION

    @field_validator("*", mode="before")
    @classmethod
    def _yes_is_no_number(cls, value: object, info: ValidationInfo) -> object:
        """Refuse true and false where a number is wanted: the library would take them for 1 and 0."""
        kinds = _kinds(cls.model_fields[str(info.field_name)].annotation)
        if (
            kinds & {int, float}
            and bool not in kinds
            and any(isinstance(v, bool) for v in (value if isinstance(value, list | tuple) else [value]))
        ):
            raise PydanticCustomError("float_type", "no number")
        return value


def _kinds(annotation: object) -> set[object]:
    """The types that a declaration is made of, without what limits them."""
    parts = get_args(annotation)
    return set().union(*(_kinds(part) for part in parts)) if parts else {annotation} if isinstance(annotation, type) else set()


_YAML_PROBLEMS = {
    "mapping values are not allowed": "colon",
    "that cannot start any token": "sign",
    "unexpected end of stream": "quote",
    "expected ',' or": "bracket",
    "expected <block end>": "indent",
    "could not find expected ':'": "no_colon",
    "found undefined alias": "alias",
}
"""What is meant, by the words of the parser."""


def read_settings(text: str, file: str) -> Any:
    """The document that a text holds.

    Raises
    ------
    InputError
        With its line: no YAML, a key that stands twice, a number written in a way that means another one, values that repeat themselves
        without end.
    """
    return deepcopy(_document(text, file))


@lru_cache(maxsize=16)
def _document(text: str, file: str) -> Any:
    """Kept for the same text: reading it takes longer than most answers of the app, which looks at its scenarios again and again."""
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
        raise InputError([_no_yaml(file, said("yaml_problem.endless"), None)]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        logger.debug("no YAML: %s", file, exc_info=error)
        problem = str(getattr(error, "problem", None))
        kind = next((kind for words, kind in _YAML_PROBLEMS.items() if words in problem), "other")
        raise InputError([_no_yaml(file, said(f"yaml_problem.{kind}"), None if mark is None else mark.line + 1)]) from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        # the library lets these through for values that look like a number or a date and are none
        raise InputError([_no_yaml(file, said("yaml_problem.value"), None)]) from error
    finally:
        loader.dispose()


def _refuse_unprintable(text: str, file: str) -> None:
    unfit = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unfit:
        line = text.count("\n", 0, unfit.start()) + 1
        raise InputError([_no_yaml(file, said("yaml_problem.character", character=ascii(unfit.group())), line)])


def _no_yaml(file: str, why: Said, row: int | None) -> Fault:
    return fault(file, "yaml.not_valid", row=row, why=why)


class _Checker:
    """Walks the nodes of a document once for every place that they stand in."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._visited = 0

    def faults(self, node: Node, path: tuple[str, ...] = (), above: tuple[int, ...] = ()) -> Iterator[Fault]:
        self._visited += 1
        if id(node) in above or len(above) > DEEPEST or self._visited > MOST_VALUES:
            key = "contains_itself" if id(node) in above else "too_deep" if len(above) > DEEPEST else "too_many_values"
            raise InputError([_no_yaml(self._file, said(f"yaml_problem.{key}"), node.start_mark.line + 1)])
        if node.tag not in _PLAIN_TAGS:
            yield self._fault(node, path, "yaml.tag", tag=node.tag.replace("tag:yaml.org,2002:", "!!")[:40])
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
                yield self._fault(key, path, "yaml.key")
                continue
            within = (*path, key.value[:80])
            if (key.tag, key.value) in first:
                yield self._fault(key, within, "duplicate_key.line", line=first[key.tag, key.value])
            first.setdefault((key.tag, key.value), line)
            yield from self.faults(value, within, (*above, id(node)))

    def _number(self, node: ScalarNode, path: tuple[str, ...]) -> Iterator[Fault]:
        kind = node.tag.rpartition(":")[2]
        if node.style is not None or kind not in ("int", "float"):
            return
        if sum(sign.isdigit() for sign in node.value) > MOST_DIGITS and kind == "int":
            yield self._fault(node, path, "setting.digits")
        elif not (_WHOLE if kind == "int" else _FRACTION).fullmatch(node.value):
            yield self._fault(node, path, "setting.number_read_otherwise")

    def _fault(self, node: Node, path: tuple[str, ...], key: str, **facts: Any) -> Fault:
        value = node.value[:80] if isinstance(node, ScalarNode) and key != "duplicate_key.line" else None
        return fault(self._file, key, row=node.start_mark.line + 1, column=".".join(path) or None, value=value, **facts)


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
        yield fault(file, "setting.nested_too_deep", column=key)
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
        yield fault(file, "too_long.setting", column=key, n=len(value), most=longest)
    elif isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        yield fault(file, "setting.digits", column=key)
    elif isinstance(value, (bytes, set, datetime.date)):
        yield fault(
            file, "setting.date" if isinstance(value, datetime.date) else "setting.no_plain_value", column=key, value=str(value)[:80]
        )


def _unseen(file: str, key: str | None, value: str | None) -> Fault:
    return fault(file, "control_characters.in_setting", column=key, value=value)


_OF_PYDANTIC: Mapping[str, tuple[str, str]] = {
    "greater_than": ("setting.greater_than", "gt"),
    "greater_than_equal": ("setting.greater_than_equal", "ge"),
    "less_than": ("setting.less_than", "lt"),
    "less_than_equal": ("setting.less_than_equal", "le"),
    "finite_number": ("setting.finite", ""),
    "float_type": ("setting.number", ""),
    "float_parsing": ("setting.number", ""),
    "int_type": ("setting.whole_number", ""),
    "int_parsing": ("setting.whole_number", ""),
    "int_from_float": ("setting.whole_number", ""),
    "bool_type": ("setting.yes_no", ""),
    "bool_parsing": ("setting.yes_no", ""),
    "string_type": ("setting.text", ""),
    "string_too_short": ("setting.empty_text", ""),
    "string_pattern_mismatch": ("setting.pattern", "pattern"),
    "tuple_type": ("setting.list", ""),
    "dict_type": ("setting.group", ""),
    "model_type": ("setting.group", ""),
    "too_short": ("setting.too_few", "min_length"),
    "too_long": ("setting.too_many", "max_length"),
}
"""What pydantic finds wrong with a value: our key for it, and the name of its bound."""
_QUOTED = re.compile(r"'([^']*)'")


def setting_fault(file: str, item: ErrorDetails) -> Fault:
    """What a model of the settings refuses, as a fault."""
    key = ".".join(str(part)[:80] for part in item["loc"] if _short(part) or isinstance(part, str)) or None
    kind, facts = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        return fault(file, "unknown_key.setting", column=key)
    if kind == "missing":
        return fault(file, "missing_key.setting", column=key)
    value = str(item["input"])[:80] if isinstance(item["input"], (str, float, bool, type(None))) or _short(item["input"]) else None
    own = facts.get("error")
    if isinstance(own, SettingError):
        return Fault(file, own.said, column=key, value=value)
    if kind == "literal_error" and (choices := _QUOTED.findall(str(facts.get("expected")))):
        return fault(file, "setting.choice", column=key, value=value, choices=choices)
    if kind in _OF_PYDANTIC:
        ours, bound = _OF_PYDANTIC[kind]
        return fault(file, ours, column=key, value=value, bound=facts.get(bound))
    why = own.said if isinstance(own, GeoPlannerError) else str(own) if own else item["msg"][:1].lower() + item["msg"][1:]
    return fault(file, "setting.other", column=key, value=value, why=why)


def _short(value: Any) -> bool:
    return isinstance(value, int) and abs(value) < 10**80
