"""Write ``docs/settings.md`` and ``docs/columns.md`` from the settings and the columns that the package declares.

Run it from the repository after a change of a setting or a column: ``python scripts/write_settings_doc.py [FOLDER]``.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from geo_planner import schema
from geo_planner.config import Scenario
from geo_planner.preferences import ASSUMPTION
from geo_planner.preferences.catalogue import CATALOGUE
from geo_planner.ranking import tables
from geo_planner.schema import Column, Layer

Row = tuple[str, ...]

SETTINGS_HEAD = """# Settings of a scenario

Written by `scripts/write_settings_doc.py` from the declarations in the package; do not edit by hand.

A scenario is one YAML file in the folder `scenarios/` of a study area. Paths in it are relative to the folder that holds `scenarios/`. A key
that is not listed here is refused. Any setting can be given on the command line: `--set service.rsrp_threshold_dbm=-105`,
`--set terrain.path=dem.tif` (a path given so is relative to the working folder), `--set ranking.criteria.border.weight=12` (an item of a list
by its name or its position).

*Assumption* marks a value that is ours and for the province to change; no decree or standard fixes it. `null` means: not set.
"""

CRITERIA_HEAD = """## Built-in criteria

A scenario that names one of these may leave out everything but the name. Urgency is 0 at the first bound and 1 at the second, so that
`150 … 15` means: smaller is more urgent. All bounds and weights are assumptions. Any other name reads a column of the village list (a number,
or yes/no) and must bring `vi`, `en`, `bounds` and `weight`.
"""

COLUMNS_HEAD = """# Columns

Written by `scripts/write_settings_doc.py` from the declarations in the package; do not edit by hand.

