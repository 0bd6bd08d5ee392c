-- of visits of the protocol the later one in its order is the later one in time; unscheduled visits have no order
with attended as (
    select
        visit.*,
        visits.position,
        row_number() over (
            partition by visit.participant_id, visit.visit_pday order by visit.visit asc nulls first
        ) as nth,
        lag(visit.visit_pday) over (
            partition by visit.participant_id
            order by visits.position asc nulls last, visit.visit_repeat asc nulls last
        ) as pday_before
    from intermediate.int_visit as visit
    left join protocol.visits as visits on visit.study_id = visits.study_id and visit.visit = visits.visit
    where visit.is_attended and visit.visit_pday is not null
)

select
    participant_id as participant_id,
    visit as visit,
    'visit_status' as form,
    cast(null as int) as instance,
    'vis_date' as field,
    'pday ' || cast(visit_pday as string) as detail_key
from attended
where nth > 1 or (position is not null and visit_pday < pday_before)
