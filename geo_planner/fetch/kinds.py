"""What a file is by its first bytes, so that an error page is never kept as data; and how large one of its kind may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from geo_planner.words import Said, said

Kind = Literal["json", "tiff", "gzip", "pbf", "any"]

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_MB = 1_000_000

MOST_BYTES: Mapping[Kind, int] = {
    "json": 200 * _MB,  # the densest half degree of roads has some tens of megabytes
    "tiff": 2_000 * _MB,  # a country's population, or three degrees of land cover at 10 m
    "gzip": 200 * _MB,  # a country's cells have about ten
    "pbf": 4_000 * _MB,  # a country's extract; all of Asia has more, and is not what is asked for
    "any": 1_000 * _MB,
}
"""A server that sends more than this sends something else, or never ends."""

_PROLOGUE = re.compile(rb"(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
_PAGE = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<title", b"<!--")


def missed_kind(kind: Kind, first: bytes) -> Said | None:
    """What a file that begins with the given bytes is not, though it should be; None when it is."""
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    fits = {
        "json": text[:1] in (b"{", b"["),
        "tiff": first.startswith(_TIFF),
        "gzip": first.startswith(b"\x1f\x8b"),
        "pbf": b"OSMHeader" in first[:64],
        "any": True,
    }[kind]
    return None if fits else said(f"fetched_kind.{kind}")


def looks_like_web_page(content_type: str, first: bytes) -> bool:
    """Whether it is HTML by what the server says or by its beginning, comments before it or not.

    >>> looks_like_web_page("text/plain", b"<!-- wifi --> <HTML>"), looks_like_web_page("text/plain", b"<?xml version='1.0'?><Error>")
    (True, False)
    """
    text = first.removeprefix(b"\xef\xbb\xbf")
    prologue = _PROLOGUE.match(text)
    start = text[prologue.end() if prologue else 0 :][:64].lower()
    return "html" in content_type.lower() or start.startswith(_PAGE)