Study-area csv files are UTF-8 with commas. *Needed*: the column must be there and no cell may be blank. *Column*: the column must be there, a
cell may be blank. Every other column may be absent. A blank means: not known. Columns that are not listed are kept and passed on to the
results.
"""

# For what the declarations leave without words of its own.
SECTIONS = {
    "province": "The province that the run is about.",
    "terrain": "Heights of the ground.",
    "ranking.travel.road_speeds[]": "Speed on a class of road. The default is a list of OpenStreetMap classes from 40 km/h (`trunk`) to 5 km/h (`path`). Assumption.",
}
MEANINGS = {
    "name": "Letters, digits, `_`, `.`, `-`; names the run in the exports.",
    "title_en": "Title in English.",
    "propagation.polarization": "Of the station antennas.",
    "calibration.bands[].reference_km": "Distance at which the offset holds.",
    "ranking.pairwise[].more": "Name of a criterion.",
    "ranking.pairwise[].than": "Name of another criterion.",
    "ranking.pairwise[].times": "How many times as much.",
    "ranking.travel.road_speeds[].road_class": "Value of `highway` in the road layer.",
    "ranking.travel.road_speeds[].kmh": "Speed.",
}

BESIDE = {"sites": "; a row is a cell, a mast with three sectors has three rows", "communes": ", polygons in EPSG:4326"}
LAYERS = tuple((layer, f"`{layer.path}`{BESIDE.get(name, '')}") for name, layer in schema.TABLES.items())
RESULTS = (
    (schema.RESULTS, "added to each village by a plan"),
    (tables.QUESTIONS, "what is not known, and whom to ask"),
    (tables.WHAT_IF, "how far a missing value could move a village"),
    (tables.SWAPS, "change of one weight at which two neighbours swap"),
    (tables.FAIRNESS, "the order by groups"),
)


def settings(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, type[BaseModel], list[Row]]]:
    """Sections of a settings model: the path, the model, and a row for each of its own settings; nested models follow."""
    own: list[Row] = []
    nested: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        inner = _model_in(field.annotation)
        if inner is None:
            own.append(
                (
                    f"`{prefix}{name}`",
                    _default(field),
                    _allowed(field),
                    _text(field.description or MEANINGS.get(f"{prefix}{name}", "")),
                    _assumed(field),
                )
            )
        else:
            nested.append((f"{prefix}{name}{'[]' if inner is not field.annotation else ''}.", inner))
    yield prefix.removesuffix("."), model, own
    for path, inner in nested:
        yield from settings(inner, path)


def settings_document() -> str:
    """Text of ``settings.md``."""
    parts = [SETTINGS_HEAD]
    for path, model, rows in settings(Scenario):
        title = f"`{path}`" if path else "At the top"
        parts.append(
            f"## {title}\n\n{_first_paragraph(model) or SECTIONS.get(path, '')}\n\n"
            + _table(("key", "default", "allowed", "meaning", "assumption"), rows)
        )
    rows = [
        (
            f"`{c.name}`",
            c.title.text("vi"),
            c.title.text("en"),
            c.unit,
            f"{c.bounds[0]:g} … {c.bounds[1]:g}",
            f"{c.weight:g}",
            c.why.text("en"),
            ", ".join(f"`{r}`" for r in c.reads),
        )
        for c in CATALOGUE.values()
    ]
    parts.append(CRITERIA_HEAD + "\n" + _table(("name", "tên", "title", "unit", "bounds", "weight", "why it counts", "reads"), rows))
    return "\n".join(parts)


def columns_document() -> str:
    """Text of ``columns.md``."""
    parts = [COLUMNS_HEAD]
    for heading, layers in (("Input", LAYERS), ("Result", RESULTS)):
        parts.append(f"# {heading}\n")
        parts += [_layer(layer, where) for layer, where in layers]
    return "\n".join(parts)


def _layer(layer: Layer, where: str) -> str:
    key = f" Key: {', '.join(f'`{k}`' for k in layer.key)}." if layer.key else ""
    rows = [
        (
            f"`{c.name}`",
            c.vi,
            c.en,
            _kind(c),
            "needed" if c.needed else "column" if c.required else "",
            _text(c.meaning_vi),
            _text(c.meaning_en),
        )
        for c in layer.columns
    ]
    return f"## {layer.name}\n\n{where}.{key}\n\n" + _table(("column", "tên", "title", "kind", "must", "ý nghĩa", "meaning"), rows)


def _kind(column: Column) -> str:
    if column.choices:
        return " · ".join(f"`{word}`" for word in column.choices)
    if column.minimum is None and column.maximum is None:
        return {"yes_no": "`yes` · `no`", "date": "date, `2026-01-28`", "quarter": "quarter, `2026-Q3`"}.get(
            column.kind.name, column.kind.name
        )
    return f"{column.kind.name}, {_range(column.minimum, column.maximum)}"


def _range(low: float | None, high: float | None) -> str:
    if high is None:
        return f"≥ {low:g}"
    return f"≤ {high:g}" if low is None else f"{low:g} … {high:g}"


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The settings model that a field holds, by itself or as the item of a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((a for a in get_args(annotation) if isinstance(a, type) and issubclass(a, BaseModel)), None)


def _default(field: FieldInfo) -> str:
    if field.default is PydanticUndefined:
        return "must be given"
    return f"`{_plain(field.default)}`"


def _plain(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_plain(v) for v in value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}: {_plain(v)}" for k, v in value.items()) + "}"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:.6g}" if isinstance(value, float) else str(value) or '""'


def _allowed(field: FieldInfo) -> str:
    words = [w for part in _union(field.annotation) if get_origin(part) is Literal for w in get_args(part)]
    if words:
        return " · ".join(f"`{w}`" for w in words)
    marks = [("≥", "ge"), (">", "gt"), ("≤", "le"), ("<", "lt")]
    limits = [f"{sign} {getattr(m, name):.6g}" for sign, name in marks for m in field.metadata if getattr(m, name, None) is not None]
    kind = next((_KINDS[part] for part in _union(field.annotation) if part in _KINDS), "")
    return _text(", ".join(filter(None, [kind, *limits])))


_KINDS = {bool: "true, false", int: "whole number", float: "number", str: "text"}


def _union(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, those inside lists and named aliases included."""
    if get_origin(annotation) is Annotated:
        return _union(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType, tuple):
        return tuple(part for inner in get_args(annotation) for part in _union(inner))
    return (annotation,)


def _assumed(field: FieldInfo) -> str:
    return "yes" if field.json_schema_extra == ASSUMPTION else ""


def _first_paragraph(model: type[BaseModel]) -> str:
    own = model.__dict__.get("__doc__") or ""
    return _text(" ".join(own.strip().split("\n\n")[0].split())).replace("``", "`")


def _text(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _table(head: Row, rows: list[Row]) -> str:
    if not rows:
        return ""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines) + "\n"


def main(folder: Path) -> None:
    """Write both documents."""
    folder.mkdir(exist_ok=True)
    for name, text in (("settings.md", settings_document()), ("columns.md", columns_document())):
        (folder / name).write_text(text.rstrip() + "\n", encoding="utf-8", newline="\n")
        print(folder / name)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "docs")
