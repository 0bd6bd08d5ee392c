-- Randomized participants: the first day after discharge on which relapse shows, by each way it can show. A positive
-- urine is explained by carry-over when it is the first specimen after discharge and the last use told, not after
-- discharge, lies no more than carryover_days before it. The reason is the way that shows first, in the order of the
-- definition; there is none when nothing shows until the trial's end.
with

enrollment as (
    select * from {{ ref('int_enrollment') }} where is_randomized
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

told as (
    select
        day.participant_id,
        max(case when day.day_pday <= enrollment.discharge_pday then day.day_pday end) as last_use_before_pday,
        min(case when day.day_pday > enrollment.discharge_pday then day.day_pday end) as first_use_pday
    from {{ ref('int_self_report_day') }} as day
    inner join study on day.substance = study.urine_substance
    inner join enrollment on day.participant_id = enrollment.participant_id
    where day.used = 'Y' and not day.is_after_close
    group by day.participant_id
),

specimen as (
    select
        result.participant_id,
        result.collected_pday,
        result.is_counted_positive,
        row_number() over (
            partition by result.participant_id
            order by result.collected_pday asc nulls last, result.specimen_no asc nulls last
        ) as nth
    from {{ ref('int_urine_result') }} as result
    inner join study on result.analyte = study.urine_analyte
    inner join enrollment on result.participant_id = enrollment.participant_id
    where result.result <> 'ND' and result.collected_pday > enrollment.discharge_pday
),

unexplained as (
    select
        specimen.participant_id,
        min(specimen.collected_pday) as first_positive_pday
    from specimen
    cross join study
    left join told on specimen.participant_id = told.participant_id
    where specimen.is_counted_positive
        and not (
            specimen.nth = 1
            and coalesce(specimen.collected_pday - told.last_use_before_pday <= study.carryover_days, false)
        )
    group by specimen.participant_id
),

earliest as (
    select
        enrollment.study_id,
        enrollment.participant_id,
        enrollment.discharge_pday,
        told.first_use_pday,
        unexplained.first_positive_pday,
        enrollment.dropout_pday,
        enrollment.is_closed,
        least(
            coalesce(told.first_use_pday, 99999),
            coalesce(unexplained.first_positive_pday, 99999),
            coalesce(enrollment.dropout_pday, 99999)
        ) as relapse_pday
    from enrollment
    left join told on enrollment.participant_id = told.participant_id
    left join unexplained on enrollment.participant_id = unexplained.participant_id
),

final as (
    select
        earliest.study_id,
        earliest.participant_id,
        earliest.discharge_pday,
        earliest.first_use_pday,
        earliest.first_positive_pday,
        earliest.dropout_pday,
        earliest.relapse_pday,
        case
            when not earliest.is_closed then 'ONGOING'
            -- a discharge on or after the last day, a slip of entry, leaves no day to relapse on
            when coalesce(earliest.discharge_pday >= study.trial_end_pday, true) then 'NO_DISCHARGE'
            when earliest.discharge_pday < study.discharge_pday then 'EARLY_DISCHARGE'
            when earliest.relapse_pday > study.trial_end_pday then null
            when earliest.relapse_pday = earliest.first_use_pday then 'USE_TLFB'
            when earliest.relapse_pday = earliest.first_positive_pday then 'UDS_POS'
            else 'DROPOUT'
        end as relapse_reason
    from earliest
    cross join study
)

select * from final
