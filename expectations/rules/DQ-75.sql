select
    event.participant_id as participant_id,
    'LOG' as visit,
    'adverse_event' as form,
    event.event_no as instance,
    'ae_code' as field,
    cast(null as string) as detail_key
from intermediate.int_event as event
inner join intermediate.int_participant as participant on event.participant_id = participant.participant_id
where event.event_kind = 'ADVERSE_EVENT' and event.term_code is null
