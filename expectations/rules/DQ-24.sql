select
    participant_id as participant_id,
    'P2' as visit,
    'infusion' as form,
    infusion_no as instance,
    'inf_stop' as field,
    cast(null as string) as detail_key
from intermediate.int_exposure
where duration_minutes not between 35 and 45
