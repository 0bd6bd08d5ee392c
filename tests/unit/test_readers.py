"""Readers: every way a file may come, and every way it may be broken."""

from __future__ import annotations

import csv
import io
import random

import pytest
from crafted import REAL_PROJECTS, SAMPLES, csv_text, dictionary_csv

from expectations.protocol import Field, protocol_from_dictionary
from orchestration.readers import delimited, redcap, text
from orchestration.readers.delimited import read_table
from orchestration.readers.text import Unreadable

PLAIN = "record_id,name\n1,Zoë\n"
RECORD = {"field_name": "record_id"}


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [row for frame in read_table(content).frames() for row in frame.rows()]


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (PLAIN.encode(), "utf-8"),
        (b"\xef\xbb\xbf" + PLAIN.encode(), "utf-8-bom"),
        (b"\xff\xfe" + PLAIN.encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + PLAIN.encode("utf-16-be"), "utf-16-be"),
        (PLAIN.encode("cp1252"), "cp1252"),
        (PLAIN.replace("\n", "\r\n").encode(), "utf-8, crlf"),
        (PLAIN.replace("\n", "\r").encode(), "utf-8, cr"),
        (PLAIN.replace(",", "\t").encode(), "utf-8, delimiter tab"),
        (PLAIN.replace(",", ";").encode(), "utf-8, delimiter semicolon"),
        (PLAIN.replace(",", "|").encode(), "utf-8, delimiter bar"),
        (PLAIN.replace(",", "^").encode(), "utf-8, delimiter caret"),
        (PLAIN.replace("name", "Name").encode(), "utf-8, mixed-case header"),
        (PLAIN.rstrip("\n").encode(), "utf-8"),
        (("\n" + PLAIN + "\n\n").encode(), "utf-8"),
    ],
)
def test_read_right_whatever_it_came_as(content: bytes, encoding: str) -> None:
    table = read_table(content)
    assert table.encoding == encoding
    assert table.header == ("record_id", "name")
    assert cells(content) == [("1", "Zoë")]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is empty"),
        (b"\n\r\n \n", "the file is empty"),
        (b"a,b\n1,2\n3,4,5\n6,7\n", "row in line 3 is longer than the header: 3 values under 2 columns"),
        (
            b"a,b\n1,2\n3\n4\n",
            "row in line 3 is shorter than the header: 1 values under 2 columns, and so are 1 other rows",
        ),
        (b'a,b\n1,"x\ny"\n3\n', "row in line 4 is shorter"),
        (b'a,b\n1,"x\n2,y\n', "a quote opened in line 2 is never closed"),
        (b'"a,b\n1,2\n', "a quote opened in line 1 is never closed, so the header has no end"),
        (b'a,b\n1,"x\n2,"y"\n', "a quote inside a value in line 3"),
        (b'a,b\n1,x"y"\n', "a quote inside a value in line 2"),
        (b"a,b\n1,\x002\n", "a NUL byte in line 2"),
        ("a,b\n1,2\n".encode("utf-16-le"), "a NUL byte in line 1"),
        (b"a,b\r\n1,2\r\n3,\x81\r\n", "line 3 holds bytes that are neither UTF-8 nor cp1252"),
        (b"\xff\xfea", "neither UTF-8 nor utf-16-le"),
        (b"\n<html><body>login</body></html>\n", "XML, JSON or a web page"),
        (b'{"error":"You do not have permissions"}', "XML, JSON or a web page"),
        (b"a,,c\n1,2,3\n", "column 2 has no name in the header"),
    ],
)
def test_refused_with_what_happened_and_where(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        read_table(content)
    assert words in str(refusal.value)


def test_a_refusal_never_shows_a_value() -> None:
    for content in (b'a,b\n1,SECRET"x\n', b"a,b\n1,SECRET,3\n", b'a,b\n1,"SECRET\n', b"a,b\nSECRET,\x81\n"):
        with pytest.raises(Unreadable) as refusal:
            read_table(content)
        assert "SECRET" not in str(refusal.value)


def test_limits_are_stated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "LIMIT_BYTES", 1 << 20)
    monkeypatch.setattr(delimited, "LIMIT_COLUMNS", 3)
    with pytest.raises(Unreadable, match="larger than 1 MiB"):
        read_table(b"a" * ((1 << 20) + 1))
    with pytest.raises(Unreadable, match="4 columns; 3 is the most"):
        read_table(b"a,b,c,d\n1,2,3,4\n")


def test_values_stay_as_exported() -> None:
    content = b'a,b,c\n 1 ,"",NA\n"x ""y""","line\r\nbreak",\n007,1e5,null\n'
    assert cells(content) == [(" 1 ", "", "NA"), ('x "y"', "line\r\nbreak", ""), ("007", "1e5", "null")]


