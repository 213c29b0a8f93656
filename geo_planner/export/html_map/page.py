"""The map of a plan as folium elements, and as one page that opens without a network."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any, cast

import folium
import folium.template
from branca.element import Element, Figure, MacroElement

from geo_planner.errors import OutputError, system_says
from geo_planner.export.assumptions import citation_words, sources_of
from geo_planner.export.html_map.card import text
from geo_planner.export.html_map.own_files import LEAFLET_DIR, own_file, own_program
from geo_planner.export.html_map.payload import as_script_literal, map_payload
from geo_planner.plan import Plan
from geo_planner.words import said

_PAGE = folium.template.Template(
    """<!DOCTYPE html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{{ this.title }}</title>
{{ this.header.render(**kwargs) }}
</head>
<body>
{{ this.heading }}
<main class="gp-main"><div class="gp-stage">{{ this.html.render(**kwargs) }}</div><aside id="gp-panel"></aside></main>
{{ this.sources }}
<script>
{{ this.script.render(**kwargs) }}
</script>
</body>
</html>
"""
)


class Verbatim(Element):
    """Text that stands in the page as it is. (A plain element would read it as a template once more.)"""

    def __init__(self, content: str) -> None:
        super().__init__()
        self._name = "Verbatim"
        self._content = content

    def render(self, **_: Any) -> str:
        return self._content


class PlanLayer(MacroElement):
    """Everything of a plan that is drawn on the map, put there by the package's own script.

    Parameters
    ----------
    literal : str
        The payload as :func:`as_script_literal` writes it.
    """

    _template = folium.template.Template(
        """
        {% macro script(this, kwargs) %}
        {{ this.program }}
        geoPlannerMap({{ this._parent.get_name() }}, {{ this.literal }});
        {% endmacro %}
        """
    )

    def __init__(self, literal: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "PlanLayer"
        self._id = "layer"
        self.literal = literal
        self.program = own_program()


def base_map(literal: str) -> folium.Map:
    """A folium map without tiles that carries the plan; the caller says where Leaflet comes from.

    Parameters
    ----------
    literal : str
        The payload as :func:`as_script_literal` writes it.

    Returns
    -------
    folium.Map
        With empty ``default_js`` and ``default_css``, hence no address of any server.
    """
    chart = folium.Map(location=(0, 0), tiles=None, zoom_start=9, zoom_control=False, zoom_snap=0.1, zoom_delta=0.5, wheel_px_per_zoom_level=90, attribution_control=False)  # fmt: skip
    chart._id = "plan"
    chart.default_js = []
    chart.default_css = []
    _figure_of(chart).header.add_child(Verbatim(f"<style>{own_file('map.css')}</style>"), name="map_style")
    chart.add_child(PlanLayer(literal), name="plan_layer")
    return chart


def map_page(plan: Plan) -> str:
    """The exported page: Vietnamese with short English subtitles, no address to load anything from.

    Two calls with equal plans return equal text.
    """
    chart = base_map(as_script_literal(map_payload(plan, language="vi", bilingual=True, cards=True)))
    figure = _figure_of(chart)
    figure._template = _PAGE
    figure._id = "page"
    figure.title = html.escape(plan.scenario.title_vi or plan.scenario.name)
    figure.heading = _heading(plan)  # type: ignore[attr-defined]
    figure.sources = _sources(plan)  # type: ignore[attr-defined]
    header = figure.header
    header.add_child(Verbatim(f"<style>{_inlined_style_sheet()}{own_file('page.css')}</style>"), name="leaflet_style", index=0)
    header.add_child(Verbatim(f"<script>{_without_addresses((LEAFLET_DIR / 'leaflet.js').read_text(encoding='utf-8'))}</script>"), name="leaflet", index=1)  # fmt: skip
    page: str = figure.render()
    return page


def write_map(plan: Plan, path: Path) -> None:
    """Write the map of a plan as one file that opens from disk without a network.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    page = map_page(plan)
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise OutputError("file_not_written.map", name=path, why=system_says(error)) from error


def _figure_of(chart: folium.Map) -> Figure:
    return cast(Figure, chart.get_root())


def _heading(plan: Plan) -> str:
    scenario = plan.scenario
    lines = [f'<header class="gp-head"><h1>{html.escape(scenario.title_vi or scenario.name)}</h1>']
    if scenario.title_en:
        lines.append(f'<p lang="en">{html.escape(scenario.title_en)}</p>')
    lines.append("</header>")
    if plan.uses_sample_data:
        banner = said("sample_banner")
        lines.append(f'<div class="gp-sample" role="note">{banner.text("vi")}<small lang="en">{banner.text("en")}</small></div>')
    return "".join(lines)


def _sources(plan: Plan) -> str:
    lines = "".join(f"<li>{html.escape(c.file)}: {html.escape(citation_words(c))}</li>" for c in sources_of(plan))
    title = f'{text("sources", "vi")} <small lang="en">{text("sources", "en")}</small>'
    return f'<details class="gp-sources"><summary>{title}</summary><ul>{lines}</ul></details>'


def _inlined_style_sheet() -> str:
    """Leaflet's style sheet with its few pictures inside."""
    sheet = (LEAFLET_DIR / "leaflet.css").read_text(encoding="utf-8")

    def inline(match: re.Match[str]) -> str:
        picture = base64.b64encode((LEAFLET_DIR / match[1]).read_bytes()).decode("ascii")
        return f"url(data:image/png;base64,{picture})"

    return _without_addresses(re.sub(r"url\((images/[\w.-]+)\)", inline, sheet))


def _without_addresses(source: str) -> str:
    """The same program or sheet without a single web address, so that a search of the page for one finds none.

    Name spaces keep their meaning: an escaped slash in a string literal is a slash. The licence note keeps its text.
    """
    source = re.sub(r"//# sourceMappingURL=\S+", "", source)
    return source.replace("http://www.w3.org", r"http:\/\/www.w3.org").replace("https://", "").replace("http://", "")
