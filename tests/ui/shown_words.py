"""What a page says to somebody who reads Vietnamese that is not Vietnamese: texts, labels and hints of the whole page, frames too."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from geo_planner.ui.widget_words import widget_words
from geo_planner.words import catalogue

_WORD = re.compile(r"[^\W\d_]+")
_HASH = re.compile(r"\b(?=[a-f]*[0-9])[0-9a-f]{8,}\b")
_SAME_IN_BOTH = {"csv", "png", "svg", "pin"}
_SHOWN = r"""() => {
  const found = new Set(), names = ["aria-label", "title", "placeholder", "alt", "aria-description", "aria-roledescription", "aria-valuetext"];
  const passed = e => e.closest("script, style, noscript, [data-testid=stIconMaterial], iframe") || getComputedStyle(e).fontFamily.includes("Material");
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const text = node.nodeValue.trim();
    if (text && node.parentElement && !passed(node.parentElement)) { found.add(text.slice(0, 300)); }
  }
  document.querySelectorAll("*").forEach(e => names.forEach(name => { const text = (e.getAttribute(name) || "").trim(); if (text && !passed(e) && !e.closest("[aria-hidden=true]")) { found.add(`${name}: ${text}`.slice(0, 300)); } }));
  return [...found];
}"""


def words_in(text: str) -> set[str]:
    """Words of three letters and more that could be English: none of their letters has a mark."""
    return {word.lower() for word in _WORD.findall(_HASH.sub(" ", text)) if len(word) > 2 and word.isascii()}


@cache
def vietnamese() -> frozenset[str]:
    """The words of the program's own Vietnamese sentences, less those that the widgets bring along in English."""
    texts = (re.sub(r"\{[^}]*\}", " ", text) for entry in catalogue("vi").values() for text in entry.values())
    english, own = (set().union(*(words_in(text[code]) for text in widget_words())) for code in ("en", "vi"))
    return frozenset(set().union(*map(words_in, texts)) - (english - own) | _SAME_IN_BOTH)


def words_of_area(root: Path) -> set[str]:
    """The words that stand in the files of a study area, and in their names."""
    files = [path for path in root.rglob("*") if path.suffix in (".csv", ".yaml", ".json", ".geojson", ".md")]
    return set().union(*(words_in(path.read_text("utf-8", errors="replace")) for path in files)) if files else set()


def not_vietnamese(page: Any, known: Iterable[str] = ()) -> list[str]:
    """The texts of a page in which a word is neither Vietnamese nor known, each with these words."""
    allowed = vietnamese() | set(known)
    told = []
    for frame in page.frames:
        for text in frame.evaluate(_SHOWN):
            name, _, rest = text.partition(": ")
            strange = sorted(
                words_in(
                    rest if rest and name.islower() and (name.startswith("aria-") or name in ("title", "placeholder", "alt")) else text
                )
                - allowed
            )
            if strange:
                told.append(f"{text[:120]}  <- {', '.join(strange)}")
    return sorted(set(told))
