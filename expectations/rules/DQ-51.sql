-- days missing after the one named: from the start of the baseline to the day before the last interview
-- or the trial's last day
with study as (
    select study.*
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

days as (
    select
        day.participant_id,
        day.day_pday,
        day.interview_pday
    from intermediate.int_self_report_day as day
    inner join intermediate.int_participant as participant on day.participant_id = participant.participant_id
    inner join study on day.substance = study.urine_substance
    where participant.is_randomized and not day.is_after_close
),

fence as (
    select
        participant_id,
        day_pday
    from days
    union
    select
        days.participant_id,
        study.reference_pday - study.baseline_days - 1 as day_pday
    from days
    cross join study
    union
    select
        days.participant_id,
        least(max(days.interview_pday), max(study.trial_end_pday) + 1) as day_pday
    from days
    cross join study
    group by days.participant_id
),

neighbours as (
    select
        participant_id,
        day_pday,
        lead(day_pday) over (partition by participant_id order by day_pday asc nulls last) as next_pday
    from fence
)

select
    neighbours.participant_id as participant_id,
    cast(null as string) as visit,
    'tlfb' as form,
    cast(null as int) as instance,
    'tl_day' as field,
    'pday ' || cast(neighbours.day_pday + 1 as string) as detail_key
from neighbours
inner join study on neighbours.day_pday >= study.reference_pday - study.baseline_days - 1
where neighbours.next_pday > neighbours.day_pday + 1
