"""What the cells of a column are: a column names its kind, and the kind says what holds of every column like it.

A kind only declares. How a cell is read is decided where it is read, by the class of the kind: machine files in
:mod:`geo_planner.study_area.tables`, the lists of offices in :mod:`geo_planner.imports.cells.values`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Kind:
    """Anything that a column may hold.

    Attributes
    ----------
    name : {"text", "int", "float", "yes_no", "choice", "date"}
        What it is in a machine file, and in what people read of it.
    dtype : str
        Of a column that has been read.
    remedy : str
        Which sentence says what is to be written into a cell that could not be read; empty: that of `name`.
    """

    name: ClassVar[str]
    dtype: ClassVar[str] = "string"
    remedy: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A name or a remark: kept as it is, look-alikes of letters put right."""

    name = "text"


@dataclass(frozen=True, slots=True)
class Id(Text):
    """A name that tells rows apart: never changed, no path."""


@dataclass(frozen=True, slots=True)
class CommuneCode(Text):
    """The commune that a row belongs to; lists name it in many ways."""


@dataclass(frozen=True, slots=True)
class Operator(Text):
    """A network by its one name; lists write codes and brands."""


@dataclass(frozen=True, slots=True)
class Technology(Text):
    """LTE, NR, UMTS or GSM; lists say 4G, 5G, 3G, 2G."""

    remedy = "technology"


@dataclass(frozen=True, slots=True)
class Moment(Text):
    """A point in time, ISO 8601 with offset."""

    remedy = "time"


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A day, ISO 8601 (``2026-01-28``)."""

    name = "date"


@dataclass(frozen=True, slots=True)
class Quarter(Kind):
    """A quarter of a year (``2026-Q3``)."""

    name = "quarter"


@dataclass(frozen=True, slots=True)
class Worded(Kind):
    """One of a few words.

    Attributes
    ----------
    words : tuple of str
        What may stand in a machine file.
    office : str
        Under which name the vocabulary holds what offices write for them and over them; empty: nothing of its own.
    """

    words: tuple[str, ...] = ()
    office: str = ""


@dataclass(frozen=True, slots=True)
class YesNo(Worded):
    """``yes`` or ``no``."""

    words: tuple[str, ...] = ("yes", "no")
    name = "yes_no"
    dtype = "boolean"


@dataclass(frozen=True, slots=True)
class Choice(Worded):
    """A word of a closed list."""

    name = "choice"


@dataclass(frozen=True, slots=True)
class Figure(Kind):
    """A number.

    Attributes
    ----------
    unit : str
        As people write it; empty for a bare count or share.
    possible : (float, float) or None
        Of what devices write: beyond it a figure may be their mark for "not available".
    """

    unit: str = ""
    possible: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Whole(Figure):
    """A count."""

    name = "int"
    dtype = "Int64"


@dataclass(frozen=True, slots=True)
class Number(Figure):
    """A measure, a share, a score."""

    name = "float"
    dtype = "Float64"


@dataclass(frozen=True, slots=True)
class Coordinate(Number):
    """A degree of longitude or latitude; lists write metres of many systems."""


@dataclass(frozen=True, slots=True)
class Frequency(Number):
    """MHz; lists also name the band or the channel."""

    unit: str = "MHz"
    remedy = "freq_mhz"


@dataclass(frozen=True, slots=True)
class Power(Number):
    """dBm; lists also give watts."""

    unit: str = "dBm"


@dataclass(frozen=True, slots=True)
class Height(Number):
    """Metres above the ground; a bare "height" of a list may be that of the ground itself."""

    unit: str = "m"


@dataclass(frozen=True, slots=True)
class Azimuth(Number):
    """Degrees from north; lists say that an antenna has none."""

    unit: str = "degrees"
    remedy = "azimuth_deg"


@dataclass(frozen=True, slots=True)
class Tilt(Number):
    """Degrees below the horizon; some lists count them the other way."""

    unit: str = "degrees"


@dataclass(frozen=True, slots=True)
class Level(Number):
    """What a device says of a signal, in dB or dBm.

    Attributes
    ----------
    tells_service : bool
        Devices write "no service" into it.
    """

    tells_service: bool = False
