"""Words that no field's column may have in staging, and no form's table.

Belongs here: the lists and the one rule for each. Does not belong here: any other naming.
"""

STAGING_COLUMNS = """
    study_id participant_id record_id event_name visit repeat_instrument repeat_instance is_touched form_status
    form_complete form rule_id repeat_no rows_of_key is_screened screened_record_id
"""
SQL_WORDS = """
    all analyse analyze and anti any array as asc asof asymmetric at authorization between binary both by case
    cast check collate collation column columns concurrently constraint create cross current_date default deferrable desc
    describe distinct do else end except exists false fetch filter following for foreign freeze from full function
    generated glob grant group having ilike in initially inner insert intersect interval into is isnull join
    lambda lateral leading left like limit map minus natural not notnull null nulls offset on only or order outer
    over overlaps partition pivot pivot_longer pivot_wider placing position positional preceding primary qualify range references returning
    right row rows select semi set show similar some struct summarize symmetric table tablesample then time to
    trailing trim true try_cast unbounded union unique unpack unpivot user using values variadic verbose when
    where window with
"""
RESERVED = frozenset((STAGING_COLUMNS + SQL_WORDS).split())
# Tables of the raw room and of staging that are no form's.
OWN_TABLES = frozenset(("export", "mapping", "participant_key", "quarantine"))


def staging_name(field: str) -> str:
    """A field's name in staging: its own, unless staging or SQL uses that word."""
    return f"field_{field}" if field in RESERVED else field


def table_name(form: str) -> str:
    """A form's table in the raw room and in staging: its own name, unless another table has it."""
    return f"form_{form}" if form in OWN_TABLES else form
