select
    participant_id as participant_id,
    'P2' as visit,
    'infusion' as form,
    infusion_no as instance,
    'inf_dose_mg' as field,
    cast(null as string) as detail_key
from intermediate.int_exposure
where (drug_code = 'KET' and abs(dose_mg - 0.5 * weight_kg) > greatest(0.5, 0.02 * 0.5 * weight_kg))
    or (drug_code = 'MDZ' and abs(dose_mg - 0.025 * weight_kg) > greatest(0.05, 0.04 * 0.025 * weight_kg))
