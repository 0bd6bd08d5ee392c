select
    participant_id as participant_id,
    'LOG' as visit,
    'adverse_event' as form,
    event_no as instance,
    'ae_code' as field,
    cast(null as string) as detail_key
from intermediate.int_event
where event_kind = 'ADVERSE_EVENT' and term_code is null
union all
select
    participant_id as participant_id,
    'LOG' as visit,
    'con_med' as form,
    medication_no as instance,
    'cm_code' as field,
    cast(null as string) as detail_key
from intermediate.int_concomitant_medication
where term_code is null
