-- One row a laboratory result; a value that is no number stands as text beside its reason in staging.
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
        coalesce(laboratory.visit, 'UNS') as visit,
        laboratory.lb_test as test,
        laboratory.lb_date as collected_date,
        {{ pday('laboratory.lb_date', 'participant.reference_date') }} as collected_pday,
        laboratory.lb_value as value,
        laboratory.lb_unit as unit,
        cast(null as string) as value_text
    from laboratory
    left join participant on laboratory.participant_id = participant.participant_id
)

{{ as_entity('lab_result', 'final') }}
