"""Constants, flags and records of the Irregular Terrain Model's compiled physics; see :mod:`.paths` for the sources."""

from __future__ import annotations

from typing import NamedTuple

MODE_LINE_OF_SIGHT = 1
MODE_DIFFRACTION = 2
MODE_TROPOSCATTER = 3

# Warning flags carry the values that NTIA publishes; the last two are our own.
WARN_TX_HEIGHT = 0x0001
WARN_RX_HEIGHT = 0x0002
WARN_FREQUENCY = 0x0004
WARN_DISTANCE_ABOVE_1000_KM = 0x0008
WARN_DISTANCE_ABOVE_2000_KM = 0x0010
WARN_DISTANCE_BELOW_HEIGHT_STEP = 0x0020
WARN_DISTANCE_BELOW_1_KM = 0x0040
WARN_TX_HORIZON_ANGLE = 0x0080
WARN_RX_HORIZON_ANGLE = 0x0100
WARN_TX_HORIZON_NEAR = 0x0200
WARN_RX_HORIZON_NEAR = 0x0400
WARN_TX_HORIZON_FAR = 0x0800
WARN_RX_HORIZON_FAR = 0x1000
WARN_EXTREME_QUANTILE = 0x2000
WARN_LOW_REFRACTIVITY = 0x4000
WARN_LOCATION_UNUSED = 0x8000
WARN_TIME_UNUSED = 0x10000

# Faults that only show during the computation share the flag word, above all warnings.
ERROR_REFRACTIVITY_SMALL = 0x100000
ERROR_REFRACTIVITY_LARGE = 0x200000
ERROR_EFFECTIVE_EARTH = 0x400000
ERROR_GROUND_IMPEDANCE = 0x800000
ERROR_NOT_FINITE = 0x1000000
ERROR_MASK = 0x1F00000


class Radio(NamedTuple):
    """What frequency, polarization and ground decide."""

    freq_mhz: float
    log_freq: float  # its natural logarithm
    free_space_db: float  # loss over 1 km, with the 32.45 dB that NTIA's cases carry
    wave_number_per_m: float
    freq_cbrt: float  # cube root of the frequency in MHz
    ground_re: float  # surface transfer impedance, real and imaginary part, and its magnitude
    ground_im: float
    ground_abs: float
    vogler_k: float  # K of an arc over four thirds of the earth (Alg. 4.18), and its logarithm
    log_vogler_k: float
    horizon_extra_m: float  # wave-length part of the distance in Alg. 5.3


class Curve(NamedTuple):
    """One fitted curve over effective distance (Alg. 5.5 to 5.7)."""

    c1_db: float
    c2_db: float
    x1_m: float
    x2_m: float
    x3_m: float


class Climate(NamedTuple):
    """What climate (and, through the two factors, frequency) decides about variability."""

    median: Curve
    below: Curve  # spread towards less loss than the median level explains, before its factor
    above: Curve
    below_factor: float
    above_factor: float
    tail_ratio: float  # C_D, Alg. table 5.1
    tail_deviate: float  # z_D, Alg. table 5.1


class Geometry(NamedTuple):
    """A path as the Longley-Rice core sees it."""

    distance_m: float
    tx_angle_rad: float  # horizon elevation angles
    rx_angle_rad: float
    tx_horizon_m: float
    rx_horizon_m: float
    tx_effective_m: float  # effective heights
    rx_effective_m: float
    delta_h_m: float


class Quantiles(NamedTuple):
    """Wanted quantiles as normal deviates (see :func:`normal_deviate`), and how they are to be read.

    `mdvar` is 0 single message, 1 accidental, 2 mobile, 3 broadcast; plus 10 to leave out location variability, plus 20
    to leave out direct situation variability.
    """

    z_time: float
    z_location: float
    z_situation: float
    mdvar: int


class Conditions(NamedTuple):
    """What the model is asked for besides the terrain and the antennas' heights, at one frequency."""

    n0: float
    radio: Radio
    climate: Climate
    quantiles: Quantiles


class PathResult(NamedTuple):
    """Everything :func:`path_kernel` computes for one profile."""

    loss_db: float
    free_space_db: float
    attenuation_db: float
    mode: int
    flags: int
    ns: float
    gamma_e_per_m: float
    geometry: Geometry
