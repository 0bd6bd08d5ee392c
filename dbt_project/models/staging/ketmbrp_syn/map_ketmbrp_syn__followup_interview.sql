-- One row a filled form of the six-month telephone interview, reached or not.
with

followup as (
    select * from {{ ref('stg_ketmbrp_syn__followup') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

final as (
    select
        followup.study_id,
        followup.participant_id,
        followup.fu_reached as is_reached,
        followup.fu_date as interview_date,
        {{ pday('followup.fu_date', 'participant.reference_date') }} as interview_pday,
        followup.fu_abstinent as is_abstinent_reported,
        followup.fu_lookback_days as lookback_days
    from followup
    left join participant on followup.participant_id = participant.participant_id
)

{{ as_entity('followup_interview', 'final') }}
