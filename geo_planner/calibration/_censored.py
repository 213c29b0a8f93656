"""Linear regression with normal errors and censored observations, by maximum likelihood (Tobin 1958, Econometrica 26:24-36).

The interval does not believe that neighbouring samples are independent: it comes from leaving out whole places, one after
the other (cluster jackknife, CV3 of MacKinnon, Nielsen and Webb 2023, Journal of Econometrics 232:272-299), taken as one
Newton step from the full fit. Places next to each other are not independent either, so that it is worked out for places of
several sizes and the widest counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import log_ndtr, stdtrit

from geo_planner.units import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, slots=True)
class CensoredFit:
    """Coefficients, standard deviation of the errors and their intervals.

    Attributes
    ----------
    beta : ndarray of float64, shape (p,)
    sigma : float
    half_width : ndarray of float64, shape (p + 1,)
        Of the 95 % intervals of the coefficients and of log(sigma).
    converged : bool
    """

    beta: FloatArray
    sigma: float
    half_width: FloatArray
    converged: bool

    def interval(self, k: int) -> tuple[float, float]:
        """95 % interval of a coefficient."""
        return float(self.beta[k] - self.half_width[k]), float(self.beta[k] + self.half_width[k])

    def sigma_interval(self) -> tuple[float, float]:
        """95 % interval of sigma, symmetric in its logarithm."""
        return self.sigma * float(np.exp(-self.half_width[-1])), self.sigma * float(np.exp(self.half_width[-1]))


def likelihood(theta: FloatArray, y: FloatArray, censored: BoolArray, x: FloatArray, weight: FloatArray) -> float:
    """Weighted log-likelihood; of a censored observation `y` is the upper limit."""
    z = (y - x @ theta[:-1]) / np.exp(theta[-1])
    return float(np.sum(weight * np.where(censored, log_ndtr(z), -theta[-1] - 0.5 * z * z)))


def scores(theta: FloatArray, y: FloatArray, censored: BoolArray, x: FloatArray, weight: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gradient and information (minus the second derivative) of each observation: shapes (n, p + 1), (n, p + 1, p + 1)."""
    sigma = np.exp(theta[-1])
    z = (y - x @ theta[:-1]) / sigma
    # of a censored observation: the inverse Mills ratio and what its derivative makes of it
    mills = np.exp(-0.5 * z * z - 0.5 * np.log(2 * np.pi) - log_ndtr(z))
    delta = mills * (z + mills)
    by_mean = np.where(censored, -mills, z) / sigma
    by_scale = np.where(censored, -z * mills, z * z - 1.0)
    gradient = np.column_stack([x * by_mean[:, None], by_scale]) * weight[:, None]
    n, p = x.shape
    information = np.empty((n, p + 1, p + 1))
    curvature = np.where(censored, delta, 1.0) / sigma**2
    mixed = np.where(censored, z * delta - mills, 2.0 * z) / sigma
    information[:, :p, :p] = x[:, :, None] * x[:, None, :] * curvature[:, None, None]
    information[:, :p, p] = information[:, p, :p] = x * mixed[:, None]
    information[:, p, p] = np.where(censored, z * z * delta - z * mills, 2.0 * z * z)
    return gradient, information * weight[:, None, None]


def maximise(y: FloatArray, censored: BoolArray, x: FloatArray, weight: FloatArray) -> tuple[FloatArray, bool]:
    """Coefficients and log(sigma) of greatest likelihood, by damped Newton steps."""
    seen = ~censored
    root = np.sqrt(weight[seen])
    beta = np.linalg.lstsq(x[seen] * root[:, None], y[seen] * root, rcond=None)[0]
    left = y[seen] - x[seen] @ beta
    spread = float(np.sqrt(np.average(left**2, weights=weight[seen])))
    theta = np.append(beta, np.log(max(spread, 1e-3)))
    best = likelihood(theta, y, censored, x, weight)
    for _ in range(100):
        gradient, information = (part.sum(axis=0) for part in scores(theta, y, censored, x, weight))
        values, vectors = np.linalg.eigh(information)
        # where the surface is not a hill, the step still goes up
        step = vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-9 * np.abs(values).max()))
        length = 1.0
        while length > 1e-8:
            trial = likelihood(theta + length * step, y, censored, x, weight)
            if trial >= best:
                break
            length /= 2
        else:
            return theta, bool(np.abs(step).max() < 1e-5)
        theta, best = theta + length * step, trial
        if np.abs(length * step).max() < 1e-8:
            return theta, True
    return theta, False


def fit(y: FloatArray, censored: BoolArray, x: FloatArray, weight: FloatArray, clusters: Sequence[IntArray]) -> CensoredFit:
    """Fit and interval.

    Parameters
    ----------
    y : ndarray of float64, shape (n,)
        Observed value, or the upper limit of a censored one.
    censored : ndarray of bool, shape (n,)
    x : ndarray of float64, shape (n, p)
    weight : ndarray of float64, shape (n,)
    clusters : sequence of ndarray of int64, shape (n,)
        Place of each observation, numbered from 0 without gaps; one array for each size of place.
    """
    theta, converged = maximise(y, censored, x, weight)
    derivatives = scores(theta, y, censored, x, weight)
    half_width, taken = np.zeros(theta.size), 0.0
    for cluster in clusters:
        covariance = _jackknife(*derivatives, cluster)
        share = np.bincount(cluster, weights=weight)
        effective = float(share.sum() ** 2 / np.sum(share**2))
        quantile = float(stdtrit(max(effective - 1.0, 1.0), 0.975))
        half_width = np.maximum(half_width, quantile * np.sqrt(np.diag(covariance)))
        # the fitted line takes part of the error on itself, and with it part of what neighbours share
        taken = max(taken, float(np.average(np.einsum("ij,jk,ik->i", x, covariance[:-1, :-1], x), weights=weight)))
    return CensoredFit(theta[:-1], float(np.sqrt(np.exp(2 * theta[-1]) + taken)), half_width, converged)


def _jackknife(gradient: FloatArray, information: FloatArray, cluster: IntArray) -> FloatArray:
    """Covariance of the estimate, from what each place changes in it by one Newton step."""
    places = int(cluster.max()) + 1
    score_of, information_of = np.zeros((places, *gradient.shape[1:])), np.zeros((places, *information.shape[1:]))
    np.add.at(score_of, cluster, gradient)
    np.add.at(information_of, cluster, information)
    left = information_of.sum(axis=0) - information_of
    change = -(np.linalg.pinv(left, hermitian=True) @ score_of[:, :, None])[:, :, 0]
    change -= change.mean(axis=0)
    return np.asarray((places - 1) / places * change.T @ change)
