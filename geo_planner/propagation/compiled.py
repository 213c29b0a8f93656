"""How the physics is compiled. No fast-math: a loss must not depend on how many paths share a call."""

from __future__ import annotations

from numba import njit

compiled = njit(cache=True, error_model="numpy", nogil=True)
# Functions on arrays that their caller holds: counting references to them, which is an atomic operation on each call and contended by all
# threads, took up to two fifths of the time. Such a function must not allocate.
kernel = njit(cache=True, error_model="numpy", nogil=True, _nrt=False)
# A named part of one loop, always put in its place: handing over terrain and scratch space at each call took a fifth of the time.
part = njit(cache=True, error_model="numpy", nogil=True, _nrt=False, forceinline=True)
# Searches for a largest value meet neither NaN nor signed zeros: told so, the compiler leaves their tests out. No value changes.
search = njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath={"nnan", "nsz"})
