"""Names a project may have chosen that SQL, YAML or our own tables use already: staged under another name, never lost.

Belongs here: one dictionary of such names, built with dbt. Does not belong here: values and rows (`test_staging*.py`).
"""

from __future__ import annotations

from pathlib import Path

from crafted import build, csv_text, dictionary_csv, export

from expectations.protocol import protocol_from_dictionary
from orchestration import landing

FIELDS = (
    "no",
    "freeze",
    "pivot_longer",
    "order",
    "repeat_no",
    "is_screened",
    "rows_of_key",
    "visits",
    "judged",
    "visit",
)
FORMS = ("mapping", "quarantine", "export", "participant_key", "2form")
HARD_LABEL = "{{ 1 }} {% endset %} {# it's \x80 -- #}"


def test_any_name_a_project_may_have_is_staged(tmp_path: Path) -> None:
    listed = [{"field_name": "pid", "form_name": "words"}]
    listed += [{"field_name": name, "form_name": "words", "field_label": HARD_LABEL} for name in FIELDS]
    listed += [{"field_name": f"q{number}", "form_name": form} for number, form in enumerate(FORMS)]
    choices = f"-1, {HARD_LABEL} | a, %}} | b, back\\slash '"
    listed.append({"field_name": "pick", "form_name": "2form", "field_type": "radio"})
    listed[-1] |= {"select_choices_or_calculations": choices}
    header = ["pid", *(row["field_name"] for row in listed[1:])]
    data = csv_text(header, [["A", *(f"value {name}" for name in header[1:-1]), "b"]]).encode()
    files = {"d.csv": ("data", data), "dict.csv": ("dictionary", dictionary_csv(*listed))}
    made = export(tmp_path / "raw" / "names" / "2031-03-01", files, study="names")
    protocol = protocol_from_dictionary("names", landing.dictionary_rows(made), ())
    with build(made, protocol, tmp_path) as connection:
        for field in protocol.fields[1:]:
            table = protocol.staging_table(field.form)
            found = connection.execute(f"select {field.staging_name} from staging.{table}").fetchall()
            assert found == [("back\\slash '" if field.name == "pick" else f"value {field.name}",)], field.name
