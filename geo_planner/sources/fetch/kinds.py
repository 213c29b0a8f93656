"""What a file is by its first bytes, so that an error page is never kept as data."""

from __future__ import annotations

from typing import Literal

Kind = Literal["json", "tiff", "gzip", "pbf", "any"]

_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_NAMES = {"json": "JSON", "tiff": "a GeoTIFF", "gzip": "a gzip file", "pbf": "an OpenStreetMap extract"}


def check_kind(kind: Kind, first: bytes) -> str | None:
    """What is wrong with a file that begins with the given bytes; None when nothing is."""
    text = first.removeprefix(b"\xef\xbb\xbf").lstrip()
    fits = {
        "json": text[:1] in (b"{", b"["),
        "tiff": first.startswith(_TIFF),
        "gzip": first.startswith(b"\x1f\x8b"),
        "pbf": b"OSMHeader" in first[:64],
        "any": True,
    }[kind]
    return None if fits else f"not {_NAMES[kind]}"


def looks_like_web_page(content_type: str, first: bytes) -> bool:
    start = first.removeprefix(b"\xef\xbb\xbf").lstrip()[:64].lower()
    return "html" in content_type.lower() or start.startswith((b"<!doctype html", b"<html", b"<head", b"<script"))
