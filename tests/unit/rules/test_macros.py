"""A macro's value cannot leave the place it stands in, and an unknown macro is refused."""

import json
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.rules.macros import BadTemplate, Place, read_template


def fill(text: str, place: Place, **values: str) -> str:
    return read_template(text, place, lambda _: True).fill(values)


@given(value=st.text())
def test_a_value_stays_within_json(value: str) -> None:
    text = fill('{"a": "x{v}y", "b": {v}, "c": [1, "[v]"]}', Place.JSON, v=value)
    read = json.loads(text)
    assert read["a"] == f"x{value}y"
    assert read["c"] == [1, value]
    assert isinstance(read["b"], str | int | float | None)  # one value, whatever it says


@given(value=st.text(min_size=1))
def test_a_value_stays_within_a_query_and_a_form(value: str) -> None:
    assert unquote(fill("{v}", Place.URL, v=value)) == value.encode(errors="ignore").decode()
    assert parse_qs(fill("a={v}&b=1", Place.FORM, v=value), keep_blank_values=True)["b"] == ["1"]


@given(value=st.text(alphabet=st.characters(codec="utf-8")))
def test_a_value_stays_within_xml_and_a_header(value: str) -> None:
    root = ElementTree.fromstring(fill('<a b="{v}"><c>{v}</c></a>', Place.XML, v=value))
    assert [child.tag for child in root] == ["c"]
    assert not set("\r\n\0") & set(fill("{v}", Place.HEADER, v=value))


SPELLINGS = ["{callerId}", "${callerId}", "{{callerId}}", "{{ callerId }}", "[callerId]"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_spelling_of_the_field_is_read(spelling: str) -> None:
    assert fill(f"a{spelling}b", Place.URL, callerid="1") == "a1b"


def test_the_first_that_has_a_value_is_taken() -> None:
    text = "[tag:User:zip|tag:Geo:ZipCode|zip]"
    values = {"tag:geo:zipcode": "10001", "zip": "2"}
    assert read_template(text, Place.URL, lambda _: True).fill(values) == "10001"
    assert read_template(text, Place.URL, lambda _: True).fill({}) == ""


def test_what_is_missing_is_empty_or_null() -> None:
    assert fill('{"a": "{v}", "b": {v}}', Place.JSON) == '{"a": "", "b": null}'


def test_json_that_looks_like_a_macro_is_left_alone() -> None:
    text = '{"a": [true], "b": ["x", 1], "c": {"d": {}}}'
    assert fill(text, Place.JSON) == text


def test_an_unknown_macro_is_refused_with_its_place() -> None:
    with pytest.raises(BadTemplate, match=r"\{secret\} at character 3 is no known macro"):
        read_template("a={secret}", Place.FORM, {"zip"}.__contains__)
