"""The report of a release: nothing unescaped, nothing from elsewhere, no arm before its time, the same bytes every time, any size of trial."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest
from report_tables import EVIL, earlier, release

from orchestration.report.page import page
from orchestration.report.subject import Before, Subject

VOID = {"meta", "br", "wbr", "img"}
FETCHING = {"src", "srcset", "href", "xlink:href", "data", "action", "formaction", "poster", "background", "cite"}
SVG = "http://www.w3.org/2000/svg"
# Each has a part that is drawn, and one that is told.
SIZES = (0, 1, 60, 2000)


class Parsed(HTMLParser):
    """Tags and attributes of a page; whether each tag is closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@pytest.fixture(scope="module")
def blinded(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return release(tmp_path_factory.mktemp("blinded"), 60)


@pytest.fixture(scope="module")
def unblinded(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    made = release(tmp_path_factory.mktemp("unblinded"), 60, unblinded=True)
    return replace(made, before=earlier(tmp_path_factory.mktemp("earlier"), 50))


def text(html: str) -> str:
    """What a reader reads, spaces in a row as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html.split("</style>")[1]))


def test_whatever_comes_with_the_data_is_escaped(unblinded: Subject) -> None:
    html = page(unblinded)
    parsed = Parsed(html)
    assert EVIL not in html
    # title, message, reason, form, file, visit, scale
    assert html.replace("<wbr>", "").count(escape(EVIL)) >= 10
    assert parsed.tags.keys().isdisjoint({"img", "script", "iframe", "object", "embed", "link", "base", "form"})
    assert [name for name, _ in parsed.attributes if name.startswith("on")] == []
    # the arm that is named like a tag: in the flow, in titles, in values
    assert "ARM<b>" not in html
    assert html.count("ARM&lt;b&gt;") > 5


@pytest.mark.parametrize("by_arm", [False, True], ids=["blinded", "unblinded"])
def test_a_page_loads_nothing(blinded: Subject, unblinded: Subject, by_arm: bool) -> None:
    html = page(unblinded if by_arm else blinded)
    parsed = Parsed(html)
    outside = [value for name, value in parsed.attributes if name in FETCHING and not value.startswith("#")]
    assert outside == []
    assert set(re.findall(r"\w+://[^\s\"'<)]+", html)) == {SVG}
    assert [u for u in re.findall(r"url\(([^)]*)\)", html) if not u.startswith("#")] == []
    assert "@import" not in html
    assert "@font-face" not in html
    assert parsed.tags["svg"] > 4


@pytest.mark.parametrize("n", SIZES)
def test_a_trial_of_any_size_has_a_page(tmp_path: Path, n: int) -> None:
    html = page(release(tmp_path, n))
    Parsed(html)
    said = text(html)
    randomized = -(-n * 8 // 10)
    assert f"Screened {n:,} Randomized {randomized:,}" in said
    assert f"Assessed for eligibility {n:,}" in said
    assert ("Nobody was randomized yet." in said) == (n == 0)
    assert ("No assessment week was due yet." in said) == (n == 0)
    assert ("Mean and 95 % interval" in said) == (n > 0)


def test_one_participant_has_a_mean_and_no_interval(tmp_path: Path) -> None:
    assert "2 1 4.0 – –" in text(page(release(tmp_path, 1)))


def test_a_project_without_marts_reports_its_quality(tmp_path: Path) -> None:
    html = page(release(tmp_path, 0, marts=False))
    Parsed(html)
    said = text(html)
    assert "This study has no models of its own" in said
    assert "Gates passed 2 of 2" in said
    assert "3 queries open, 1 of them for more than 90 days" in said
    assert "Screened" not in said
    assert "<svg" not in html


def test_no_arm_is_named_before_unblinding_even_if_a_mart_holds_it(unblinded: Subject) -> None:
    said = page(replace(unblinded, study_state="LOCKED"))
    assert "ARM" not in said
    assert "everybody together" in said


def test_after_unblinding_figures_are_by_arm(unblinded: Subject) -> None:
    said = text(page(unblinded))
    assert "The study is unblinded: figures are by arm." in said
    for arm in ("ARM_A", "ARM&lt;b&gt;"):
        assert f"Arm {arm} Randomized 24" in said
        assert f"Urine, arm {arm}" in said
    assert "n 24/24" in said


def test_forms_masked_as_a_whole_are_not_counted_before_unblinding(blinded: Subject, unblinded: Subject) -> None:
    before, after = text(page(blinded)), text(page(unblinded))
    assert "90 of 120 forms received; not received: 16 with a reason, 14 without" in before
    assert "Hidden form" not in before
    assert "180 of 240 forms received; not received: 32 with a reason, 28 without" in after
    assert "Hidden form" in after


def test_findings_of_masked_rules_are_one_count(blinded: Subject) -> None:
    said = text(page(blinded))
    assert said.count("7 findings of masked rules; they are restricted.") == 2
    assert "MASKED" not in said
    assert re.search(r"g2 Trial PASS .{0,90} 3 checks : 1 passed, 1 with findings, 1 masked 1 finding ", said)


def test_the_page_is_the_same_whatever_was_drawn_before(blinded: Subject, unblinded: Subject) -> None:
    first = page(blinded)
    page(unblinded)
    assert page(blinded) == first


def test_the_page_is_the_same_whatever_the_order_of_rows(tmp_path: Path) -> None:
    subject = release(tmp_path, 60)
    first = page(subject)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{subject.marts}' as made; use made")
        tables = connection.execute("select schema_name || '.' || table_name from duckdb_tables()").fetchall()
        for (table,) in tables:
            connection.execute(f"create or replace table {table} as select * from {table} order by hash({table}) desc")
    assert page(subject) == first


def test_ids_on_a_page_are_one_each(unblinded: Subject) -> None:
    ids = [value for name, value in Parsed(page(unblinded)).attributes if name == "id"]
    assert len(ids) == len(set(ids)) > 8


def test_links_of_a_page_lead_to_its_parts(blinded: Subject) -> None:
    attributes = Parsed(page(blinded)).attributes
    targets = {value.removeprefix("#") for name, value in attributes if name == "href"}
    assert len(targets) > 7
    assert targets <= {value for name, value in attributes if name == "id"}


def test_what_changed_is_told_against_the_release_before(unblinded: Subject) -> None:
    said = text(page(unblinded))
    assert "Compared with 2031-01-01-11111111" in said
    assert "Assessed for eligibility 50 60 +10" in said
    assert "New 1 Closed 1 Opened again 0 Open before 3 Open now 3" in said
    assert "dim_ participant 50 60 +10" in said
    assert "dim_ gone 3 no longer" in said
    assert "dim_ instrument 1 new" in said


def test_the_first_release_says_so_and_one_that_is_gone_too(blinded: Subject, tmp_path: Path) -> None:
    assert "first release: there is none to compare with" in text(page(blinded))
    gone = replace(blinded, before=Before("2031-01-01-22222222", tmp_path / "nowhere"))
    assert "2031-01-01-22222222, is no longer kept" in text(page(gone))


@pytest.mark.parametrize("is_synthetic", [True, False])
def test_a_synthetic_export_is_called_so(blinded: Subject, is_synthetic: bool) -> None:
    banner = "No participant data. Aggregates tuned to published headline results; everything else invented."
    assert (banner in page(replace(blinded, is_synthetic=is_synthetic))) == is_synthetic


def test_the_exports_date_is_the_only_one(blinded: Subject) -> None:
    dates = set(re.findall(r"(?:19|20)\d\d-\d\d-\d\d", text(page(blinded))))
    assert dates == {"2031-03-01"}
