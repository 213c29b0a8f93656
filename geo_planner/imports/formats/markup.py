"""KML and GPX to features. Read here rather than by GDAL, which loses KML's data fields and follows its links."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree as ET

import shapely

from geo_planner.imports.naming import listed_names
from geo_planner.imports.opening import InputFile, archive, check_xml, refuse
from geo_planner.words import Said, first_of, said

GPX_LAYERS = {"wpt": "waypoints", "rte": "routes", "trk": "tracks"}
"""The layers of a GPX file, by the names that QGIS gives them."""


@dataclass(slots=True)
class Feature:
    """One placemark, way point or track; `folders` are those it lies in, the outermost first."""

    properties: dict[str, str] = field(default_factory=dict)
    geometry: shapely.Geometry | None = None
    folders: tuple[str, ...] = ()


def read_kml(file: InputFile, *, max_bytes: int) -> tuple[list[Feature], list[Said]]:
    """The placemarks of a KML or KMZ, and what else it holds that is not taken.

    Raises
    ------
    InputError
        For damaged XML, document types, several KML in one archive, coordinates that are no numbers.
    """
    content, told = (file.path.read_bytes(), list[Said]()) if file.format == "kml" else _main_kml(file, max_bytes)
    check_xml(iter([content]), file.name, depth=True)
    root = ET.fromstring(content)  # noqa: S314 - checked above
    features, shown, aside = list[Feature](), _shown_names(root), list[tuple[str, str]]()
    for element, folders in _placemarks(root, (), aside):
        properties = {"name": _child_text(element, "name")}
        for title, text in _data_fields(element, shown):
            properties[title] = text
        fields, description = table_of_html(_child_text(element, "description"))
        for title, text in fields.items():
            properties.setdefault(title, text)
        if description:
            properties["description"] = description
        number = len(features) + 1
        shapes = [shape for child in element for shape in _shapes(child, file.name, number)]
        features.append(Feature(properties, _together(shapes), folders))
    for kind in dict.fromkeys(kind for kind, _ in aside):
        told.append(said("not_followed", kind=kind, names=listed_names(name for other, name in aside if other == kind)))
    return features, told


def _shown_names(root: ET.Element) -> dict[str, dict[str, str]]:
    """By schema, the names of its fields that people read."""
    schemas = [element for element in root.iter() if _local(element) == "Schema"]
    return {
        str(schema.get("id") or schema.get("name", "")): {
            field.get("name", ""): shown for field in schema if _local(field) == "SimpleField" and (shown := _title(field))
        }
        for schema in schemas
    }


def _title(element: ET.Element) -> str:
    """What a field is called for people; empty where it only has a name for programs."""
    return without_markup(_child_text(element, "displayName"))


def _data_fields(element: ET.Element, shown: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """The fields of a placemark under the names that people read; under both names where two fields are called the same."""
    found = list[tuple[str, str, str]]()
    for data in element.iter():
        if _local(data) == "Data":
            found.append((data.get("name", ""), _title(data), _child_text(data, "value")))
        elif _local(data) == "SchemaData":
            names = shown.get(data.get("schemaUrl", "").rpartition("#")[2], {})
            for field in data.iter():
                if _local(field) == "SimpleData":
                    own = field.get("name", "")
                    found.append((own, names.get(own, ""), "".join(field.itertext())))
    titles = [title or own for own, title, _ in found]
    for own, title, text in found:
        yield (f"{title} ({own})" if title and title != own and titles.count(title) > 1 else title or own), text


_ASIDE = ("NetworkLink", "GroundOverlay", "ScreenOverlay", "PhotoOverlay", "Tour", "NetworkLinkControl")
"""What a KML may hold beside placemarks: links to other files, pictures, flights."""


def _placemarks(
    element: ET.Element, folders: tuple[str, ...], aside: list[tuple[str, str]]
) -> Iterator[tuple[ET.Element, tuple[str, ...]]]:
    for child in element if _local(element) != "Placemark" else [element]:
        kind = _local(child)
        if kind == "Placemark":
            yield child, folders
        elif kind in ("Document", "Folder", "kml"):
            name = "" if kind == "kml" else _child_text(child, "name")
            # A document's name is often only that of its file.
            inner = (*folders, name) if name and not name.lower().endswith((".kml", ".kmz")) else folders
            yield from _placemarks(child, inner, aside)
        elif len(child) and kind in ("Create", "Update", "Change"):
            yield from _placemarks(child, folders, aside)
        elif kind in _ASIDE:
            links = (text for inside in child.iter() if _local(inside) == "href" and (text := (inside.text or "").strip()))
            aside.append((kind, _child_text(child, "name") or next(links, "") or "?"))


def _main_kml(file: InputFile, max_bytes: int) -> tuple[bytes, list[Said]]:
    with archive(file.path, file.name, max_bytes=max_bytes) as opened:
        names = [member for member in opened.namelist() if member.lower().endswith(".kml")]
        chosen = [name for name in names if name.lower() == "doc.kml"] or names
        if len(chosen) != 1:
            raise refuse(file.name, "several_layers.kmz", names=first_of(names, 10))
        others = [name for name in opened.namelist() if name != chosen[0] and not name.endswith("/") and "__MACOSX" not in name]
        return opened.read(chosen[0]), [said("not_read_in_archive", names=listed_names(others))] if others else []


def read_gpx(file: InputFile) -> list[Feature]:
    """Way points as points, tracks and routes as lines.

    Raises
    ------
    InputError
    """
    content = file.path.read_bytes()
    check_xml(iter([content]), file.name, depth=True)
    root = ET.fromstring(content)  # noqa: S314 - checked above
    features = list[Feature]()
    for element in root:
        kind = _local(element)
        number = len(features) + 1
        if kind not in GPX_LAYERS:
            continue
        properties = _gpx_properties(element)
        folders = (GPX_LAYERS[kind],)
        if kind == "wpt":
            features.append(Feature(properties, shapely.Point(_gpx_point(element, file.name, number)), folders))
        elif kind in ("trk", "rte"):
            segments = [element] if kind == "rte" else [child for child in element if _local(child) == "trkseg"]
            lines = [
                [_gpx_point(point, file.name, number) for point in segment if _local(point) in ("trkpt", "rtept")] for segment in segments
            ]
            features.append(Feature(properties, _together([shapely.LineString(line) for line in lines if len(line) > 1]), folders))
    return features


def _gpx_properties(element: ET.Element) -> dict[str, str]:
    """What a way point or track says of itself, its extensions too: the text of every element, under the element's name."""
    properties = {"name": _child_text(element, "name")}
    for child in element:
        kind = _local(child)
        if kind in ("trkseg", "rtept"):
            continue
        if kind == "link":
            properties.setdefault("link", child.get("href", ""))
            continue
        for leaf in child.iter():
            if not len(leaf) and (text := (leaf.text or "").strip()):
                properties.setdefault(_local(leaf), text)
    return properties


