select
    participant_id as participant_id,
    cast(null as string) as visit,
    'tlfb' as form,
    cast(null as int) as instance,
    'tl_used' as field,
    cast(null as string) as detail_key
from intermediate.int_self_report_day
group by participant_id
having count(case when used = 'U' then 1 end) > 0.1 * count(*)
