-- Randomized participants by assessment week. Covered day: told yes or no in an interview of the trial itself.
-- Confirmed abstinent week: every day covered and without use, at least one counted negative, no counted positive.
with

participant as (
    select * from {{ ref('int_participant') }} where is_randomized
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

weeks as (
    select cast(week as int) as week
    from (select {{ int_spine_p('first_assessment_week', 'last_assessment_week') }} as week from study) as spine
),

timeline as (
    select
        day.participant_id,
        day.week,
        cast(count(*) as int) as days_covered,
        cast(count(case when day.used = 'Y' then 1 end) as int) as days_of_use
    from {{ ref('int_self_report_day') }} as day
    inner join study on day.substance = study.urine_substance
    where day.used in ('Y', 'N') and not day.is_after_close
    group by day.participant_id, day.week
),

urine as (
    select
        result.participant_id,
        result.week,
        cast(count(*) as int) as specimens,
        cast(count(case when result.is_counted_positive then 1 end) as int) as counted_positives,
        cast(count(case when result.is_counted_negative then 1 end) as int) as counted_negatives
    from {{ ref('int_urine_result') }} as result
    inner join study on result.analyte = study.urine_analyte
    where result.result <> 'ND'
    group by result.participant_id, result.week
),

grid as (
    select
        participant.study_id,
        participant.participant_id,
        weeks.week,
        coalesce(weeks.week * 7 < participant.export_pday, false) as is_due,
        coalesce(timeline.days_covered, 0) as days_covered,
        timeline.days_of_use,
        coalesce(urine.specimens, 0) as specimens,
        coalesce(urine.counted_positives, 0) as counted_positives,
        coalesce(urine.counted_negatives, 0) as counted_negatives
    from participant
    cross join weeks
    left join timeline on participant.participant_id = timeline.participant_id and weeks.week = timeline.week
    left join urine on participant.participant_id = urine.participant_id and weeks.week = urine.week
),

final as (
    select
        *,
        case
            when not is_due then 'NOT_DUE'
            when counted_positives > 0 then 'POSITIVE'
            when counted_negatives > 0 then 'NEGATIVE'
            when specimens > 0 then 'INVALID'
            else 'MISSING'
        end as urine_verdict,
        case
            when is_due
                then days_covered = 7 and days_of_use = 0 and counted_negatives > 0 and counted_positives = 0
        end as is_abstinent_week
    from grid
)

select * from final
