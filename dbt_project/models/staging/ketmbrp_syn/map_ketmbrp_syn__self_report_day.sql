-- One row a day of a timeline interview and substance, as every interview told it.
with

tlfb as (
    select * from {{ ref('stg_ketmbrp_syn__tlfb') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

final as (
    select
        tlfb.study_id,
        tlfb.participant_id,
        tlfb.visit,
        tlfb.repeat_instance as interview_no,
        tlfb.tl_interview_date as interview_date,
        {{ pday('tlfb.tl_interview_date', 'participant.reference_date') }} as interview_pday,
        tlfb.tl_day as day_date,
        {{ pday('tlfb.tl_day', 'participant.reference_date') }} as day_pday,
        tlfb.tl_substance as substance,
        tlfb.tl_used as used,
        tlfb.tl_usd as amount_usd,
        tlfb.tl_grams as amount_grams,
        tlfb.tl_route as route,
        tlfb.tl_controlled_env as is_controlled_environment
    from tlfb
    left join participant on tlfb.participant_id = participant.participant_id
)

{{ as_entity('self_report_day', 'final') }}
