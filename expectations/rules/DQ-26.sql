with implied as (
    select
        exposure.*,
        randomization.arm_code,
        case
            when exposure.dose_mg_per_kg between 0.45 and 0.55 then 'KET'
            when exposure.dose_mg_per_kg between 0.0225 and 0.0275 then 'MDZ'
            else 'NEITHER'
        end as implied_code
    from intermediate.int_exposure as exposure
    inner join intermediate.int_randomization as randomization on exposure.participant_id = randomization.participant_id
    where exposure.dose_mg_per_kg is not null and randomization.randomization_seq = 1
)

select
    participant_id as participant_id,
    'P2' as visit,
    'infusion' as form,
    infusion_no as instance,
    'inf_drug' as field,
    cast(null as string) as detail_key
from implied
where implied_code <> arm_code or drug_code <> arm_code
