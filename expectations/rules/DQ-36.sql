select
    participant_id as participant_id,
    visit as visit,
    form as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    cast(null as string) as detail_key
from intermediate.int_expected_form
where is_due and is_visit_attended and not is_received and not_done_reason is null
