with documented as (
    select participant_id
    from intermediate.int_event
    where event_kind = 'DEVIATION' and category = 'ELIGIBILITY'
    group by participant_id
)

select
    participant.participant_id as participant_id,
    'SCR' as visit,
    'eligibility' as form,
    cast(null as int) as instance,
    'ie_eligible' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
left join documented on participant.participant_id = documented.participant_id
where participant.is_randomized and not coalesce(participant.is_eligible, false) and documented.participant_id is null
