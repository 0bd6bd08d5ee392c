select
    participant_id as participant_id,
    visit as visit,
    'urine' as form,
    specimen_no as instance,
    'ur_validity' as field,
    cast(null as string) as detail_key
from intermediate.int_urine_result
where analyte = 'BZE' and validity_recorded is distinct from validity
