with death as (
    select
        participant_id,
        bool_or(event_kind = 'ADVERSE_EVENT' and coalesce(outcome = 'FATAL', false)) as has_fatal_event,
        bool_or(death_date is not null) as has_death_date,
        bool_or(event_kind = 'DISPOSITION' and coalesce(reason = 'DEATH', false)) as has_death_disposition
    from intermediate.int_event
    group by participant_id
)

select
    participant_id as participant_id,
    'LOG' as visit,
    'disposition' as form,
    cast(null as int) as instance,
    'ds_death_date' as field,
    cast(null as string) as detail_key
from death
where has_fatal_event <> has_death_date or has_death_date <> has_death_disposition
