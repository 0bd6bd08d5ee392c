-- Randomized participants: abstinent in the weeks that the protocol names (ABST2W), or the first reason against it, in
-- the order of the definition. While the trial is open for the participant there is no answer; the reason is ONGOING.
with

enrollment as (
    select * from {{ ref('int_enrollment') }} where is_randomized
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

last_weeks as (
    select
        week.participant_id,
        sum(coalesce(week.days_of_use, 0)) as days_of_use,
        sum(week.counted_positives) as counted_positives,
        min(week.counted_negatives) as fewest_negatives,
        min(week.days_covered) as fewest_days_covered
    from {{ ref('int_week') }} as week
    inner join study on week.week between study.abstinence_first_week and study.abstinence_last_week
    group by week.participant_id
),

reasoned as (
    select
        enrollment.study_id,
        enrollment.participant_id,
        enrollment.is_closed,
        case
            when not enrollment.is_closed then 'ONGOING'
            when enrollment.is_dropout then 'DROPOUT'
            when last_weeks.days_of_use > 0 then 'USE_TLFB'
            when last_weeks.counted_positives > 0 then 'UDS_POS'
            when last_weeks.fewest_negatives = 0 and study.missing_urine = 'positive' then 'UDS_MISSING'
            when last_weeks.fewest_days_covered < 7 then 'TLFB_GAP'
        end as abstinence_reason
    from enrollment
    cross join study
    inner join last_weeks on enrollment.participant_id = last_weeks.participant_id
),

final as (
    select
        study_id,
        participant_id,
        case when is_closed then abstinence_reason is null end as is_abstinent,
        abstinence_reason
    from reasoned
)

select * from final
