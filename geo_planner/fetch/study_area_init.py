"""A study area for any province: what public sources know, and in words what only the province knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from geo_planner.errors import Fault, GeoPlannerError, OutputError, UsageError, system_says
from geo_planner.fetch.area import read_area
from geo_planner.fetch.boundaries import COMMUNES_FILE
from geo_planner.fetch.download import Service
from geo_planner.fetch.layers import KINDS, FetchReport, checked_options, fetch_with
from geo_planner.fetch.policy import Policy, checked_base_url
from geo_planner.fetch.provinces import Province, province
from geo_planner.fetch.transfer import Progress
from geo_planner.files.manifest import read_manifest, record_files
from geo_planner.files.output import new_folder
from geo_planner.words import Language, said

README = "README.md"


@dataclass(frozen=True, slots=True)
class InitReport:
    """What was made.

    Attributes
    ----------
    root : Path
        Folder of the study area.
    province : Province
    scenario : Path
        The scenario to plan with.
    files : tuple of str
        Relative to `root`.
    notes : tuple of Fault
        Warnings, and what has to be asked (code ``not_known``).
    next_steps : tuple of str
        Commands to give next, in order.
    """

    root: Path
    province: Province
    scenario: Path
    files: tuple[str, ...]
    notes: tuple[Fault, ...]
    next_steps: tuple[str, ...]

    @property
    def questions(self) -> tuple[Fault, ...]:
        return tuple(note for note in self.notes if note.code == "not_known")


def init_study_area(
    directory: Path,
    province_code: str,
    *,
    base_url: str | None = None,
    layers: Sequence[str] = (),
    progress: Progress | None = None,
    cache: Path | None = None,
    policy: Policy | None = None,
    terrain: dict[str, Any] | None = None,
) -> InitReport:
    """Make a study area: boundaries, merge table, terrain, a scenario and a README that says what comes next.

    Villages and stations are not made: an invented list would look like a real one. Until they are imported, ``validate``
    says that they are missing.

    Parameters
    ----------
    directory : Path
        A folder that does not exist yet, or is empty.
    province_code : str
        Two digits, or the name.
    base_url : str, optional
        A mirror that keeps the paths of the original servers.
    layers : sequence of str
        Further layers to fetch at once, for instance ``("population", "roads")``.
    progress, cache, policy
        As for :func:`geo_planner.fetch.layers.fetch_layer`.
    terrain : dict, optional
        Options for the terrain: ``product``, ``cell_m``, ``margin_km``.

    Raises
    ------
    UsageError
        When the folder holds something, or there is no such province, layer, product or server address.
    DownloadError, InputError, OutputError
        Nothing is left behind; what was downloaded stays in the cache for the next try.
    """
    of = province(province_code)
    unknown = [name for name in layers if name not in KINDS]
    if unknown:
        raise UsageError("no_such_fetch", given=unknown[0], known=KINDS)
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise UsageError("init_folder.filled", folder=directory)
    target = directory.resolve()
    if target == Path.cwd():
        raise UsageError("init_folder.working")
    service = Service(checked_base_url(base_url), cache, policy or Policy(), progress)
    options = checked_options("terrain", terrain or {})
    try:
        with ExitStack() as stack:
            try:
                work = stack.enter_context(new_folder(target))
            except OSError as error:
                raise OutputError("cannot_write.new_area_place", folder=directory, why=system_says(error)) from error
            wanted = ["boundaries", "terrain", *(name for name in layers if name not in ("boundaries", "terrain"))]
            reports = [fetch_with(service, name, of, work, options if name == "terrain" else {}) for name in wanted]
            scenario = _write_words(work, of, reports)
    except GeoPlannerError:
        raise
    except OSError as error:
        if target.is_dir() and any(target.iterdir()):
            raise UsageError("init_folder.filled_meanwhile", folder=directory) from error
        raise OutputError("cannot_write.new_area", folder=directory, why=system_says(error)) from error
    written = tuple(sorted(read_manifest(target)["files"]))
    notes = tuple(note for report in reports for note in report.notes)
    return InitReport(directory, of, directory / scenario, written, notes, next_steps(directory, directory / scenario))


def next_steps(root: Path, scenario: Path) -> tuple[str, ...]:
    """What to type next."""
    return (
        "geo-planner template villages -o villages.xlsx",
        "geo-planner template sites -o sites.xlsx",
        f"geo-planner import villages villages.xlsx --into {root}",
        f"geo-planner import sites sites.xlsx --into {root}",
        f"geo-planner validate {root}",
        f"geo-planner plan {scenario} -o out",
    )


def _questions(blank: Mapping[str, int], language: Language) -> str:
    """Rows of the README's table: what is to be asked of the communes, by the column that it goes into."""
    asked = {column: said(f"init_asks.{column}", n=n) for column, n in blank.items()}
    rows = [said("init_asks_row", file=COMMUNES_FILE, what=what, column=column) for column, what in asked.items()]
    return "\n".join(row.text(language) for row in rows)


def _write_words(root: Path, of: Province, reports: Sequence[FetchReport]) -> str:
    """The scenario and the README, recorded in the manifest; returns the scenario's path."""
    area = read_area(root, of)
    scenario = f"scenarios/{of.slug}.yaml"
    words = {
        "code": of.code,
        "name": of.name,
        "full_name": of.full_name,
        "slug": of.slug,
        "crs": area.crs.to_string(),
        "scenario": scenario,
    }
    asked = [note for report in reports for note in report.notes if note.code == "not_known"]
    blank = {str(note.column): int(area.communes[str(note.column)].isna().sum()) for note in asked}
    words["questions_vi"], words["questions_en"] = _questions(blank, "vi"), _questions(blank, "en")
    words["files"] = "\n".join(
        f"| `{name}` | {entry['source']} | {entry['licence']} |" for name, entry in read_manifest(root)["files"].items()
    )
    (root / "scenarios").mkdir()
    for template, file in (("scenario_template.yaml", scenario), ("readme_template.md", README)):
        text = Template(files(__package__).joinpath(template).read_text(encoding="utf-8")).substitute(words)
        (root / file).write_text(text, encoding="utf-8", newline="\n")
    made = {"source": "geo-planner init", "licence": "MIT", "date": None, "crs": None, "origin": "template"}
    record_files(root, {scenario: made})  # the README is the user's to write on: it is not recorded
    return scenario
