{#
  SQL that means the same on every engine: text to typed values, numbers, dates, ordered aggregates.
  Here: small expressions whose plain form differs between DuckDB and Spark (ANSI), each with the rule it keeps.
  Not here: anything about trials (canonical.sql), names of schemas and studies (naming.sql).
  Rules: text is never plainly cast, a regex lets it through first; no backslash in a literal; the same answer
  for null on every engine. Arguments are SQL expressions unless said otherwise.
#}

{# -- regular expressions (patterns are Jinja strings without quotes or backslashes) -- #}

{% macro re_match(text, pattern) %}{{ return(adapter.dispatch('re_match', 'trialhouse')(text, pattern)) }}{% endmacro %}

{% macro default__re_match(text, pattern) -%}
    coalesce(regexp_matches({{ text }}, '{{ pattern }}'), false)
{%- endmacro %}

{% macro spark__re_match(text, pattern) -%}
    coalesce(regexp_like({{ text }}, '{{ pattern }}'), false)
{%- endmacro %}

{% macro re_replace(text, pattern, by='') %}
    {{ return(adapter.dispatch('re_replace', 'trialhouse')(text, pattern, by)) }}
{% endmacro %}

{% macro default__re_replace(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}', 'g')
{%- endmacro %}

{% macro spark__re_replace(text, pattern, by) -%}
    regexp_replace({{ text }}, '{{ pattern }}', '{{ by }}')
{%- endmacro %}

{# No match is null on every engine. #}
{% macro re_group(text, pattern, group=1) -%}
    nullif(regexp_extract({{ text }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{# -- text to typed: null when the text is not exactly of the kind -- #}

{# trim() differs between engines (no-break space), hence the explicit class; blank is null. #}
{% macro clean(text) -%}
    nullif({{ re_replace('cast(' ~ text ~ ' as string)', '^[\t\r\n ]+|[\t\r\n ]+$') }}, '')
{%- endmacro %}

{% macro to_int(text) -%}
    case when {{ re_match(clean(text), '^[+-]?[0-9]+$') }} then try_cast({{ clean(text) }} as bigint) end
{%- endmacro %}

{% macro to_num(text, type='double') -%}
    case
        when {{ re_match(clean(text), '^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]{1,3})?$') }}
            then try_cast({{ clean(text) }} as {{ type }})
    end
{%- endmacro %}

{% macro to_date(text) -%}
    case when {{ re_match(clean(text), '^[0-9]{4}-[0-9]{2}-[0-9]{2}$') }} then try_cast({{ clean(text) }} as date) end
{%- endmacro %}

{% macro timestamp_type() -%}
    {{ 'timestamp_ntz' if target.type == 'spark' else 'timestamp' }}
{%- endmacro %}

{% macro to_ts(text) -%}
    case
        when {{ re_match(
            clean(text),
            '^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?$',
        ) }}
            then try_cast({{ clean(text) }} as {{ timestamp_type() }})
    end
{%- endmacro %}

{% macro to_bool(text) -%}
    case
        when lower({{ clean(text) }}) in ('true', 't', 'yes', 'y', '1') then true
        when lower({{ clean(text) }}) in ('false', 'f', 'no', 'n', '0') then false
    end
{%- endmacro %}

{# 05MAR2031 #}
{% macro parse_dmy(text) %}{{ return(adapter.dispatch('parse_dmy', 'trialhouse')(text)) }}{% endmacro %}

{% macro default__parse_dmy(text) -%}
    case
        when {{ re_match(text, '^[0-9]{2}[A-Za-z]{3}[0-9]{4}$') }}
            then cast(try_strptime({{ text }}, '%d%b%Y') as date)
    end
{%- endmacro %}

{% macro spark__parse_dmy(text) -%}
    case
        when {{ re_match(text, '^[0-9]{2}[A-Za-z]{3}[0-9]{4}$') }}
            then cast(try_to_timestamp(initcap({{ text }}), 'ddMMMyyyy') as date)
    end
{%- endmacro %}

{# -- numbers -- #}

{# Rounds the number as written in decimals; round(double) differs between engines in 2 % of cases. #}
{% macro round_f(number, places=0) -%}
    cast(round(try_cast(cast({{ number }} as string) as decimal(38, 12)), {{ places }}) as double)
{%- endmacro %}

{% macro to_int_round(number) -%}
    cast(round({{ number }}, 0) as bigint)
{%- endmacro %}

{# Division in doubles; by zero is null. #}
{% macro div(numerator, denominator) -%}
    (cast({{ numerator }} as double) / nullif(cast({{ denominator }} as double), 0))
{%- endmacro %}

{% macro isum(integers) -%}
    cast(sum({{ integers }}) as bigint)
{%- endmacro %}

{% macro idiv(numerator, denominator) %}
    {{ return(adapter.dispatch('idiv', 'trialhouse')(numerator, denominator)) }}
{% endmacro %}

{% macro default__idiv(numerator, denominator) -%}
    cast(({{ numerator }}) // nullif({{ denominator }}, 0) as bigint)
{%- endmacro %}

{% macro spark__idiv(numerator, denominator) -%}
    cast(({{ numerator }}) div nullif({{ denominator }}, 0) as bigint)
{%- endmacro %}

{# -- dates -- #}

{# Days from first to second. #}
{% macro days_between(first, second) -%}
    cast(({{ second }}) - ({{ first }}) as int)
{%- endmacro %}

{# Minutes from the first moment to the second, with their fraction. #}
{% macro minutes_between(first, second) %}
    {{ return(adapter.dispatch('minutes_between', 'trialhouse')(first, second)) }}
{% endmacro %}

{% macro default__minutes_between(first, second) -%}
    (cast(date_diff('second', {{ first }}, {{ second }}) as double) / cast(60 as double))
{%- endmacro %}

{% macro spark__minutes_between(first, second) -%}
    (cast(timestampdiff(second, {{ first }}, {{ second }}) as double) / cast(60 as double))
{%- endmacro %}

{% macro add_days(day, days) -%}
    (({{ day }}) + cast({{ days }} as int))
{%- endmacro %}

{% macro add_months_p(day, months) %}
    {{ return(adapter.dispatch('add_months_p', 'trialhouse')(day, months)) }}
{% endmacro %}

{% macro default__add_months_p(day, months) -%}
    cast({{ day }} + cast({{ months }} as int) * interval 1 month as date)
{%- endmacro %}

{% macro spark__add_months_p(day, months) -%}
    add_months({{ day }}, cast({{ months }} as int))
{%- endmacro %}

{# Monday 1 to Sunday 7. #}
{% macro iso_dow(day) %}{{ return(adapter.dispatch('iso_dow', 'trialhouse')(day)) }}{% endmacro %}

{% macro default__iso_dow(day) -%}
    cast(isodow({{ day }}) as int)
{%- endmacro %}

{% macro spark__iso_dow(day) -%}
    (weekday({{ day }}) + 1)
{%- endmacro %}

{% macro months_crossed(first, second) -%}
    cast((year({{ second }}) - year({{ first }})) * 12 + month({{ second }}) - month({{ first }}) as int)
{%- endmacro %}

{# Completed years from birth to a day. #}
{% macro age_years(birth, day) -%}
    cast(
        year({{ day }}) - year({{ birth }})
        - case
            when month({{ day }}) * 100 + day({{ day }}) < month({{ birth }}) * 100 + day({{ birth }}) then 1
            else 0
        end as int
    )
{%- endmacro %}

{# part is a word: 'month', 'year', ... #}
{% macro trunc_d(part, day) -%}
    cast(date_trunc('{{ part }}', {{ day }}) as date)
{%- endmacro %}

{% macro ts_trunc(part, moment) -%}
    cast(date_trunc('{{ part }}', {{ moment }}) as {{ timestamp_type() }})
{%- endmacro %}

{# One row a day, both ends included; no row when the first lies after the last. #}
{% macro date_spine_p(first, last) %}
    {{ return(adapter.dispatch('date_spine_p', 'trialhouse')(first, last)) }}
{% endmacro %}

{% macro default__date_spine_p(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}, interval 1 day))
{%- endmacro %}

{% macro spark__date_spine_p(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}, interval 1 day) end)
{%- endmacro %}

{# One row an integer, both ends included; no row when the first is above the last. #}
{% macro int_spine_p(first, last) %}
    {{ return(adapter.dispatch('int_spine_p', 'trialhouse')(first, last)) }}
{% endmacro %}

{% macro default__int_spine_p(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__int_spine_p(first, last) -%}
    explode(case when {{ first }} <= {{ last }} then sequence({{ first }}, {{ last }}) end)
{%- endmacro %}

{# -- aggregates and windows (sep is plain text) -- #}

{% macro str_agg(text, sep, order_by) %}
    {{ return(adapter.dispatch('str_agg', 'trialhouse')(text, sep, order_by)) }}
{% endmacro %}

{% macro default__str_agg(text, sep, order_by) -%}
    string_agg({{ text }}, '{{ sep }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__str_agg(text, sep, order_by) -%}
    listagg({{ text }}, '{{ sep }}') within group (order by {{ order_by }})
{%- endmacro %}

{% macro str_agg_distinct(text, sep) %}
    {{ return(adapter.dispatch('str_agg_distinct', 'trialhouse')(text, sep)) }}
{% endmacro %}

{% macro default__str_agg_distinct(text, sep) -%}
    string_agg(distinct {{ text }}, '{{ sep }}' order by {{ text }})
{%- endmacro %}

{% macro spark__str_agg_distinct(text, sep) -%}
    case when count({{ text }}) > 0 then array_join(array_sort(collect_set({{ text }})), '{{ sep }}') end
{%- endmacro %}

{# The last value known up to this row; over is "partition by .. order by ..". #}
{% macro last_known(value, over) %}{{ return(adapter.dispatch('last_known', 'trialhouse')(value, over)) }}{% endmacro %}

{% macro default__last_known(value, over) -%}
    last_value({{ value }} ignore nulls) over ({{ over }} rows between unbounded preceding and current row)
{%- endmacro %}

{% macro spark__last_known(value, over) -%}
    last_value({{ value }}) ignore nulls over ({{ over }} rows between unbounded preceding and current row)
{%- endmacro %}

{# One key from several columns (a list of expressions); null is told from empty text. #}
{% macro key(columns) -%}
    md5(
    {%- for column in columns -%}
        coalesce(cast({{ column }} as string), '~'){{ " || '|' || " if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}

{# characters is plain text; ltrim(text, characters) has its arguments reversed on Spark. #}
{% macro strip_chars(text, characters) -%}
    trim(both '{{ characters }}' from {{ text }})
{%- endmacro %}

{% macro star_without(columns) %}{{ return(adapter.dispatch('star_without', 'trialhouse')(columns)) }}{% endmacro %}

{% macro default__star_without(columns) -%}
    * exclude ({{ columns | join(', ') }})
{%- endmacro %}

{% macro spark__star_without(columns) -%}
    * except ({{ columns | join(', ') }})
{%- endmacro %}
