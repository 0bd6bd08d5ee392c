select
    participant_id as participant_id,
    visit as visit,
    'urine' as form,
    specimen_no as instance,
    'ur_bze' as field,
    cast(null as string) as detail_key
from intermediate.int_urine_result
where analyte = 'BZE' and result in ('POS', 'NEG')
    and (
        cutoff_ng_ml is null
        or (result = 'POS' and quantity_ng_ml < cutoff_ng_ml)
        or (result = 'NEG' and quantity_ng_ml >= cutoff_ng_ml)
    )