def _gpx_point(element: ET.Element, name: str, number: int) -> tuple[float, float]:
    return _number(element.get("lon", ""), name, number), _number(element.get("lat", ""), name, number)


def _shapes(element: ET.Element, name: str, number: int) -> Iterator[shapely.Geometry]:
    kind = _local(element)
    if kind == "MultiGeometry":
        for child in element:
            yield from _shapes(child, name, number)
    elif kind == "Point":
        points = _positions(element, name, number)
        yield from map(shapely.Point, points[:1])
    elif kind in ("LineString", "LinearRing"):
        points = _positions(element, name, number)
        if len(points) > 1:
            yield shapely.LineString(points)
    elif kind == "Polygon":
        rings = [
            (_local(boundary), _positions(boundary, name, number))
            for boundary in element
            if _local(boundary) in ("outerBoundaryIs", "innerBoundaryIs")
        ]
        outer = [ring for side, ring in rings if side == "outerBoundaryIs" and len(ring) >= 3]
        if outer:
            yield shapely.Polygon(outer[0], [ring for side, ring in rings if side == "innerBoundaryIs" and len(ring) >= 3])


def _positions(element: ET.Element, name: str, number: int) -> list[tuple[float, float]]:
    text = next((child.text or "" for child in element.iter() if _local(child) == "coordinates"), "")
    positions = []
    for item in text.split():
        parts = item.split(",")
        if len(parts) < 2:
            raise refuse(name, "coordinates.kml", row=number, value=item[:40])
        positions.append((_number(parts[0], name, number), _number(parts[1], name, number)))
    return positions


