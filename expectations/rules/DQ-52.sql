select
    participant_id as participant_id,
    cast(null as string) as visit,
    'tlfb' as form,
    cast(null as int) as instance,
    'tl_used' as field,
    substance || ' pday ' || cast(day_pday as string) as detail_key
from mapped_self_report_day
where day_pday is not null
group by participant_id, substance, day_pday
having count(distinct used) > 1
