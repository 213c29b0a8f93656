"""The cache folder: complete files with what is known of them, and unfinished ones that can be continued."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geo_planner.errors import OutputError, system_says
from geo_planner.files.atomic import write_atomically
from geo_planner.files.folders import cache_root
from geo_planner.files.hashes import sha256_of, sha256_of_content
from geo_planner.words import said

logger = logging.getLogger(__name__)

_CLOCKS_APART = timedelta(days=1)
_MOST_RECORD_BYTES, _LONGEST_TEXT = 100_000, 10_000


@dataclass(frozen=True, slots=True)
class CacheEntry:
    """What is known of a complete file: address, hash, bytes, day of fetching, the server's marks of its version."""

    url: str
    sha256: str
    size: int
    date: str
    validators: dict[str, str]

    def older_than(self, days: float | None) -> bool:
        return days is not None and (_today() - date.fromisoformat(self.date)).days > days

    def conditions(self) -> dict[str, str]:
        """Headers that ask for the file only if it has changed."""
        names = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
        return {names[key]: value for key, value in checked_marks(self.validators).items()}


@dataclass(frozen=True, slots=True)
class CacheSlot:
    """The places of one address in the cache."""

    path: Path

    @property
    def name(self) -> str:
        """As the server calls the file."""
        return self.path.name.partition("-")[2]

    @property
    def part(self) -> Path:
        return self.path.with_name(self.path.name + ".part")

    def entry(self, *, sha256: str | None, size: int | None) -> CacheEntry | None:
        """The complete file's facts; None when it is absent, damaged since, or not the one that is asked for."""
        try:
            known = _entry_of(_record(_beside(self.path)))
            intact = self.path.is_file() and self.path.stat().st_size == known.size and sha256_of(self.path) == known.sha256
        except (OSError, ValueError):
            return None
        if date.fromisoformat(known.date) > _today() + _CLOCKS_APART:
            logger.warning("%s", said("copy_from_the_future", name=self.name, when=known.date))
            return None
        return known if intact and sha256 in (None, known.sha256) and size in (None, known.size) else None

    def keep(self, url: str, validators: dict[str, str]) -> CacheEntry:
        """Turn the part, now whole and checked, into the file."""
        try:
            entry = CacheEntry(url, sha256_of(self.part), self.part.stat().st_size, _today().isoformat(), checked_marks(validators))
            _beside(self.path).unlink(missing_ok=True)  # a file without facts is not believed
            self.part.replace(self.path)
            _beside(self.part).unlink(missing_ok=True)
        except OSError as error:
            raise OutputError("cannot_write.fetch_cache_file", file=self.path, why=system_says(error)) from error
        _write_json(_beside(self.path), asdict(entry))
        return entry

    def renew(self, entry: CacheEntry) -> CacheEntry:
        """The server says that the copy is still the newest."""
        renewed = replace(entry, date=_today().isoformat())
        _write_json(_beside(self.path), asdict(renewed))
        return renewed

    @property
    def lock(self) -> Path:
        return self.path.with_name(self.path.name + ".lock")

    def part_size(self) -> int:
        try:
            return self.part.stat().st_size
        except OSError:
            return 0

    def part_facts(self) -> dict[str, str]:
        try:
            return checked_marks(_record(_beside(self.part)))
        except (OSError, ValueError):
            return {}

    def part_validator(self) -> str | None:
        """The mark that lets a server continue the same version: a strong etag, else the date of last change."""
        facts = self.part_facts()
        etag = facts.get("etag", "")
        return etag if etag and not etag.startswith("W/") else facts.get("last-modified")

    def begin_part(self, validators: dict[str, str], *, keep: bool) -> None:
        """Note the version of what is about to come; unless it continues, start from nothing."""
        if not keep:
            self.drop_part()
            _write_json(_beside(self.part), validators)

    def drop_part(self) -> None:
        for path in (self.part, _beside(self.part)):
            path.unlink(missing_ok=True)

    def stamp(self) -> tuple[int, int]:
        """What changes while somebody fetches the file: bytes and time of the part."""
        try:
            facts = self.part.stat()
        except OSError:
            return 0, 0
        return facts.st_size, facts.st_mtime_ns


