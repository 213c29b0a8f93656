"""The text of a scenario with some settings changed: comments, order and all other lines stay as they are.

The places of the values are those that the YAML reader tells. What comes out is read again and held against what was meant; where it is
not that (anchors that stand for several places, texts of several lines), the scenario is written anew, with its changes told in its head.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import yaml
from yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from geo_planner.errors import InputError
from geo_planner.settings import read_settings
from geo_planner.words import said


def edited(text: str, values: Mapping[str, Any], meant: Mapping[str, Any], *, base: str) -> str:
    """A scenario's text with these settings, by dotted path.

    Parameters
    ----------
    meant : mapping
        The document that shall come of it.
    base : str
        Name of the file that it is made from.
    """
    with contextlib.suppress(yaml.YAMLError, InputError, RecursionError):
        changed = reduce(lambda done, item: _with_value(done, item[0].split("."), item[1]), values.items(), text)
        if read_settings(changed, base) == meant:
            return changed
    head = said("scenario_file.made_from", base=base, keys=sorted(values)).text("vi")
    return f"# {' '.join(head.split())}\n{yaml.safe_dump(dict(meant), allow_unicode=True, sort_keys=False)}"


def _with_value(text: str, parts: Sequence[str], value: Any) -> str:
    node: Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    if node is None:
        raise yaml.YAMLError("no settings")
    for depth, part in enumerate(parts):
        child = _child(node, part)
        if child is None:
            inner = reduce(lambda held, name: {name: held}, reversed(parts[depth + 1 :]), value)
            return _added(text, node, part, inner)
        node = child
    return _replaced(text, node, value)


def _child(node: Node, part: str) -> Node | None:
    if isinstance(node, MappingNode):
        return next((value for key, value in node.value if isinstance(key, ScalarNode) and key.value == part), None)
    if isinstance(node, SequenceNode):
        if part.isdecimal() and int(part) < len(node.value):
            return node.value[int(part)]
        named = ((item, _child(item, "name")) for item in node.value if isinstance(item, MappingNode))
        return next((item for item, name in named if isinstance(name, ScalarNode) and name.value == part), None)
    return None


def _replaced(text: str, node: Node, value: Any) -> str:
    start, end = node.start_mark.index, _end(text, node)
    told = _flow(value)
    if isinstance(node, SequenceNode) and not node.flow_style and isinstance(value, list) and value:
        told = f"\n{' ' * node.start_mark.column}".join(f"- {_flow(item)}" for item in value)
    return f"{text[:start]}{' ' if start == end else ''}{told}{text[end:]}"


def _added(text: str, node: Node, name: str, value: Any) -> str:
    """A further setting of a group, behind its last one."""
    if not isinstance(node, MappingNode) or not node.value:
        return _replaced(text, node, {name: value})
    told, end = f"{_flow(name)}: {_flow(value)}", _end(text, node.value[-1][1])
    if node.flow_style:
        return f"{text[:end]}, {told}{text[end:]}"
    line_end = text.find("\n", end)
    line_end = len(text) if line_end < 0 else line_end
    return f"{text[:line_end]}\n{' ' * node.start_mark.column}{told}{text[line_end:]}"


def _end(text: str, node: Node) -> int:
    """Where the text of a node ends; the reader lets blocks reach to whatever stands behind them, comments too."""
    if isinstance(node, CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    start: int = node.start_mark.index
    return start + len(text[start : node.end_mark.index].rstrip())


def _flow(value: Any) -> str:
    """A value on one line."""
    told = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, sort_keys=False, width=1_000_000)
    return told.removesuffix("...\n").strip()
