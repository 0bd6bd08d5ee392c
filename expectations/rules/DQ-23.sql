select
    participant_id as participant_id,
    'P2' as visit,
    'infusion' as form,
    infusion_no as instance,
    'inf_date' as field,
    cast(null as string) as detail_key
from intermediate.int_exposure
where infusion_no > 1
