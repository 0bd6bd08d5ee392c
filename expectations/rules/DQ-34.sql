with counted as (
    select
        *,
        row_number() over (partition by participant_id, visit_pday order by visit asc nulls first) as nth
    from intermediate.int_visit
    where is_attended and visit_pday is not null
)

select
    participant_id as participant_id,
    visit as visit,
    'visit_status' as form,
    cast(null as int) as instance,
    'vis_date' as field,
    'pday ' || cast(visit_pday as string) as detail_key
from counted
where nth > 1
