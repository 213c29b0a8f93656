"""What the functions of :mod:`.p1812` return."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from geo_planner.units import FloatArray
from geo_planner.words import Said, coded

Mode = Literal["line_of_sight", "transhorizon"]


@dataclass(frozen=True, slots=True)
class P1812Result:
    """Loss of one path with every intermediate quantity. Equation numbers of P.1812-8; losses in dB.

    Attributes
    ----------
    loss_db : float
        Lb, basic transmission loss not exceeded for the time and location percentages (eq. 69).
    free_space_db : float
        Lbfs, free space (eq. 8).
    transhorizon : bool
        Whether terrain hides the antennas from each other (section 5.3 of Attachment 1).
    diffraction_p_db : float
        Ldp, diffraction loss not exceeded for the time percentage (eq. 41).
    median_location_db : float
        Lbc, loss for half of the locations (eq. 63).
    los_p_db, los_beta_db : float
        Lb0p and Lb0beta, line of sight with multipath and focusing (eqs 10, 11).
    beta0_pct : float
        Incidence of ducting (eq. 5).
    theta_mrad, theta_t_mrad, theta_r_mrad : float
        Path angular distance (eq. 84) and horizon elevation angles (eqs 79, 81, 82).
    total_km : float
        Path length.
    ae_km, ab_km : float
        Effective Earth radius for half of the time and for beta0 (eqs 7a, 7b).
    dlt_km, dlr_km : float
        Horizon distances (eqs 80, 83); in line of sight, of the point with the largest diffraction parameter.
    hts_m, hrs_m, htc_m, hrc_m : float
        Antenna heights above sea level (eqs of section 3.8); with no clutter at the ends the two pairs are the same.
    omega, dtm_km, dlm_km : float
        Share of sea, longest land and longest inland section (sections 4.1, 3.6).
    hst_m, hsr_m : float
        Smooth surface at both ends (eqs 87, 88).
    hst_ducting_m, hsr_ducting_m : float
        The same, kept at or below the ground (eqs 92a, 92b).
    hstd_m, hsrd_m : float
        The same for diffraction (eqs 91a to 91d).
    htc_above_smooth_m, hrc_above_smooth_m : float
        Antenna heights above it (eqs 37a, 37b).
    hte_m, hre_m, hm_m : float
        Effective heights and terrain roughness for ducting (eqs 94a, 94b, 95).
    fi, fj, fk : float
        Interpolation factors (eqs 40, 57, 58).
    bullington_actual_50_db, bullington_smooth_50_db, spherical_50_db, diffraction_50_db : float
        Lbulla, Lbulls, Ldsph and Ld50 for the median Earth radius (eqs 21, 27, 39).
    bullington_actual_beta_db, bullington_smooth_beta_db, spherical_beta_db, diffraction_beta_db : float
        The same for `ab_km`: Ldbeta.
    diffraction_basic_50_db, diffraction_basic_p_db : float
        Lbd50 and Lbd (eqs 42, 43).
    min_los_p_db, ducting_db, min_ducting_db, diffraction_ducting_db, modified_db, troposcatter_db : float
        Lminb0p (59), Lba (46), Lminbap (60), Lbda (61), Lbam (62), Lbs (44).
    mode : {"line_of_sight", "transhorizon"}
        `transhorizon` in words.
    warned : tuple of Said
        What weakens the prediction.
    """

    loss_db: float
    free_space_db: float
    transhorizon: bool
    diffraction_p_db: float
    median_location_db: float
    los_p_db: float
    beta0_pct: float
    theta_mrad: float
    total_km: float
    ae_km: float
    ab_km: float
    dlt_km: float
    dlr_km: float
    theta_t_mrad: float
    theta_r_mrad: float
    hts_m: float
    hrs_m: float
    htc_m: float
    hrc_m: float
    omega: float
    dtm_km: float
    dlm_km: float
    hst_m: float
    hsr_m: float
    hst_ducting_m: float
    hsr_ducting_m: float
    hstd_m: float
    hsrd_m: float
    htc_above_smooth_m: float
    hrc_above_smooth_m: float
    hte_m: float
    hre_m: float
    hm_m: float
    fi: float
    fj: float
    fk: float
    los_beta_db: float
    bullington_actual_50_db: float
    bullington_smooth_50_db: float
    spherical_50_db: float
    diffraction_50_db: float
    bullington_actual_beta_db: float
    bullington_smooth_beta_db: float
    spherical_beta_db: float
    diffraction_beta_db: float
    diffraction_basic_50_db: float
    diffraction_basic_p_db: float
    min_los_p_db: float
    ducting_db: float
    min_ducting_db: float
    diffraction_ducting_db: float
    modified_db: float
    troposcatter_db: float
    mode: Mode
    warned: tuple[Said, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """`warned` in English, each behind its stable word and a colon."""
        return tuple(coded(warning) for warning in self.warned)


@dataclass(frozen=True, slots=True)
class P1812Batch:
    """Losses of many paths; every array has shape (n_profiles,) and the meaning of :class:`P1812Result`."""

    loss_db: FloatArray
    free_space_db: FloatArray
    transhorizon: NDArray[np.bool_]
    diffraction_p_db: FloatArray
    median_location_db: FloatArray
    los_p_db: FloatArray
    beta0_pct: FloatArray
    theta_mrad: FloatArray

    @property
    def mode(self) -> NDArray[np.str_]:
        """``"line_of_sight"`` or ``"transhorizon"`` for every path."""
        return np.where(self.transhorizon, "transhorizon", "line_of_sight")
