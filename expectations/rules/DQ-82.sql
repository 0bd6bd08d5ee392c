-- contacts after the trial's close are no part of it
with study as (
    select study.*
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

ended as (
    select
        participant_id,
        count(*) as forms,
        max(start_pday) as end_pday
    from intermediate.int_event
    where event_kind = 'DISPOSITION'
    group by participant_id
),

seen as (
    select
        contact.participant_id,
        max(contact.contact_pday) as last_pday
    from intermediate.int_contact as contact
    inner join study on contact.contact_pday <= study.trial_closed_pday
    group by contact.participant_id
)

select
    participant.participant_id as participant_id,
    'LOG' as visit,
    'disposition' as form,
    cast(null as int) as instance,
    'ds_status' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
inner join study on participant.export_pday > study.trial_closed_pday
left join ended on participant.participant_id = ended.participant_id
left join seen on participant.participant_id = seen.participant_id
where participant.is_randomized
    and (coalesce(ended.forms, 0) <> 1 or ended.end_pday < seen.last_pday)
