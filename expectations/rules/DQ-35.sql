-- the six-month interview is an activity like any other for who withdrew consent or died
with ended as (
    select
        event.participant_id,
        min(least(
            case when event.is_consent_withdrawn then event.start_pday end,
            cast(event.death_date - participant.reference_date as int) + participant.admission_pday
        )) as end_pday
    from intermediate.int_event as event
    inner join intermediate.int_participant as participant on event.participant_id = participant.participant_id
    where event.event_kind = 'DISPOSITION' and (event.is_consent_withdrawn or event.death_date is not null)
    group by event.participant_id
),

activity as (
    select
        participant_id,
        source,
        contact_pday as activity_pday
    from intermediate.int_contact
    union all
    select
        participant_id,
        'INTERVIEW' as source,
        interview_pday as activity_pday
    from intermediate.int_followup_interview
    where is_reached
)

select
    activity.participant_id as participant_id,
    cast(null as string) as visit,
    cast(null as string) as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    activity.source || ' pday ' || cast(activity.activity_pday as string) as detail_key
from activity
inner join ended on activity.participant_id = ended.participant_id
where activity.activity_pday > ended.end_pday
