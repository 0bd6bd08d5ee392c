with ended as (
    select
        participant_id,
        count(*) as forms
    from intermediate.int_event
    where event_kind = 'DISPOSITION'
    group by participant_id
)

select
    participant.participant_id as participant_id,
    'LOG' as visit,
    'disposition' as form,
    cast(null as int) as instance,
    'ds_status' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
inner join raw.export as export on true
inner join protocol.study as study on export.study_id = study.study_id
left join ended on participant.participant_id = ended.participant_id
where participant.is_randomized
    and participant.export_pday > study.trial_closed_pday
    and coalesce(ended.forms, 0) <> 1
