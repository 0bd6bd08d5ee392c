with study as (
    select study.*
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

baseline as (
    select
        day.participant_id,
        count(*) as days_of_use
    from intermediate.int_self_report_day as day
    inner join study
        on day.substance = study.urine_substance
        and day.day_pday between study.reference_pday - study.baseline_days and study.reference_pday - 1
    where day.used = 'Y'
    group by day.participant_id
)

select
    participant.participant_id as participant_id,
    'P1' as visit,
    'tlfb' as form,
    cast(null as int) as instance,
    'tl_used' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
left join baseline on participant.participant_id = baseline.participant_id
where participant.is_randomized and participant.admission_pday is not null and coalesce(baseline.days_of_use, 0) < 4
