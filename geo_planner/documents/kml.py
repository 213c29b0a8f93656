"""The plan for Google Earth and other viewers: ``plan.kml`` with its icons, and both in one file, ``plan.kmz``.

A card is HTML made here; names and all else that comes from a list are escaped in it, and a viewer's own fields (``$[name]``) are taken from them.
"""

from __future__ import annotations

import html
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import geopandas as gpd

from geo_planner.documents.annexes import LINK_COLUMNS, SITE_COLUMNS, VILLAGE_COLUMNS, link_cells, site_row, village_cells
from geo_planner.documents.gis_package import metadata_items
from geo_planner.documents.gis_styles import LayerStyle, Sign
from geo_planner.documents.icons import banner, sign_icon
from geo_planner.documents.records import Position, ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.documents.xml_parts import put, root, written
from geo_planner.export.build_layers import Layers
from geo_planner.words import Language

_SPACE = "http://www.opengis.net/kml/2.2"
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_ICONS = "icons"
_PX_PER_SCALE = 32.0
"""A viewer draws an icon of scale 1 so wide."""
_DECIMALS = 7
_FOLDERS = ("villages", "chosen_sites", "chosen_links", "sites", "communes")

Cells = Sequence[str | Sequence[str]]


def write_kml(layers: Layers, styles: Sequence[LayerStyle], facts: ProposalFacts, folder: Path, language: Language) -> list[Path]:
    """Write ``plan.kml``, ``icons/`` and ``plan.kmz``.

    Parameters
    ----------
    layers : dict
        In WGS 84, as :func:`geo_planner.documents.gis_layers.gis_layers` makes them.
    styles : sequence of LayerStyle
        The default one of each layer is drawn.
    """
    say = Wording(language)
    used = {style.layer: style for style in styles if style.default and style.layer in _FOLDERS}
    pictures = {
        f"{_ICONS}/{_style_id(style.layer, at)}.png": sign_icon(sign)
        for style in used.values() if style.geometry == "point" for at, sign in enumerate(style.signs)
    }  # fmt: skip
    if facts.uses_sample_data:
        pictures[f"{_ICONS}/sample.png"] = banner(say("sample_line"))
    document = _document(layers, used, facts, say).encode("utf-8")
    (folder / _ICONS).mkdir(parents=True, exist_ok=True)
    for name, content in pictures.items():
        (folder / name).write_bytes(content)
    (folder / "plan.kml").write_bytes(document)
    with zipfile.ZipFile(folder / "plan.kmz", "w") as packed:
        for name, content in {"doc.kml": document, **pictures}.items():
            packed.writestr(zipfile.ZipInfo(name, _ZIP_TIME), content, zipfile.ZIP_DEFLATED)
    return [folder / "plan.kml", folder / "plan.kmz", *(folder / name for name in pictures)]


def _document(layers: Layers, styles: dict[str, LayerStyle], facts: ProposalFacts, say: Wording) -> str:
    top = root("kml", {"xmlns": _SPACE})
    document = put(top, "Document")
    items = metadata_items(facts, say.language)
    put(document, "name", items["TITLE"])
    put(document, "open", "1")
    put(document, "description", _paragraphs([value for key, value in items.items() if key != "TITLE" and not key.startswith("SHA256_")]))
    for style in styles.values():
        for at, sign in enumerate(style.signs):
            _style(document, style, at, sign)
    if facts.uses_sample_data:
        _overlay(document, say("sample_line"))
    for layer in _FOLDERS:
        if layer in layers and layer in styles:
            table, style = layers[layer][0], styles[layer]
            folder = put(document, "Folder")
            put(folder, "name", say(f"kml_{layer}"))
            put(folder, "visibility", "1")
            for mark in _marks(layer, table, style, facts, say):
                folder.append(mark)
    return written(top)


def _style(document: Element, style: LayerStyle, at: int, sign: Sign) -> None:
    made = put(document, "Style", attributes={"id": _style_id(style.layer, at)})
    if style.geometry == "point":
        icon = put(made, "IconStyle")
        put(icon, "scale", f"{sign.size_px / _PX_PER_SCALE:.3g}")
        put(put(icon, "Icon"), "href", f"{_ICONS}/{_style_id(style.layer, at)}.png")
        put(icon, "hotSpot", attributes={"x": "0.5", "y": "0.5", "xunits": "fraction", "yunits": "fraction"})
        put(put(made, "LabelStyle"), "scale", "0.8" if style.layer in ("villages", "chosen_sites") else "0")
    else:
        line = put(made, "LineStyle")
        put(line, "color", _colour(sign.line))
        put(line, "width", f"{sign.weight_px:g}")
        put(put(made, "PolyStyle"), "fill", "0")
    # the card alone: a viewer's own heading would put the name in as markup
    put(put(made, "BalloonStyle"), "text", "$[description]")


def _overlay(document: Element, line: str) -> None:
    """The line on sample data, at the top of the screen whatever is looked at."""
    overlay = put(document, "ScreenOverlay")
    put(overlay, "name", line)
    put(put(overlay, "Icon"), "href", f"{_ICONS}/sample.png")
    for corner in ("overlayXY", "screenXY"):
        put(overlay, corner, attributes={"x": "0.5", "y": "1", "xunits": "fraction", "yunits": "fraction"})
    put(overlay, "size", attributes={"x": "0", "y": "0", "xunits": "pixels", "yunits": "pixels"})