def test_a_project_without_records() -> None:
    assert read_table(b"record_id,name\n").records == 0
    assert cells(b"record_id,name\n") == []


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("scan", "parse"), [(1 << 24, 1 << 26), (7, 16)])
def test_same_cells_as_the_standard_library(seed: int, scan: int, parse: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few bytes put every border between two blocks."""
    monkeypatch.setattr(delimited, "SCAN_BYTES", scan)
    monkeypatch.setattr(delimited, "PARSE_BYTES", parse)
    chance = random.Random(seed)
    for _ in range(40):
        delimiter, line_end = chance.choice(delimited.DELIMITERS), chance.choice(("\n", "\r\n", "\r"))
        columns = chance.randint(1, 4)
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=csv.QUOTE_ALL)
        writer.writerow([f"c{n}" for n in range(columns)])
        for _ in range(chance.randint(0, 6)):
            pieces = ("a", " ", '"', delimiter, "\n", "\r\n", "é", "", "#", "'")
            writer.writerow(["".join(chance.choices(pieces, k=chance.randint(0, 5))) for _ in range(columns)])
        rows = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))
        assert cells(out.getvalue().encode()) == [tuple(row) for row in rows[1:]]


@pytest.mark.parametrize("project", REAL_PROJECTS)
def test_real_data_files_equal_the_standard_library(project: str) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"real REDCap projects are not at {SAMPLES}")
    content = (SAMPLES / project / "data.csv").read_bytes()
    rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) if row]
    assert list(read_table(content).header) == rows[0]
    assert cells(content) == [tuple(row) for row in rows[1:]]


# -- what a file is, and whether its header fits


def fields(*rows: dict[str, str]) -> tuple[Field, ...]:
    return protocol_from_dictionary("tiny", read_table(dictionary_csv(RECORD, *rows)).rows(), ()).fields


@pytest.mark.parametrize(
    ("header", "role"),
    [
        ("field_name,form_name,field_type", "dictionary"),
        ('"Variable / Field Name","Form Name","Field Type"', "dictionary"),
        ("arm_num,name", "arms"),
        ("event_name,arm_num,unique_event_name,custom_event_label", "events"),
        ("arm_num,unique_event_name,form", "mapping"),
        ("timestamp,username,action,details,record", "log"),
        ("record_id,redcap_event_name,x", "data"),
        ("record_id,x,baseline_complete", "data"),
        ("colour,weight", "other"),
    ],
)
def test_roles_come_from_headers(header: str, role: str) -> None:
    assert redcap.role_of(read_table(f"{header}\n".encode()).header) == role


def test_a_dictionary_makes_a_bare_file_data() -> None:
    assert redcap.role_of(("pid", "weight"), fields({"field_name": "weight"})) == "data"


def test_header_facts_do_not_depend_on_order_or_on_the_name_of_the_record_id() -> None:
    known = fields({"field_name": "a"}, {"field_name": "b", "form_name": "later"})
    facts = redcap.header_facts(("study_id", "later_complete", "b", "a", "redcap_data_access_group"), known)
    assert (facts.forms, facts.missing, facts.unknown) == (("baseline", "later"), (), ())


def test_header_facts_name_what_is_missing_and_unknown() -> None:
    boxes = {"field_name": "why", "field_type": "checkbox", "select_choices_or_calculations": "1, a | 2, b"}
    known = fields({"field_name": "a"}, boxes, {"field_name": "b", "form_name": "later"})
    facts = redcap.header_facts(("record_id", "a", "why___1", "why___9", "colour"), known)
    assert (facts.forms, facts.missing, facts.unknown) == (("baseline",), ("why",), ("colour",))


@pytest.mark.parametrize("content", ["Record ID,Complete?\n1,Complete\n", "record_id,baseline_complete\n1,Complete\n"])
def test_label_exports_are_told_from_data(content: str) -> None:
    assert "labels" in str(redcap.refusal(read_table(content.encode())))


def test_a_header_of_labels_is_taken_for_data_and_refused_as_labels() -> None:
    twice = read_table(b"Record ID,Weight,Complete?,Pulse,Complete?\n1,80,Complete,60,Complete\n")
    assert redcap.role_of(twice.header) == "data"
    assert "labels" in str(redcap.refusal(twice))


def test_a_field_that_ends_like_a_status_is_none() -> None:
    table = read_table(b"record_id,course_complete,baseline_complete\n1,Complete,2\n")
    assert redcap.refusal(table, fields({"field_name": "course_complete"})) is None
    assert "labels" in str(redcap.refusal(table, fields({"field_name": "weight"})))


def test_raw_data_is_not_refused() -> None:
    assert redcap.refusal(read_table(csv_text(("record_id", "baseline_complete"), [("1", "2")]).encode())) is None
