"""The file gate's checks: what an export must be before anything reads it.

Belongs here: rules of the layer g0 on the facts of a landing. Does not belong here: gathering the facts (landing),
and any look into values.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from expectations.blinding import masked_forms, masked_part
from expectations.checks import Check, check_of_rule, rules_by_id
from expectations.findings import LandingFacts
from expectations.protocol import Protocol
from expectations.suites import Expected

if TYPE_CHECKING:
    import polars as pl

TRUE = {"value_set": [True]}
LOST_ROWS, LOST_SHARE = 2, 0.02


@dataclass(frozen=True)
class FileCheck:
    """A check on one of the fact frames, what is expected, and the findings if it is not met."""

    check: Check
    frame: str
    expected: Expected
    findings: list[dict[str, Any]] = field(default_factory=list, hash=False)
    applies: bool = True


def fact_frames(facts: LandingFacts, protocol: Protocol) -> dict[str, pl.DataFrame]:
    """The facts as frames of yes-or-no columns, so that an expectation has one column to look at."""
    import polars as pl

    files = facts.files.with_columns(
        is_header_whole=pl.col("header_missing").fill_null("") == "",
        is_header_single=pl.col("header_duplicated").fill_null("") == "",
        is_header_known=pl.col("header_unknown").fill_null("") == "",
        is_accepted=pl.col("verdict") != "REFUSED",
        # a file that was refused says why itself
        is_filled=(pl.col("role") != "data") | (pl.col("verdict") == "REFUSED") | (pl.col("rows").fill_null(0) > 0),
    )
    before = pl.col("rows_before").fill_null(0)
    lost = before - pl.col("rows").fill_null(0)
    forms = facts.forms.with_columns(
        is_accounted=pl.col("is_present") | pl.col("is_declared_absent") | ~pl.col("is_expected"),
        is_volume_kept=pl.col("rows_before").is_null()
        | (lost <= pl.max_horizontal(pl.lit(LOST_ROWS), before * LOST_SHARE)),
    )
    masked = facts.lost_keys.filter(pl.col("form").is_in(masked_forms(protocol)))
    export = pl.DataFrame(
        {
            "is_manifest_usable": [facts.export["manifest_problem"] is None],
            "is_this_study": [bool(facts.export["study_matches"])],
            "is_newer": [bool(facts.export["is_newer"])],
            "is_new_data": [facts.export["identical_to"] is None],
            "is_labelled": [bool(facts.export["is_synthetic"])],
            "is_named_synthetic": [protocol.study_id.endswith("_syn")],
            "is_every_record_labelled": [facts.export["records_without_synthetic_flag"] == 0],
            "lost_keys": [facts.lost_keys.height - masked.height],
            "lost_keys_masked": [masked.height],
        }
    )
    return {"files": files, "forms": forms, "export": export}


FILE_COLUMNS = {
    "is_named": "a file lies in the folder that the manifest does not name",
    "is_present": "a file the manifest names is not there",
    "is_hash_equal": "a file is not the one the manifest describes",
    "is_readable": "a file cannot be read",
    "is_accepted": "a file was refused",
    "is_filled": "a data file holds no row",
    "is_header_whole": "a data file lacks columns the protocol needs",
    "is_header_single": "a data file has a column twice",
}


def file_checks(protocol: Protocol, facts: LandingFacts) -> list[FileCheck]:
    """Every check of the file gate."""
    frames = fact_frames(facts, protocol)
    return [
        *_of_files(protocol, frames["files"]),
        *_of_forms(protocol, frames["forms"], _is_whole(frames["files"])),
        *_of_export(protocol, facts),
        *_of_lost_keys(protocol, facts),
    ]


def _of_files(protocol: Protocol, files: pl.DataFrame) -> Iterator[FileCheck]:
    rule = rules_by_id(protocol.rules)["DQ-01"]
    for column in (*FILE_COLUMNS, "is_header_known"):
        action = "note" if column == "is_header_known" else None
        check = check_of_rule(rule, "files", column, action)
        names = {
            "is_header_whole": "header_missing",
            "is_header_single": "header_duplicated",
            "is_header_known": "header_unknown",
        }
        bad = files.filter(~files[column].fill_null(True))
        found = [_file_finding(check, column, row, names.get(column)) for row in bad.iter_rows(named=True)]
        yield FileCheck(
            check, "files", Expected(check.check_id, rule.rule_id, "in_set", {"column": column} | TRUE), found
        )


def _file_finding(check: Check, column: str, row: dict[str, Any], names: str | None) -> dict[str, Any]:
    words = FILE_COLUMNS.get(column, "a data file has columns the protocol does not know; landed, not used")
    reason = f" ({row['reason']})" if row["reason"] and column in ("is_readable", "is_present", "is_accepted") else ""
    detail = row["file_name"] + (f": {row[names]}" if names else "")
    return check.finding(form=row["form"] or None, detail_key=detail, message=words + reason)


def _is_whole(files: pl.DataFrame) -> bool:
    """Whether every data file was taken; the forms of one that was not are missing for that reason alone."""
    return bool((files["is_accepted"] | (files["role"] != "data")).all())


def _of_forms(protocol: Protocol, forms: pl.DataFrame, is_whole: bool) -> Iterator[FileCheck]:
    rules = rules_by_id(protocol.rules)
    said = {
        "is_accounted": ("DQ-01", "a form the protocol expects is not in the export and not declared absent"),
        "is_volume_kept": (
            "DQ-03",
            f"a form lost more than {LOST_ROWS} rows and more than {LOST_SHARE:.0%} of its rows",
        ),
    }
    for column, (rule_id, words) in said.items():
        check = check_of_rule(rules[rule_id], "forms", column, "stop")
        bad = forms.filter(~forms[column])
        found = [check.finding(form=row["form"], message=words) for row in bad.iter_rows(named=True)]
        expected = Expected(check.check_id, rule_id, "in_set", {"column": column} | TRUE)
        yield FileCheck(check, "forms", expected, found, is_whole)


def _of_export(protocol: Protocol, facts: LandingFacts) -> Iterator[FileCheck]:
    rules = rules_by_id(protocol.rules)
    synthetic = protocol.study.get("is_synthetic") == "true"
    said = facts.export
    checks: list[tuple[str, str, bool, str, str | None]] = [
        ("DQ-01", "is_manifest_usable", True, str(said["manifest_problem"]), None),
        ("DQ-01", "is_this_study", True, "the manifest names another study", None),
        ("DQ-02", "is_newer", True, "the export is not newer than the last accepted one", None),
        ("DQ-02", "is_new_data", True, "the data are those of an earlier export", said["identical_to"]),
        ("DQ-10", "is_labelled", synthetic, "the manifest does not say that the study is synthetic", None),
        ("DQ-10", "is_named_synthetic", synthetic, "the study's name does not end in _syn", None),
        ("DQ-10", "is_every_record_labelled", synthetic, "a record without the label that it is synthetic", None),
    ]
    for rule_id, column, applies, words, detail in checks:
        check = check_of_rule(rules[rule_id], "export", column)
        found = [check.finding(detail_key=detail, message=words)]
        yield FileCheck(
            check, "export", Expected(check.check_id, rule_id, "in_set", {"column": column} | TRUE), found, applies
        )


def _of_lost_keys(protocol: Protocol, facts: LandingFacts) -> Iterator[FileCheck]:
    """Keys that are gone, those of masked forms in a check of their own."""
    hidden = masked_forms(protocol)
    whole = check_of_rule(rules_by_id(protocol.rules)["DQ-03"], "export", "lost_keys")
    for check, column, is_masked in ((whole, "lost_keys", False), (masked_part(whole), "lost_keys_masked", True)):
        rows = [row for row in facts.lost_keys.iter_rows(named=True) if (row["form"] in hidden) == is_masked]
        expected = Expected(check.check_id, check.rule_id, "between", {"column": column, "max_value": 0})
        yield FileCheck(check, "export", expected, [check.finding(**row) for row in rows])
