{#
  Rows of a form: which rows of an export belong to it, and which of them are set aside.
  Here: what the generated staging models of every study share about rows. Not here: values (staging_fields.sql).
#}

{#
  Common table expressions that end with `judged`, to stand after the imports `exported`, `mapping`, `participant_key`, `visits` and,
  for a study with a screening form, `screening`. Text is trimmed once, here; blank is null.
  repeats: 'yes', 'no', or 'unknown' for a project whose protocol is its dictionary.
#}

{% macro rows_of_form(form, columns, checkboxes=[], repeats='no', screening_columns=[]) %}
designations as (
    select
        event_name,
        max(case when form = '{{ form }}' then 1 else 0 end) as is_designated
    from mapping
    group by event_name
),

mapping_size as (
    select count(*) as rows_of_mapping
    from mapping
),

cleaned as (
    select
        {{ clean('record_id') }} as record_id,
        {{ clean('event_name') }} as event_name,
        {{ clean('repeat_instrument') }} as repeat_instrument,
        {{ clean('repeat_instance') }} as repeat_instance,
        {%- for column in columns + checkboxes %}
        {{ clean(column) }} as {{ column }},
        {%- endfor %}
        {{ clean('form_complete') }} as form_complete,
        _source_file,
        _source_row
    from exported
    where trim(coalesce(repeat_instrument, '')) in ('', '{{ form }}')
),

touched as (
    select
        *,
        {{ holds_anything(columns, checkboxes) }} as is_touched
    from cleaned
),

-- without a mapping (an empty one) a row belongs to the form when it holds anything of it
belonging as (
    select touched.*
    from touched
    cross join mapping_size
    left join designations on touched.event_name = designations.event_name
    where
        case
            when mapping_size.rows_of_mapping = 0 then touched.is_touched
            when coalesce(designations.is_designated, 0) = 0 then false
            when touched.repeat_instrument is not null then true
            {%- if repeats == 'yes' %}
            else false
            {%- elif repeats == 'no' %}
            else true
            {%- else %}
            else touched.is_touched or touched.form_complete is not null
            {%- endif %}
        end
),
{% if screening_columns %}
screened as (
    select {{ clean('record_id') }} as screened_record_id
    from screening
    where {{ holds_anything(screening_columns, are_clean=false) }}
    group by 1
),
{% endif %}
numbered as (
    select
        belonging.*,
        participant_key.participant_id,
        visits.visit,
        try_cast({{ to_int('belonging.repeat_instance') }} as int) as repeat_no,
        count(*) over (
            partition by belonging.record_id, belonging.event_name, belonging.repeat_instance
        ) as rows_of_key,
        {%- if screening_columns %}
        screened.screened_record_id is not null as is_screened
        {%- else %}
        true as is_screened
        {%- endif %}
    from belonging
    left join participant_key on belonging.record_id = participant_key.record_id
    left join visits on belonging.event_name = visits.event_name
    {%- if screening_columns %}
    left join screened on belonging.record_id = screened.screened_record_id
    {%- endif %}
),

-- every row of a duplicated key is set aside: nobody here knows which one is right
judged as (
    select
        *,
        case
            when rows_of_key > 1 then 'DQ-04'
            when participant_id is null then 'DQ-04'
            when repeat_instance is not null and repeat_no is null then 'DQ-04'
            when not is_screened then 'DQ-06'
        end as rule_id
    from numbered
)
{%- endmacro %}

{# An unticked box is nothing, and a form's status is no part of it. #}
{% macro holds_anything(columns, checkboxes=[], are_clean=true) -%}
    coalesce(
        {%- for column in columns %}{{ column if are_clean else clean(column) }}, {% endfor -%}
        {%- for column in checkboxes %}nullif({{ column if are_clean else clean(column) }}, '0'), {% endfor -%}
        cast(null as string), cast(null as string)
    ) is not null
{%- endmacro %}

{# The rows of one form that were set aside: a select of the quarantine's columns. #}
{% macro quarantined_rows(form, columns, checkboxes=[], repeats='no', screening_columns=[]) %}
{{ rows_of_form(form, columns, checkboxes, repeats, screening_columns) }}

select
    '{{ study_id() }}' as study_id,
    '{{ form }}' as form,
    record_id,
    participant_id,
    event_name,
    visit,
    repeat_no as repeat_instance,
    rule_id,
    _source_file,
    _source_row
from judged
where rule_id is not null
{%- endmacro %}
