-- of partial dates the earliest start against the latest end, as they are imputed: what is found cannot be otherwise
select
    participant_id as participant_id,
    'LOG' as visit,
    'adverse_event' as form,
    event_no as instance,
    'ae_end' as field,
    cast(null as string) as detail_key
from intermediate.int_event
where event_kind = 'ADVERSE_EVENT' and end_date < start_date
