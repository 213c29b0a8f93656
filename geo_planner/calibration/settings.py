"""What the scenario says of measurements: how they are cleaned and judged, and which calibration is in force.

A calibration stands in the scenario only because somebody asked for it: ``bands`` is empty until then.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from geo_planner.errors import UsageError
from geo_planner.settings import ASSUMPTION, Settings


class MeasurementSettings(Settings):
    """How samples are cleaned, and what they must be to say something of a village."""

    max_accuracy_m: float = Field(50.0, gt=0, le=10_000, description="Samples whose stated position error is larger are left out.")
    max_speed_kmh: float = Field(120.0, gt=0, le=1000, description="Faster samples, stated or from one position to the next, are left out.")
    thin_m: float = Field(
        25.0, gt=0, le=1000, description="Repeated samples within one square of this side and one slice of time count once."
    )
    thin_s: float = Field(10.0, gt=0, le=86_400, description="The slice of time for thinning.")
    utc_offset_h: float = Field(7.0, ge=-12, le=14, description="Time zone of days, and of times that state none.")
    no_service_below_dbm: float = Field(
        -124.0,
        ge=-140,
        le=-90,
        description="A device that found no network saw less than this. Assumption.",
        json_schema_extra=ASSUMPTION,
    )
    centre_m: float = Field(100.0, ge=1, le=2000, description="Samples within this distance speak for the village centre.")
    status_cell_m: float = Field(50.0, ge=1, le=1000, description="Squares in which the samples of a settlement are counted.")
    min_samples: int = Field(5, ge=1, le=10_000, description="With fewer samples the status stays unknown.")
    min_status_cells: int = Field(3, ge=1, le=10_000, description="With fewer squares sampled a settlement is not called covered.")
    place_m: float = Field(1000.0, ge=50, le=50_000, description="Samples within one square of this side count as one place.")
    min_calibration_samples: int = Field(30, ge=5, le=100_000, description="With fewer samples with a level a band is not calibrated.")
    min_calibration_places: int = Field(10, ge=4, le=10_000, description="With fewer places a band is not calibrated.")
    folds: int = Field(5, ge=2, le=50, description="Parts of the cross-validation; a place is never split between them.")
    min_gain_db: float = Field(
        0.5, ge=0, le=20, description="Fall of the cross-validated error from which a correction is called worth applying."
    )


class BandCalibration(Settings):
    """The correction of one band, with what it rests on.

    Calibrated RSRP = modelled RSRP + ``offset_db`` + ``slope_db_per_decade`` × log10(distance / ``reference_km``), where the
    distance is held within ``min_km`` and ``max_km``: the slope says nothing beyond the distances that were measured.
    """

    freq_mhz: float = Field(ge=30, le=6000, description="Nominal band, see band_mhz.")
    offset_db: float = Field(ge=-60, le=60, description="Measured less modelled, at the reference distance.")
    slope_db_per_decade: float = Field(0.0, ge=-60, le=60, description="Change of the offset per decade of distance.")
    reference_km: float = Field(1.0, gt=0, le=200)
    min_km: float = Field(0.01, gt=0, le=200, description="Nearest distance measured.")
    max_km: float = Field(200.0, gt=0, le=200, description="Farthest distance measured.")
    sigma_db: float = Field(gt=0, le=40, description="Standard deviation of what is left of the error.")
    n: int = Field(ge=1, description="Samples it rests on.")
    n_places: int = Field(ge=1, description="Places it rests on.")
    date: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$", description="Day of the last sample.")
    source_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="Of the file of measurements.")

    @model_validator(mode="after")
    def _distances_rise(self) -> Self:
        if self.min_km > self.max_km:
            raise UsageError("calibration_setting.distances")
        return self


class CalibrationSettings(Settings):
    """The calibration in force. It belongs to one model over one terrain: under others it is not applied."""

    model: str | None = Field(None, description="Path-loss model whose error was measured.")
    terrain_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$", description="Of the terrain that the model ran over.")
    bands: tuple[BandCalibration, ...] = ()

    @model_validator(mode="after")
    def _usable(self) -> Self:
        freqs = [band.freq_mhz for band in self.bands]
        if len(freqs) != len(set(freqs)):
            raise UsageError("calibration_setting.twice")
        if self.bands and self.model is None:
            raise UsageError("calibration_setting.model")
        return self


# devices state the carrier, lists of cells the nominal band: 3GPP TS 36.101, table 5.5-1 (bands 28, 8, 3, 1, 7) and TS 38.101-1, table 5.2-1 (n78): both directions, MHz
_BANDS_MHZ = ((700, 703, 803), (900, 880, 960), (1800, 1710, 1880), (2100, 1920, 2170), (2600, 2500, 2690), (3500, 3300, 3800))


def band_mhz(freq_mhz: float) -> float:
    """Nominal band of a carrier or of a nominal frequency; a frequency outside the known bands is its own band.

    >>> band_mhz(778.0), band_mhz(942.4), band_mhz(900), band_mhz(700), band_mhz(450.0)
    (700.0, 900.0, 900.0, 700.0, 450.0)
    """
    for nominal, low, high in _BANDS_MHZ:
        if low <= freq_mhz <= high or freq_mhz == nominal:
            return float(nominal)
    return round(float(freq_mhz), 1)
