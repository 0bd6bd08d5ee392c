-- The recorded visit is kept; the derived visit is the one whose window holds the day. Windows follow each other
-- without gap or overlap from the first slot on. Two visits in one window: the one nearest to the target day, the
-- later of equals; the other has no derived visit. A visit without a window (screening) is what was recorded.
with

visit as (
    select * from {{ mapped('visit') }}
),

participant as (
    select * from {{ ref('int_participant') }}
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

-- time points within a visit (infusion day) share its window: the first in protocol order is the visit
windows as (
    select *
    from visits
    where window_first_pday is not null
    qualify
        row_number() over (
            partition by window_first_pday, window_last_pday order by position asc nulls last, visit asc nulls last
        ) = 1
),

placed as (
    select
        visit.*,
        participant.export_pday,
        recorded.visit is not null and recorded.window_first_pday is null as is_without_window,
        recorded.window_first_pday,
        recorded.window_last_pday,
        windows.visit as window_visit,
        abs(visit.visit_pday - windows.target_pday) as days_off_target
    from visit
    left join participant on visit.participant_id = participant.participant_id
    left join visits as recorded on visit.visit = recorded.visit
    left join windows
        on coalesce(visit.is_attended, false)
        and visit.visit_pday between windows.window_first_pday and windows.window_last_pday
),

ranked as (
    select
        *,
        row_number() over (
            partition by participant_id, window_visit
            order by
                case when is_without_window then 1 else 0 end asc, days_off_target asc nulls last,
                visit_pday desc nulls last, case when visit = window_visit then 0 else 1 end asc,
                visit asc nulls last, visit_repeat asc nulls last
        ) as place
    from placed
),

reasoned as (
    select
        *,
        case
            when not coalesce(is_attended, false) then 'not attended'
            when is_without_window then 'visit without a window'
            when visit_date is null then 'date missing'
            when visit_pday is null then 'never admitted'
            when window_visit is null then 'day in no window'
            when place > 1 then 'another visit lies nearer to the target'
            when window_visit = visit then 'day in the window of the recorded visit'
            else 'day in the window of another visit'
        end as visit_reason
    from ranked
),

derived as (
    select
        *,
        case
            when visit_reason = 'visit without a window' then visit
            when visit_reason like 'day in the window%' then window_visit
        end as visit_derived
    from reasoned
),

final as (
    select
        derived.study_id,
        derived.participant_id,
        derived.visit,
        derived.visit_repeat,
        derived.visit_date,
        derived.visit_pday,
        derived.is_attended,
        derived.missed_reason,
        derived.visit_derived,
        derived.visit_reason,
        visits.week,
        visits.slot,
        derived.window_last_pday is null or coalesce(derived.window_last_pday < derived.export_pday, false) as is_due,
        derived.is_attended and derived.visit_pday between derived.window_first_pday and derived.window_last_pday
            as is_in_window
    from derived
    left join visits on coalesce(derived.visit_derived, derived.visit) = visits.visit
)

select * from final
