-- Every randomized participant: reached or not once the interview's window has passed or it was held; not reached counts as not
-- abstinent.
with

participant as (
    select * from {{ ref('int_participant') }} where is_randomized
),

endpoint as (
    select * from {{ ref('int_endpoint') }} where endpoint_id = 'ABST6M'
),

interview as (
    select * from {{ ref('int_followup_interview') }}
),

final as (
    select
        participant.study_id,
        participant.participant_id,
        case when endpoint.value_boolean is not null then coalesce(interview.is_reached, false) end as is_reached,
        case when interview.is_reached then interview.interview_pday end as interview_pday,
        endpoint.value_boolean as is_abstinent
    from participant
    left join endpoint on participant.participant_id = endpoint.participant_id
    left join interview on participant.participant_id = interview.participant_id
)

select * from final
