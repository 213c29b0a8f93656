"""How the layers of a plan are drawn in a GIS: the signs and colours of the map, as QML for QGIS and as SLD for others."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal
from xml.etree.ElementTree import Element

from geo_planner.documents.xml_parts import put, root, written
from geo_planner.export.palette import opaque

MM_PER_PX = 25.4 / 96
_QML_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_QGIS = "3.22.0"
"""The oldest version that the styles are written for."""
_NAME_INK, _NAME_HALO = "#1d2733", "#ffffff"
# The shapes of the build marks have no well-known names; these differ among themselves as theirs do.
_WELL_KNOWN = {"circle": "circle", "mast": "triangle", "sector": "square", "relay": "x", "satellite": "star", "terminal": "star"}

Geometry = Literal["point", "line", "area"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One class of a layer.

    Attributes
    ----------
    label : str
        In the legend.
    test : tuple
        Which features it is for: ``("is", value)``, ``("from", least, below)`` with None for no limit, or ``("else",)``.
    shape : str
        Of a point: ``circle`` or a build mark.
    outline : str
        Path of a build mark in a square of 18.
    fill, line : str
        ``#rrggbb``; blank: none.
    size_px, weight_px : float
    dashed : bool
    """

    label: str
    test: tuple[object, ...] = ("else",)
    shape: str = "circle"
    outline: str = ""
    fill: str = ""
    line: str = ""
    size_px: float = 12.0
    weight_px: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class LayerStyle:
    """One way to draw a layer.

    Attributes
    ----------
    column : str
        That the signs test.
    names : str
        Expression of the labels beside the features; blank for none.
    default : bool
        Whether the layer opens with it.
    """

    layer: str
    name: str
    geometry: Geometry
    column: str
    signs: tuple[Sign, ...]
    names: str = ""
    default: bool = True


def qml(style: LayerStyle) -> str:
    """The style for QGIS."""
    top = root("qgis", {"version": _QGIS, "styleCategories": "Symbology|Labeling", "labelsEnabled": "1" if style.names else "0"})
    renderer = put(top, "renderer-v2", attributes={"type": "RuleRenderer", "symbollevels": "0", "forceraster": "0", "enableorderby": "0"})
    rules = put(renderer, "rules", attributes={"key": "{rules}"})
    symbols = put(renderer, "symbols")
    for number, sign in enumerate(style.signs):
        rule = {"key": f"{{rule-{number}}}", "symbol": str(number), "label": sign.label, "filter": _expression(style.column, sign)}
        put(rules, "rule", attributes=rule)
        kind = {"point": "marker", "line": "line", "area": "fill"}[style.geometry]
        symbol = put(
            symbols, "symbol", attributes={"type": kind, "name": str(number), "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
        )
        name, options = _symbol(style.geometry, sign)
        layer = put(symbol, "layer", attributes={"class": name, "enabled": "1", "locked": "0", "pass": "0"})
        listed = put(layer, "Option", attributes={"type": "Map"})
        for key, value in options.items():
            put(listed, "Option", attributes={"name": key, "type": "QString", "value": value})
        for key, value in options.items():  # versions before 3.26 read these
            put(layer, "prop", attributes={"k": key, "v": value})
    if style.names:
        _names(top, style)
    return written(top, _QML_HEAD)


def _expression(column: str, sign: Sign) -> str:
    match sign.test:
        case ("is", value):
            text = str(value).replace("'", "''")
            return f"\"{column}\" = '{text}'"
        case ("from", least, None):
            return f'"{column}" >= {least}'
        case ("from", least, below):
            return f'"{column}" >= {least} AND "{column}" < {below}'
    return "ELSE"


def _symbol(geometry: Geometry, sign: Sign) -> tuple[str, dict[str, str]]:
    """Class and options of a symbol's only layer, in millimetres."""
    width = _figure(sign.weight_px * MM_PER_PX)
    line = _colour(sign.line) if sign.line else "0,0,0,0"
    if geometry == "line":
        dash = {"use_custom_dash": "1", "customdash": "2;1.2", "customdash_unit": "MM"} if sign.dashed else {"use_custom_dash": "0"}
        return "SimpleLine", {"line_color": line, "line_width": width, "line_width_unit": "MM", "line_style": "solid", **dash}
    edge = {"outline_color": line, "outline_width": width, "outline_width_unit": "MM"}
    edge |= {"outline_style": ("dash" if sign.dashed else "solid") if sign.line else "no"}
    fill = _colour(sign.fill) if sign.fill else "255,255,255,0"
    if geometry == "area":
        return "SimpleFill", {"color": fill, "style": "solid" if sign.fill else "no", **edge}
    size = {"size": _figure(sign.size_px * MM_PER_PX), "size_unit": "MM"}
    if sign.outline:
        picture = base64.b64encode(svg(sign).encode("utf-8")).decode("ascii")
        return "SvgMarker", {"name": f"base64:{picture}", "color": fill, **edge, **size}
    return "SimpleMarker", {"name": "circle", "color": fill, **edge, **size}


def svg(sign: Sign) -> str:
    """A build mark as a picture of its own."""
    top = root("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": "-1 -1 20 20", "width": "20", "height": "20"})
    put(
        top,
        "path",
        attributes={"d": sign.outline, "fill": sign.fill or "#ffffff", "stroke": sign.line, "stroke-width": f"{sign.weight_px:g}"},
    )
    return written(top, "")