def checked_marks(given: Mapping[str, Any]) -> dict[str, str]:
    """The marks of a version that a server or a record gives, those that can be sent back: others count as none.

    >>> checked_marks({"etag": '"a1"', "last-modified": "Wed, 21 Oct 2026 07:28:00 GMT", "server": "x"})
    {'etag': '"a1"', 'last-modified': 'Wed, 21 Oct 2026 07:28:00 GMT'}
    >>> checked_marks({"etag": 'a"\\r\\nHost: b', "last-modified": "yesterday"})
    {}
    """
    kept = {}
    etag, changed = given.get("etag"), given.get("last-modified")
    if isinstance(etag, str) and re.fullmatch(r'(W/)?"[!#-~]{0,256}"|[\w.:+/=-]{1,256}', etag, re.ASCII):
        kept["etag"] = etag
    if isinstance(changed, str) and len(changed) < 64 and changed.isascii() and changed.isprintable() and _is_moment(changed):
        kept["last-modified"] = changed
    return kept


def _is_moment(text: str) -> bool:
    try:
        parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return False
    return True


def _record(path: Path) -> dict[str, Any]:
    """What stands in a record of ours.

    Raises
    ------
    ValueError, OSError
        When it cannot be one.
    """
    if path.stat().st_size > _MOST_RECORD_BYTES:
        raise ValueError("it is longer than any of ours")
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise ValueError("it nests") from error
    if not isinstance(document, dict):
        raise ValueError("it is no record")
    return document


def _entry_of(document: Mapping[str, Any]) -> CacheEntry:
    if set(document) != {field.name for field in fields(CacheEntry)}:
        raise ValueError("it has other entries")
    url, sha256, size, day, validators = (document[field.name] for field in fields(CacheEntry))
    texts = all(isinstance(text, str) and len(text) < _LONGEST_TEXT and text.isprintable() for text in (url, sha256, day))
    if not (texts and isinstance(size, int) and not isinstance(size, bool) and isinstance(validators, dict)):
        raise ValueError("its entries are of other kinds")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256) or size < 0:
        raise ValueError("it names no content")
    return CacheEntry(url, sha256, size, date.fromisoformat(day).isoformat(), checked_marks(validators))


def forget(path: Path) -> None:
    """Drop a complete file of the cache, so that the next run asks the server again.

    Parameters
    ----------
    path : Path
        As :class:`geo_planner.fetch.download.Download` names it.
    """
    for each in (_beside(path), path):  # a file without facts is not believed
        with suppress(OSError):
            each.unlink(missing_ok=True)


def slot_for(url: str, body: str | None, cache: Path | None, secret: str | None = None) -> CacheSlot:
    """Where an address lies in the cache; a key in it takes no part in the name."""
    address = url.replace(secret, "") if secret else url
    key = sha256_of_content(f"{address}\n{body or ''}")[:16]
    parts = urlsplit(address)
    name = re.sub(r"[^A-Za-z0-9._-]", "_", parts.path.rstrip("/").rpartition("/")[2])[-80:] or "file"
    host = re.sub(r"[^A-Za-z0-9.-]", "_", parts.netloc) or "unknown"
    folder = (cache or cache_root()) / host
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError("cannot_write.fetch_cache_folder", folder=folder, why=system_says(error)) from error
    return CacheSlot(folder / f"{key}-{name}")


def _beside(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _write_json(path: Path, document: dict[str, Any]) -> None:
    write_atomically(path, json.dumps(document, ensure_ascii=False, indent=1))


def _today() -> date:
    return datetime.now(UTC).date()
