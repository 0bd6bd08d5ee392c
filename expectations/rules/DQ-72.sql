-- a partial start is before consent when its last possible day is
with started as (
    select
        event.participant_id,
        event.event_no,
        case
            when not coalesce(event.is_start_imputed, false) then event.start_date
            when length(event.start_text) = 7 then last_day(event.start_date)
            else make_date(year(event.start_date), 12, 31)
        end as latest_start_date
    from intermediate.int_event as event
    where event.event_kind = 'ADVERSE_EVENT'
)

select
    started.participant_id as participant_id,
    'LOG' as visit,
    'adverse_event' as form,
    started.event_no as instance,
    'ae_start' as field,
    cast(null as string) as detail_key
from started
inner join intermediate.int_participant as participant on started.participant_id = participant.participant_id
where started.latest_start_date < participant.consent_date
