"""What the documents of a plan rest on in law, and what is missing: fields of the office, texts that are not at hand, blanks of the list."""

from __future__ import annotations

import datetime as dt

from geo_planner.documents.office import Office
from geo_planner.documents.records import Missing, VillageFacts
from geo_planner.plan import Plan
from geo_planner.words import Said, said

_FIELDS = (
    "number", "symbol", "place", "addressees", "signer_title", "signer_name", "recipients", "archive", "villages_in_province",
)  # fmt: skip
"""Fields of the office that the proposal needs, in the order of the page."""
_TEXTS = (
    "fund_decree_date",
    "circular_date",
    "organisation_date",
    "procedures",
    "programme",
    "paying_back",
    "lom_song",
    "cost_norms",
    "forms",
)
_LAI_CHAU = "12"


def legal_basis(plan: Plan) -> tuple[Said, ...]:
    """The texts that were read; one of the province only for that province."""
    keys = ["telecoms_law", "fund_decree", "circular", "organisation", "difficult_areas"]
    if plan.scenario.province.code == _LAI_CHAU:
        keys.append("difficult_lai_chau")
    return tuple(said(f"document_law.{key}") for key in keys)


def missing_of(office: Office, date: dt.date | None, villages: tuple[VillageFacts, ...]) -> tuple[Missing, ...]:
    """Every field that only the office can fill in, every text not at hand, and what the list leaves blank."""
    blank = [name for name in _FIELDS if getattr(office, name) in ("", (), None)]
    keys = [f"document_missing.{name}" for name in ([] if date else ["date"]) + blank]
    found = [Missing(key, said(key)) for key in keys]
    found += [Missing(f"document_missing.text_{name}", said(f"document_missing.text_{name}")) for name in _TEXTS]
    counted = {
        "households": [v for v in villages if v.households is None],
        "grid_power": [v for v in villages if not v.grid_power],
        "extremely_difficult": [v for v in villages if v.extremely_difficult is None],
        "poor_households": [v for v in villages if v.poor_households is None],
        "position": [v for v in villages if v.position_quality not in ("surveyed", "map")],
        "measured": [v for v in villages if v.measured.status == "unknown"],
        "commitment": [v for v in villages if not v.commitment_operator and not v.commitment_stage],
        "own_data": [v for v in villages if v.sample],
    }
    for name, lacking in counted.items():
        if lacking:
            found.append(
                Missing(f"document_missing.list_{name}", said(f"document_missing.list_{name}", n=len(lacking), total=len(villages)))
            )
    return tuple(found)


def limits_of(plan: Plan) -> tuple[Said, ...]:
    """What the figures of a plan are not."""
    service = plan.scenario.service
    keys = [
        said("document_limit.model", sigma=service.sigma_db, share=service.min_probability),
        said("document_limit.threshold", level=service.rsrp_threshold_dbm),
        said("document_limit.measured") if len(plan.measured.by_operator) else said("document_limit.not_measured"),
        said("document_limit.cell", size=plan.terrain.cell_m),
    ]
    if plan.build is not None:
        keys += [said("document_limit.cost"), said("document_limit.survey")]
    if plan.study_area.population is None:
        keys.append(said("document_limit.people"))
    return tuple(keys)
