select
    participant_id as participant_id,
    visit as visit,
    'visit_status' as form,
    cast(null as int) as instance,
    'vis_date' as field,
    cast(null as string) as detail_key
from intermediate.int_visit
where is_attended and not is_in_window
