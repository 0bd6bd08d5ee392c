select
    record.participant_id as participant_id,
    record.visit as visit,
    record.form as form,
    record.instance as instance,
    cast(null as string) as field,
    cast(null as string) as detail_key
from mapped_form_record as record
inner join intermediate.int_participant as participant on record.participant_id = participant.participant_id
where participant.is_screen_failure and record.is_received and coalesce(record.visit, 'UNS') not in ('SCR', 'LOG')