def _number(text: str, name: str, number: int) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise refuse(name, "coordinates.feature", row=number, value=text[:40]) from error


def _together(shapes: list[Any]) -> Any:
    if len(shapes) <= 1:
        return shapes[0] if shapes else None
    kinds = {str(shape.geom_type) for shape in shapes}
    multi: dict[str, Any] = {"Point": shapely.MultiPoint, "LineString": shapely.MultiLineString, "Polygon": shapely.MultiPolygon}
    return multi[kinds.pop()](shapes) if len(kinds) == 1 else shapely.GeometryCollection(shapes)


def kind_of(shape: Any) -> str:
    """``Point``, ``LineString`` …"""
    return str(shape.geom_type)


def _local(element: ET.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _child_text(element: ET.Element, name: str) -> str:
    return next(("".join(child.itertext()).strip() for child in element if _local(child) == name), "")


_CELLS = ("td", "th")
_UNSEEN = ("script", "style", "title")


def table_of_html(text: str) -> tuple[dict[str, str], str]:
    """The fields of a table of two columns, and what else there is to read; a text without a table stays as it is.

    Examples
    --------
    >>> table_of_html("<table><tr><td>Xã</td><td>Mù Cả</td></tr></table>")
    ({'Xã': 'Mù Cả'}, '')
    >>> table_of_html("cạnh <b>suối</b>")
    ({}, 'cạnh <b>suối</b>')
    """
    if "<table" not in text.lower():
        return {}, text
    parser = _Rows()
    parser.feed(text)
    parser.close()
    fields = dict[str, str]()
    rest = []
    for row in parser.rows:
        cells = [" ".join(cell.split()) for cell in row]
        if len(cells) == 2 and cells[0] and cells[0] not in fields:
            fields[cells[0]] = "" if cells[1] in ("&lt;Null&gt;", "<Null>") else cells[1]
        else:
            rest.append(" | ".join(filter(None, cells)))
    outside = " ".join("".join(parser.outside).split())
    return fields, "; ".join(filter(None, [outside, *rest]))


def without_markup(text: str) -> str:
    """The words of a short text that may hold markup, on one line.

    Examples
    --------
    >>> without_markup("<b>Tên&nbsp;bản</b>")
    'Tên bản'
    """
    return " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", text)).replace("\xa0", " ").split())


class _Rows(HTMLParser):
    """Rows of the innermost tables; a cell that holds a table of its own is only its frame."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[list[str]] = []
        self.outside: list[str] = []
        self._open: list[list[str] | None] = []
        self._in_cell: list[bool] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - as the parser calls it
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            if self._open:
                self._open[-1] = None
            self._open.append([])
            self._in_cell.append(False)
        elif not self._open:
            if tag in ("br", "p", "div"):
                self.outside.append(" ")
        elif tag == "tr":
            self._end_row()
            self._open[-1] = []
        elif tag in _CELLS:
            row = self._open[-1]
            if row is not None:
                row.append("")
            self._in_cell[-1] = True
        elif tag in ("br", "p", "div"):
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif not self._open:
            return
        elif tag in _CELLS:
            self._in_cell[-1] = False
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_row()
            self._open.pop()
            self._in_cell.pop()

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not self._open:
            self.outside.append(data)
        elif (row := self._open[-1]) and self._in_cell[-1]:
            row[-1] += data

    def close(self) -> None:
        super().close()
        while self._open:
            self.handle_endtag("table")

    def _end_row(self) -> None:
        row = self._open[-1]
        if row and any(cell.strip() for cell in row):
            self.rows.append(row)
        self._open[-1] = []
