with ended as (
    select
        event.participant_id,
        min(case
            when event.death_date is not null
                then cast(event.death_date - participant.reference_date as int) + participant.admission_pday
            else event.start_pday
        end) as end_pday
    from intermediate.int_event as event
    inner join intermediate.int_participant as participant on event.participant_id = participant.participant_id
    where event.event_kind = 'DISPOSITION' and (event.is_consent_withdrawn or event.death_date is not null)
    group by event.participant_id
)

select
    contact.participant_id as participant_id,
    cast(null as string) as visit,
    cast(null as string) as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    contact.source || ' pday ' || cast(contact.contact_pday as string) as detail_key
from intermediate.int_contact as contact
inner join ended on contact.participant_id = ended.participant_id
where contact.contact_pday > ended.end_pday
