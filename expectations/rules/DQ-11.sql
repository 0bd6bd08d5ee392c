with first_contact as (
    select
        participant_id,
        min(contact_pday) as first_pday
    from intermediate.int_contact
    where source <> 'TIMELINE'
    group by participant_id
)

select
    participant.participant_id as participant_id,
    'SCR' as visit,
    'screening' as form,
    cast(null as int) as instance,
    'icf_date' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
left join first_contact on participant.participant_id = first_contact.participant_id
where participant.consent_date is null
    or participant.consent_date > participant.admission_date
    or participant.consent_pday > first_contact.first_pday
