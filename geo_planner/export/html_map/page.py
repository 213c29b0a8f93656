"""The map of a plan as one page that opens without a network: ``page.html`` with its places filled."""

from __future__ import annotations

import html
import re
from pathlib import Path

from geo_planner.errors import OutputError, system_says
from geo_planner.export.assumptions import citation_words, sources_of
from geo_planner.export.html_map.card import text
from geo_planner.export.html_map.own_files import leaflet_program, leaflet_sheet, own_file, own_program
from geo_planner.export.html_map.payload import as_script_literal, map_payload
from geo_planner.plan import Plan
from geo_planner.words import said

_PLACE = re.compile(r"\{\{ (\w+) \}\}")


def map_page(plan: Plan) -> str:
    """The exported page: Vietnamese with short English subtitles, no address to load anything from.

    Two calls with equal plans return equal text.
    """
    parts = {
        "title": html.escape(plan.scenario.title_vi or plan.scenario.name),
        "page_style": leaflet_sheet() + own_file("page.css"),
        "leaflet": leaflet_program(),
        "map_style": own_file("map.css"),
        "heading": _heading(plan),
        "sources": _sources(plan),
        "program": own_program(),
        "plan": as_script_literal(map_payload(plan, language="vi", bilingual=True, cards=True)),
    }
    # what is put in is looked at no more, whatever braces it has
    return _PLACE.sub(lambda place: parts[place[1]], own_file("page.html").rstrip())


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
