"""A large text table is read line by line, with what a stream over it would give."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.imports.formats.text_files import _lines
from geo_planner.imports.layout.non_data_rows import _counts, _is_words


@given(st.text(alphabet='a;"é\n\r\u2028\x0b', max_size=40))
def test_lines_are_those_of_a_stream(text: str) -> None:
    assert list(_lines(text)) == list(io.StringIO(text, newline=""))


@pytest.mark.parametrize("text", ["12", "IV", "b", "Bản Nậm", "-", "1,5 %"])
def test_a_long_cell_is_what_its_short_form_is(text: str) -> None:
    long = text + " " * 90
    assert (_is_words(long.strip()), _counts(long.strip(), named=False)) == (_is_words(text), _counts(text, named=False))
    assert _counts(f"{text}{'.' * 90}", named=False) == _counts(f"{text}.", named=False)
