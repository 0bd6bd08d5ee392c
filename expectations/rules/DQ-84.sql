with study as (
    select study.*
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

told as (
    select
        day.participant_id,
        bool_or(day.used = 'Y') as has_use,
        bool_and(coalesce(day.used = 'N', false)) as has_no_use
    from mapped_self_report_day as day
    inner join study on day.substance = study.urine_substance
    where day.visit = 'M6'
    group by day.participant_id
),

visit_window as (
    select
        visits.window_first_pday,
        visits.window_last_pday
    from protocol.visits as visits
    inner join study on visits.study_id = study.study_id
    where visits.visit = 'M6'
)

select
    interview.participant_id as participant_id,
    'M6' as visit,
    'followup' as form,
    cast(null as int) as instance,
    'fu_abstinent' as field,
    cast(null as string) as detail_key
from intermediate.int_followup_interview as interview
cross join visit_window
left join told on interview.participant_id = told.participant_id
where interview.is_reached
    and (
        interview.interview_pday not between visit_window.window_first_pday and visit_window.window_last_pday
        or (interview.is_abstinent_reported and told.has_use)
        or (not interview.is_abstinent_reported and told.has_no_use)
    )