def _names(top: Element, style: LayerStyle) -> None:
    labeling = put(top, "labeling", attributes={"type": "simple"})
    settings = put(labeling, "settings")
    text = {
        "fieldName": style.names, "isExpression": "1", "fontFamily": "Noto Sans", "fontSize": "8", "fontSizeUnit": "Point", "textColor": _colour(_NAME_INK),
        "textOpacity": "1", "fontWeight": "50", "namedStyle": "Regular",
    }  # fmt: skip
    inner = put(settings, "text-style", attributes=text)
    buffer = {"bufferDraw": "1", "bufferSize": "0.8", "bufferSizeUnits": "MM", "bufferColor": _colour(_NAME_HALO), "bufferOpacity": "1"}
    put(inner, "text-buffer", attributes=buffer)
    # around a point, horizontal within an area
    put(settings, "placement", attributes={"placement": "6" if style.geometry == "point" else "1", "dist": "1", "distUnits": "MM"})
    put(settings, "rendering", attributes={"drawLabels": "1", "displayAll": "0", "obstacle": "1"})


def sld(style: LayerStyle) -> str:
    """The style as Styled Layer Descriptor 1.1 with Symbology Encoding; labels and dashes of outlines stay with QGIS."""
    spaces = {
        "xmlns": "http://www.opengis.net/sld", "xmlns:se": "http://www.opengis.net/se", "xmlns:ogc": "http://www.opengis.net/ogc", "version": "1.1.0",
    }  # fmt: skip
    top = root("StyledLayerDescriptor", spaces)
    named = put(top, "NamedLayer")
    put(named, "se:Name", style.layer)
    user = put(named, "UserStyle")
    put(user, "se:Name", style.name)
    kind = put(user, "se:FeatureTypeStyle")
    for sign in style.signs:
        rule = put(kind, "se:Rule")
        put(rule, "se:Name", sign.label)
        put(put(rule, "se:Description"), "se:Title", sign.label)
        _filter(rule, style.column, sign)
        if style.geometry == "line":
            _stroke(put(rule, "se:LineSymbolizer"), sign)
        elif style.geometry == "area":
            _painted(put(rule, "se:PolygonSymbolizer"), sign)
        else:
            graphic = put(put(rule, "se:PointSymbolizer"), "se:Graphic")
            mark = put(graphic, "se:Mark")
            put(mark, "se:WellKnownName", _WELL_KNOWN[sign.shape])
            _painted(mark, sign)
            put(graphic, "se:Size", _figure(sign.size_px))
    return written(top)


def _filter(rule: Element, column: str, sign: Sign) -> None:
    if sign.test == ("else",):
        put(rule, "se:ElseFilter")
        return
    filters = put(rule, "ogc:Filter")
    tests = [("PropertyIsEqualTo", sign.test[1])] if sign.test[0] == "is" else [("PropertyIsGreaterThanOrEqualTo", sign.test[1])]
    if sign.test[0] == "from" and sign.test[2] is not None:
        filters, tests = put(filters, "ogc:And"), [*tests, ("PropertyIsLessThan", sign.test[2])]
    for name, value in tests:
        test = put(filters, f"ogc:{name}")
        put(test, "ogc:PropertyName", column)
        put(test, "ogc:Literal", str(value))


def _painted(parent: Element, sign: Sign) -> None:
    if sign.fill:
        put(put(parent, "se:Fill"), "se:SvgParameter", sign.fill, {"name": "fill"})
    if sign.line:
        _stroke(parent, sign)


def _stroke(parent: Element, sign: Sign) -> None:
    stroke = put(parent, "se:Stroke")
    put(stroke, "se:SvgParameter", sign.line, {"name": "stroke"})
    put(stroke, "se:SvgParameter", _figure(sign.weight_px), {"name": "stroke-width"})
    if sign.dashed:
        put(stroke, "se:SvgParameter", "7 5", {"name": "stroke-dasharray"})


def _colour(code: str) -> str:
    return ",".join(map(str, opaque(code)))


def _figure(value: float) -> str:
    return f"{value:.4g}"
