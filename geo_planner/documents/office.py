"""What only the office can fill in: letterhead, number, addressee, signer. A blank stays a visible field and is told as missing."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import Field, ValidationError, field_validator

from geo_planner.errors import InputError, SettingError, UsageError, bounded, fault, system_says
from geo_planner.files.atomic import write_atomically
from geo_planner.files.bundled import comes_with_the_program
from geo_planner.files.folders import no_plain_file, refuse_link
from geo_planner.files.lock import locked
from geo_planner.scenario_files.edited import edited
from geo_planner.settings import Settings, read_settings, setting_fault, unfit_values

OFFICE_FILE = "documents/office.yaml"
"""Where the fields of the office stand in a study area."""
_Text = Annotated[str, Field(max_length=500)]


class Office(Settings):
    """The fields of the office. Blank is not known, and stays a field to fill in by hand."""

    parent_body: _Text = Field("", description="Body above the issuing one, as on the letterhead; blank: Ủy ban nhân dân of the province.")
    issuing_body: _Text = Field("", description="Issuing body, as on the letterhead; blank: Sở Khoa học và Công nghệ.")
    number: _Text = Field("", description="Number of the document, without the sign behind it.")
    symbol: _Text = Field("", description="Sign behind the number, for instance TTr-SKHCN.")
    place: _Text = Field("", description="Place of issue.")
    date: str = Field("", description='Day of issue, as "2026-11-30".')
    subject: _Text = Field("", description="What the document is about; blank: the usual wording.")
    addressees: tuple[_Text, ...] = Field((), description="Kính gửi.", max_length=20)
    legal_basis: tuple[_Text, ...] = Field((), description="Further texts that the request rests on, as they are cited.", max_length=40)
    signer_authority: _Text = Field("", description="Authority to sign, for instance KT. GIÁM ĐỐC.")
    signer_title: _Text = Field("", description="Office of the signer, for instance GIÁM ĐỐC.")
    signer_name: _Text = Field("", description="Name of the signer.")
    recipients: tuple[_Text, ...] = Field((), description="Nơi nhận, a line each.", max_length=40)
    archive: _Text = Field("", description="Last line of Nơi nhận, for instance Lưu: VT, BCVT.")
    contact: _Text = Field("", description="Department that answers questions, for the letters.")
    villages_in_province: int | None = Field(None, ge=0, le=100_000, description="All thôn, bản of the province: the first denominator.")
    signing_bodies: tuple[_Text, ...] = Field(
        (), description="Bodies that sign the list of villages beside the issuing one.", max_length=10
    )

    @field_validator("date")
    @classmethod
    def _a_day(cls, text: str) -> str:
        if text:
            try:
                dt.date.fromisoformat(text)
            except ValueError as error:
                raise SettingError("document_date.not_iso", value=text[:40]) from error
        return text

    @property
    def day(self) -> dt.date | None:
        return dt.date.fromisoformat(self.date) if self.date else None


def read_office(root: Path) -> Office:
    """The fields as the study area holds them; all blank where it has no such file.

    Parameters
    ----------
    root : Path
        Folder of the study area.

    Raises
    ------
    InputError
        With every unknown key and every value of the wrong kind.
    """
    return _office_of(_document_of(_text_of(root)))


def write_office(root: Path, changes: Mapping[str, Any], former: Office) -> Office:
    """Change fields of the office in the study area; its other lines and comments stay.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    changes : mapping
        By field, what differs from `former`.
    former : Office
        The fields as the one who changes them has seen them.

    Returns
    -------
    Office
        As the study area holds them now.

    Raises
    ------
    UsageError
        When the study area is the program's own, or the fields are not `former` any more.
    InputError
        With every value of the wrong kind, and as :func:`read_office`.
    OutputError
        When it cannot be written; nothing has changed then.
    """
    if comes_with_the_program(root):
        raise UsageError("bundled_area.kept")
    values = {name: _plain(value) for name, value in changes.items()}
    with locked(root):
        refuse_link(root, OFFICE_FILE)
        text = _text_of(root)
        document = _document_of(text)
        if _office_of(document) != former:
            raise UsageError("office_changed_meanwhile", file=OFFICE_FILE)
        meant = {**document, **values}
        office = _office_of(meant)
        if values:
            told = (
                edited(text, values, meant, base=OFFICE_FILE) if document else yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
            )
            write_atomically(root / OFFICE_FILE, told if told.endswith("\n") else f"{told}\n")
    return office


def _text_of(root: Path) -> str:
    """Empty where there is no file."""
    path = root / OFFICE_FILE
    why = no_plain_file(path)
    if why == "missing":
        return ""
    if why is not None:
        raise InputError([fault(OFFICE_FILE, "unreadable.scenario", why=why)])
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([fault(OFFICE_FILE, "encoding.scenario", at=error.start + 1)]) from error
    except OSError as error:
        raise InputError([fault(OFFICE_FILE, "unreadable.scenario_on_disk", why=system_says(error))]) from error


def _document_of(text: str) -> dict[str, Any]:
    document = read_settings(text, OFFICE_FILE)
    if document is None:
        return {}
    if not isinstance(document, Mapping):
        raise InputError([fault(OFFICE_FILE, "yaml.no_settings")])
    return dict(document)


def _office_of(document: Mapping[str, Any]) -> Office:
    # a day may be written with or without quotation marks
    if isinstance(document.get("date"), dt.date):
        document = {**document, "date": document["date"].isoformat()[:10]}
    unfit = unfit_values(document, OFFICE_FILE, longest=500)
    try:
        office = Office.model_validate(document)
    except ValidationError as error:
        told = {found.column for found in unfit}
        wrong = [found for item in error.errors(include_url=False) if (found := setting_fault(OFFICE_FILE, item)).column not in told]
        raise InputError([*unfit, *bounded(wrong)]) from error
    if unfit:
        raise InputError(unfit)
    return office


def _plain(value: Any) -> Any:
    """As YAML has it; texts in the one form that signs with accents have in files."""
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return unicodedata.normalize("NFC", value) if isinstance(value, str) else value