def _marks(layer: str, table: gpd.GeoDataFrame, style: LayerStyle, facts: ProposalFacts, say: Wording) -> Iterator[Element]:
    if layer == "villages":
        yield from _villages(table, style, facts, say)
    elif layer == "chosen_sites":
        yield from _sites(table, style, facts, say)
    elif layer == "chosen_links":
        links = {link.link_id: link for link in facts.links}
        for at, row in enumerate(_rows(table), 1):
            cells = link_cells(at, links[row["link_id"]], facts, say)
            yield _mark(f"{cells[1]} – {cells[2]}", _card(LINK_COLUMNS[3:], cells[3:], say, facts), style, row)
    elif layer == "sites":
        for row in _rows(table.drop_duplicates("site_id")):
            yield _mark(str(row["site_id"]), _paragraphs([str(row["name"] or row["site_id"]), str(row["operator"] or "")]), style, row)
    else:
        for row in _rows(table):
            yield _mark(str(row["name"]), _paragraphs([str(row["name"])]), style, row)


def _villages(table: gpd.GeoDataFrame, style: LayerStyle, facts: ProposalFacts, say: Wording) -> Iterator[Element]:
    rows = {row["village_id"]: row for row in _rows(table)}
    numbers = {site.site_id: site.number for site in facts.sites}
    for village in facts.villages:
        cells = village_cells(village.rank, village, numbers, say, built=facts.money is not None)
        payer = (say("col_payer"), say.group(village.group))
        card = _card(VILLAGE_COLUMNS[1:], cells[1:], say, facts, [payer])
        yield _mark(f"{village.rank}. {village.name}", card, style, rows[village.village_id], village.position)


def _sites(table: gpd.GeoDataFrame, style: LayerStyle, facts: ProposalFacts, say: Wording) -> Iterator[Element]:
    rows = {row["site_id"]: row for row in _rows(table)}
    names = {village.village_id: village.name for village in facts.villages}
    for site in sorted(facts.sites, key=lambda each: each.number):
        card = _card(SITE_COLUMNS, site_row(site, names, say).cells, say, facts)
        yield _mark(say.site(site.number), card, style, rows[site.site_id], site.position)


def _mark(name: str, card: str, style: LayerStyle, row: dict[str, Any], position: Position | None = None) -> Element:
    mark = root("Placemark")
    put(mark, "name", name)
    put(mark, "description", card)
    put(mark, "styleUrl", f"#{_style_id(style.layer, _class_of(style, row.get(style.column)))}")
    if position is not None:
        put(put(mark, "Point"), "coordinates", f"{position.lon:.{_DECIMALS}f},{position.lat:.{_DECIMALS}f}")
    else:
        _shape(mark, row["geometry"])
    return mark


def _shape(parent: Element, shape: Any) -> None:
    if shape.geom_type.startswith("Multi"):
        several = put(parent, "MultiGeometry")
        for part in shape.geoms:
            _shape(several, part)
    elif shape.geom_type == "Polygon":
        area = put(parent, "Polygon")
        for tag, rings in (("outerBoundaryIs", [shape.exterior]), ("innerBoundaryIs", shape.interiors)):
            for ring in rings:
                put(put(put(area, tag), "LinearRing"), "coordinates", _coordinates(ring))
    else:
        put(put(parent, shape.geom_type), "coordinates", _coordinates(shape))


def _coordinates(shape: Any) -> str:
    return " ".join(f"{x:.{_DECIMALS}f},{y:.{_DECIMALS}f}" for x, y in shape.coords)


def _class_of(style: LayerStyle, value: object) -> int:
    """The place of a feature's sign; a share of an area has one outline, whatever it is."""
    return next((at for at, sign in enumerate(style.signs) if sign.test == ("is", value)), len(style.signs) - 1)


def _card(columns: Sequence[str], cells: Cells, say: Wording, facts: ProposalFacts, more: Sequence[tuple[str, str]] = ()) -> str:
    rows = [(say(f"col_{column}"), cell) for column, cell in zip(columns, cells, strict=True)] + list(more)
    lines = "".join(f"<tr><th align='left' valign='top'>{_escaped(title)}</th><td>{_lines(cell)}</td></tr>" for title, cell in rows)
    note = f"<p><b>{_escaped(say('sample_line'))}</b></p>" if facts.uses_sample_data else ""
    return f"{note}<table cellpadding='3'>{lines}</table>"


def _lines(cell: str | Sequence[str]) -> str:
    return _escaped(cell) if isinstance(cell, str) else "<br/>".join(map(_escaped, cell))


def _paragraphs(lines: Sequence[str]) -> str:
    return "".join(f"<p>{_escaped(line)}</p>" for line in lines if line)


def _escaped(text: str) -> str:
    return html.escape(text).replace("$", "&#36;")


def _rows(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    named = table.rename_geometry("geometry") if table.geometry.name != "geometry" else table
    return [{str(key): value for key, value in record.items()} for record in named.to_dict("records")]


def _style_id(layer: str, at: int) -> str:
    return f"{layer}-{at}"


def _colour(code: str) -> str:
    """``#rrggbb`` as KML writes it: opacity, blue, green, red."""
    return f"ff{code[5:7]}{code[3:5]}{code[1:3]}"
