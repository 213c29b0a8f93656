"""Elements of the XML files of a pack. Whatever text is put in stays text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

# What XML 1.0 cannot hold, not even as a reference.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text with a replacement mark for each character that XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def root(tag: str, attributes: Mapping[str, str] | None = None) -> Element:
    return Element(tag, {name: clean(value) for name, value in (attributes or {}).items()})


def put(parent: Element, tag: str, text: str | None = None, attributes: Mapping[str, str] | None = None) -> Element:
    """A child at the end, with its text and attributes."""
    child = SubElement(parent, tag, {name: clean(value) for name, value in (attributes or {}).items()})
    if text is not None:
        child.text = clean(text)
    return child


def written(top: Element, head: str = '<?xml version="1.0" encoding="UTF-8"?>\n') -> str:
    """The document, an element a line."""
    indent(top, " ")
    return head + tostring(top, encoding="unicode") + "\n"
