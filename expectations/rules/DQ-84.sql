with study as (
    select study.*
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

used as (
    select day.participant_id
    from mapped_self_report_day as day
    inner join study on day.substance = study.urine_substance
    where day.visit = 'M6' and day.used = 'Y'
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
left join used on interview.participant_id = used.participant_id
where interview.is_reached
    and (
        interview.interview_pday not between visit_window.window_first_pday and visit_window.window_last_pday
        or (interview.is_abstinent_reported and used.participant_id is not null)
    )
