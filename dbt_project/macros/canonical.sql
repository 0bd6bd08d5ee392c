{#
  The canonical trial entities: the columns that every study's map_<study>__<entity> model has, in this order.
  Here: the specification, the way to read a study's maps, and the protocol's clock.
  Not here: what a study's form is called (the map models), anything derived (models/intermediate).
  Adding a column: add it here; every map that lacks it then fails to build until it states where it comes from.
#}

{# entity -> "column type, ..." after study_id and participant_id, which all of them start with. #}
{% macro entity_specification() %}
{{ return({
    'participant': 'site_id string, screening_date date, consent_date date, consent_version string, birth_date date,
        age_years int, sex string, race string, ethnicity string, route_of_use string, is_eligible boolean,
        exclusion_reason string, height_cm double, weight_kg double, reference_date date, admission_date date,
        discharge_date date, screening_pday int, consent_pday int, admission_pday int, discharge_pday int',
    'randomization': 'randomization_seq int, randomization_no string, randomization_date date, randomization_pday int,
        arm_code string, kit_code string',
    'visit': 'visit string, visit_repeat int, visit_date date, visit_pday int, is_attended boolean,
        missed_reason string',
    'exposure': 'infusion_no int, infusion_date date, infusion_pday int, start_at timestamp, stop_at timestamp,
        drug_code string, dose_mg double, volume_ml double, weight_kg double, lot_code string, is_completed boolean,
        interrupted_minutes double, is_rescue_given boolean',
    'session': 'session_no int, visit string, session_date date, session_pday int, is_attended boolean, minutes double,
        therapist_code string, home_practice_days int',
    'vital_sign': 'visit string, timepoint_minutes int, test string, value double, unit string',
    'urine_result': 'specimen_no int, specimen_id string, visit string, collected_date date, collected_pday int,
        analyte string, result string, quantity_ng_ml double, cutoff_ng_ml double, validity_recorded string,
        creatinine_mg_dl double, specific_gravity double, ph double, nitrite_ug_ml double, temperature_f double',
    'self_report_day': 'visit string, interview_no int, interview_date date, interview_pday int, day_date date,
        day_pday int, substance string, used string, amount_usd double, amount_grams double, route string,
        is_controlled_environment boolean',
    'instrument_response': 'visit string, instrument string, item int, response double, missing_reason string,
        assessment_date date, assessment_pday int, assessment_no int',
    'concomitant_medication': 'medication_no int, term_code string, medication_class string, start_text string,
        start_date date, start_pday int, end_text string, end_date date, end_pday int',
    'lab_result': 'visit string, test string, collected_date date, collected_pday int, value double, unit string,
        value_text string, normal_low double, normal_high double',
    'event': 'event_kind string, event_no int, visit string, category string, term_code string, severity string,
        is_serious boolean, has_seriousness_criterion boolean, relation string, action_taken string, outcome string,
        is_major boolean, status string, reason string, is_consent_withdrawn boolean, death_date date,
        start_text string, start_date date, start_pday int, is_start_imputed boolean, end_text string, end_date date,
        end_pday int',
    'followup_interview': 'is_reached boolean, interview_date date, interview_pday int, is_abstinent_reported boolean,
        lookback_days int',
    'form_record': 'visit string, form string, instance int, is_received boolean, not_done_reason string,
        form_date date, form_pday int',
}) }}
{% endmacro %}

{# The entity's columns as a list of (name, type). #}
{% macro entity_columns(entity) %}
    {%- set columns = [] -%}
    {%- for column in ('study_id string, participant_id string, ' ~ entity_specification()[entity]).split(',') -%}
        {%- do columns.append(column.split()) -%}
    {%- endfor -%}
    {{ return(columns) }}
{% endmacro %}

{# The current study's rows of an entity. #}
{% macro mapped(entity) %}{{ return(ref('map_' ~ study_id() ~ '__' ~ entity)) }}{% endmacro %}

{# Last statement of a map model: the entity's columns, in order and typed, from one of its CTEs. #}
{% macro as_entity(entity, relation) -%}
    select
    {%- for name, type in entity_columns(entity) %}
        cast({{ name }} as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    from {{ relation }}
{%- endmacro %}

{# A map model of a study that does not collect the entity: typed and empty. #}
{% macro not_collected(entity) -%}
    select
    {%- for name, type in entity_columns(entity) %}
        cast(null as {{ type }}) as {{ name }}{{ ',' if not loop.last }}
    {%- endfor %}
    where false
{%- endmacro %}

{# One parameter of the study's protocol row (study.csv), as a scalar. #}
{% macro study_parameter(name) -%}
    (select protocol.{{ name }} from {{ ref('study') }} as protocol where protocol.study_id = '{{ study_id() }}')
{%- endmacro %}

{# The protocol's day of a date; null for who has no reference date (never admitted). #}
{% macro pday(date, reference_date) -%}
    cast({{ days_between(reference_date, date) }} + {{ study_parameter('reference_pday') }} as int)
{%- endmacro %}

{# The trial week of a protocol day: days 1 to 7 are week 1. #}
{% macro week_of(pday) -%}
    cast(ceil(cast({{ pday }} as double) / cast(7 as double)) as int)
{%- endmacro %}

{# One row an item of each questionnaire: columns <prefix>_01.. and <prefix>_01__missing of a relation become rows
   (item, response, missing_reason); the relation's other columns are kept. #}
{% macro item_rows(relation, prefix, items) -%}
    select
        *,
        {{ to_int("split_part(item_column, '_', 2)") }} as item
    from {{ relation }}
    unpivot include nulls (
        (response, missing_reason) for item_column in (
        {%- for number in range(1, items + 1) %}
        {%- set column = prefix ~ '_' ~ '%02d' % number %}
            ({{ column }}, {{ column }}__missing) as item_{{ number }}{{ ',' if not loop.last }}
        {%- endfor %}
        )
    )
{%- endmacro %}
