-- One row a filled laboratory form: one test of one specimen. The form takes numbers only, so no result is a text.
with

laboratory as (
    select * from {{ ref('stg_ketmbrp_syn__laboratory') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

final as (
    select
        laboratory.study_id,
        laboratory.participant_id,
        laboratory.visit,
        laboratory.lb_test as test,
        laboratory.lb_date as collected_date,
        {{ pday('laboratory.lb_date', 'participant.reference_date') }} as collected_pday,
        laboratory.lb_value as value,
        laboratory.lb_unit as unit,
        cast(null as string) as value_text,
        laboratory.lb_low as normal_low,
        laboratory.lb_high as normal_high
    from laboratory
    left join participant on laboratory.participant_id = participant.participant_id
)

{{ as_entity('lab_result', 'final') }}
