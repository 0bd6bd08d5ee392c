with counted as (
    select
        *,
        count(*) over (partition by specimen_id) as times_used
    from intermediate.int_urine_result
    where analyte = 'BZE' and specimen_id is not null
)

select
    participant_id as participant_id,
    visit as visit,
    'urine' as form,
    specimen_no as instance,
    'ur_specimen_id' as field,
    cast(null as string) as detail_key
from counted
where times_used > 1
