{#
  Values of a form: each field typed, with the reason where there is none.
  Here: what the generated staging models of every study share about values. Not here: rows (staging_rows.sql), code lists.
  A macro gives two columns: <name> and <name>__missing. Cells come trimmed, blank is null.
#}

{# Every staging model begins with staged_keys and ends with staged_origin. #}

{% macro staged_keys() -%}
    '{{ study_id() }}' as study_id,
        participant_id,
        record_id,
        event_name,
        visit,
        repeat_no as repeat_instance
{%- endmacro %}

{% macro staged_origin() -%}
    is_touched,
        try_cast({{ to_int('form_complete') }} as int) as form_status,
        _source_file,
        _source_row
{%- endmacro %}

{#
  A value and the reason where there is none. code is the text that is compared with the missing codes: in a case, because
  DuckDB makes a join of every longer in-list, and a questionnaire has eighty of them.
#}
{% macro staged_value(name, value, missing_codes=[], otherwise='NOT_PARSED', code=none) -%}
    {%- set compared = code or name -%}
    {%- if missing_codes -%}
    case {{ compared }}{% for missing in missing_codes %} when {{ text_literal(missing) }} then null{% endfor %} else {{ value }} end as {{ name }},
    {%- else -%}
    {{ value }} as {{ name }},
    {%- endif %}
        case
            when not is_touched then 'NOT_ASKED'
            when {{ name }} is null then 'BLANK'
            {%- for missing in missing_codes %}
            when {{ compared }} = {{ text_literal(missing) }} then {{ text_literal('CODE_' ~ missing) }}
            {%- endfor %}
            when {{ value }} is null then '{{ otherwise }}'
        end as {{ name }}__missing
{%- endmacro %}

{% macro text_literal(text) -%}
    '{{ text | replace("'", "''") }}'
{%- endmacro %}

{% macro staged_text(name, missing_codes=[]) -%}
    {{ staged_value(name, name, missing_codes) }}
{%- endmacro %}

{# -99 is also written -99.0 where a field shows decimals. #}
{% macro number_code(name, missing_codes) -%}
    {{ re_replace(name, '[.]0+$') if missing_codes else name }}
{%- endmacro %}

{% macro staged_integer(name, missing_codes=[]) -%}
    {{ staged_value(name, to_int(name), missing_codes, code=number_code(name, missing_codes)) }}
{%- endmacro %}

{% macro staged_number(name, missing_codes=[]) -%}
    {{ staged_value(name, to_num(name), missing_codes, code=number_code(name, missing_codes)) }}
{%- endmacro %}

{# Decimals written with a comma; a point is taken, too, since one export may hold both. #}
{% macro staged_number_comma(name, missing_codes=[]) -%}
    {%- set with_point = "replace(" ~ name ~ ", ',', '.')" -%}
    {{ staged_value(name, to_num(with_point), missing_codes, code=number_code(with_point, missing_codes)) }}
{%- endmacro %}

{% macro staged_date(name, missing_codes=[]) -%}
    {{ staged_value(name, to_date(name), missing_codes) }}
{%- endmacro %}

{% macro staged_datetime(name, missing_codes=[]) -%}
    {{ staged_value(name, to_ts(name), missing_codes) }}
{%- endmacro %}

{# A time of day, HH:MM or HH:MM:SS. #}
{% macro staged_time(name, missing_codes=[]) -%}
    {%- set value -%}
    case
            when {{ re_match(name, '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$') }} then {{ name }}
            when {{ re_match(name, '^[0-9]:[0-5][0-9]$') }} then '0' || {{ name }}
        end
    {%- endset -%}
    {{ staged_value(name, value, missing_codes) }}
{%- endmacro %}

{# Year, month or day precision; parts given as UN or UNK are cut, with everything after them. #}
{% macro staged_partial_date(name, missing_codes=[]) -%}
    {%- set known = re_replace('upper(' ~ name ~ ')', '-UNK?(-.*)?$') -%}
    {%- set value -%}
    case
            when {{ re_match(known, '^[0-9]{4}(-(0[1-9]|1[0-2]))?$') }} then {{ known }}
            when {{ to_date(known) }} is not null then {{ known }}
        end
    {%- endset -%}
    {{ staged_value(name, value, missing_codes) }}
{%- endmacro %}

{# terms: {code as exported: term}. #}
{% macro staged_code(name, terms, missing_codes=[]) -%}
    {%- set value -%}
    case {{ name }}{% for code, term in terms.items() %} when {{ text_literal(code) }} then {{ text_literal(term) }}{% endfor %} end
    {%- endset -%}
    {{ staged_value(name, value, missing_codes, 'UNKNOWN_CODE') }}
{%- endmacro %}

{# yes and no: the codes as exported. #}
{% macro staged_yesno(name, yes='1', no='0', missing_codes=[]) -%}
    {%- set value -%}
    case {{ name }} when {{ text_literal(yes) }} then true when {{ text_literal(no) }} then false end
    {%- endset -%}
    {{ staged_value(name, value, missing_codes, 'UNKNOWN_CODE') }}
{%- endmacro %}

{# One boolean a choice, null where the form was never touched; the reason is the field's, not a choice's. #}
{% macro staged_checkbox(name, columns) -%}
    {%- for column in columns %}
        case when is_touched then case {{ column }} when '1' then true when '0' then false end end as {{ column }},
    {%- endfor %}
        case
            when not is_touched then 'NOT_ASKED'
            when {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %} then 'BLANK'
            when {% for column in columns %}{{ column }} not in ('0', '1'){{ ' or ' if not loop.last }}{% endfor %} then 'UNKNOWN_CODE'
        end as {{ name }}__missing
{%- endmacro %}
