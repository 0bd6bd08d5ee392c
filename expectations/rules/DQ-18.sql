select
    participant_id as participant_id,
    'P2' as visit,
    'randomization' as form,
    cast(null as int) as instance,
    'rand_date' as field,
    cast(null as string) as detail_key
from intermediate.int_participant
where is_randomized and (randomization_pday < consent_pday or randomization_pday > infusion_pday)
