select
    enrollment.participant_id as participant_id,
    'LOG' as visit,
    'disposition' as form,
    cast(null as int) as instance,
    'ds_status' as field,
    cast(null as string) as detail_key
from intermediate.int_enrollment as enrollment
inner join intermediate.int_event as event
    on enrollment.participant_id = event.participant_id and event.event_kind = 'DISPOSITION'
where (event.status = 'COMPLETED' and enrollment.is_dropout)
    or (event.reason = 'LOST TO FOLLOW-UP' and not enrollment.is_dropout)
