-- One row a randomized participant and endpoint. While the endpoint's window is open the value is null and the reason
-- ONGOING. The reason of a 'not abstinent' is the first that applies, in the order of the definition.
with

enrollment as (
    select * from {{ ref('int_enrollment') }} where is_randomized
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

closed as (
    select
        enrollment.*,
        study.abstinence_first_week,
        study.abstinence_last_week,
        study.missing_urine,
        study.trial_end_pday,
        study.carryover_days,
        study.first_assessment_week,
        study.last_assessment_week,
        study.abst6m_lookback_days,
        study.discharge_pday as planned_discharge_pday,
        coalesce(enrollment.export_pday > study.trial_closed_pday, false) as is_closed
    from enrollment
    cross join study
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

abstinence as (
    select
        closed.*,
        case
            when not closed.is_closed then 'ONGOING'
            when closed.is_dropout then 'DROPOUT'
            when last_weeks.days_of_use > 0 then 'USE_TLFB'
            when last_weeks.counted_positives > 0 then 'UDS_POS'
            when last_weeks.fewest_negatives = 0 and closed.missing_urine = 'positive' then 'UDS_MISSING'
            when last_weeks.fewest_days_covered < 7 then 'TLFB_GAP'
        end as abstinence_reason
    from closed
    inner join last_weeks on closed.participant_id = last_weeks.participant_id
),

relapse as (
    select
        closed.*,
        relapse.relapse_pday,
        case
            when not closed.is_closed then 'ONGOING'
            when relapse.discharge_pday is null then 'NO_DISCHARGE'
            when relapse.discharge_pday < closed.planned_discharge_pday then 'EARLY_DISCHARGE'
            when relapse.relapse_pday > closed.trial_end_pday then null
            when relapse.relapse_pday = relapse.first_use_pday then 'USE_TLFB'
            when relapse.relapse_pday = relapse.first_positive_pday then 'UDS_POS'
            else 'DROPOUT'
        end as relapse_reason
    from closed
    inner join {{ ref('int_relapse') }} as relapse on closed.participant_id = relapse.participant_id
),

call as (
    select
        participant.*,
        interview.is_reached,
        interview.is_abstinent_reported,
        coalesce(interview.is_reached, false) or coalesce(planned.window_last_pday < participant.export_pday, false) as is_due
    from closed as participant
    cross join (
        select max(visits.window_last_pday) as window_last_pday
        from {{ ref('visits') }} as visits
        inner join {{ ref('schedule') }} as schedule
            on visits.study_id = schedule.study_id and visits.visit = schedule.visit
        inner join {{ ref('forms') }} as forms on schedule.study_id = forms.study_id and schedule.form = forms.form
        where visits.study_id = '{{ study_id() }}' and forms.entity = 'followup_interview'
    ) as planned
    left join {{ ref('int_followup_interview') }} as interview on participant.participant_id = interview.participant_id
),

weekly_craving as (
    select
        score.participant_id,
        avg(ln(score.score_strict + 1)) as mean_log_craving
    from {{ ref('int_instrument_score') }} as score
    inner join {{ ref('visits') }} as visits
        on score.study_id = visits.study_id and score.visit = visits.visit
    inner join study on visits.week between study.first_assessment_week and study.last_assessment_week
    where score.instrument = 'CRAVING_VAS' and score.score_strict is not null
    group by score.participant_id
),

endpoints as (
    select
        study_id,
        participant_id,
        'ABST2W' as endpoint_id,
        case when is_closed then abstinence_reason is null end as value_boolean,
        cast(null as double) as value_numeric,
        cast(null as boolean) as event,
        abstinence_reason as reason,
        'weeks=' || cast(abstinence_first_week as string) || '-' || cast(abstinence_last_week as string)
        || ';missing_urine=' || missing_urine as rule
    from abstinence
    union all
    select
        study_id,
        participant_id,
        'TTRELAPSE' as endpoint_id,
        cast(null as boolean) as value_boolean,
        cast(case
            when relapse_reason = 'EARLY_DISCHARGE' then 1
            when coalesce(relapse_reason, '') not in ('ONGOING', 'NO_DISCHARGE')
                then least(relapse_pday, trial_end_pday) - discharge_pday
        end as double) as value_numeric,
        case when coalesce(relapse_reason, '') not in ('ONGOING', 'NO_DISCHARGE') then relapse_reason is not null end as event,
        relapse_reason as reason,
        'from=discharge;end_pday=' || cast(trial_end_pday as string)
        || ';carryover_days=' || cast(carryover_days as string) || ';dropout=event' as rule
    from relapse
    union all
    select
        study_id,
        participant_id,
        'ABST6M' as endpoint_id,
        case when is_due then coalesce(is_reached and is_abstinent_reported, false) end as value_boolean,
        cast(null as double) as value_numeric,
        cast(null as boolean) as event,
        case
            when not is_due then 'ONGOING'
            when not coalesce(is_reached, false) then 'NOT_REACHED'
            when not coalesce(is_abstinent_reported, false) then 'USE_REPORTED'
        end as reason,
        'not_reached=not_abstinent;lookback_days=' || cast(abst6m_lookback_days as string) as rule
    from call
    union all
    select
        closed.study_id,
        closed.participant_id,
        'CRAVING' as endpoint_id,
        cast(null as boolean) as value_boolean,
        case when closed.is_closed then weekly_craving.mean_log_craving end as value_numeric,
        cast(null as boolean) as event,
        case
            when not closed.is_closed then 'ONGOING'
            when weekly_craving.mean_log_craving is null then 'NO_POST_BASELINE'
        end as reason,
        'weeks=' || cast(closed.first_assessment_week as string) || '-' || cast(closed.last_assessment_week as string)
        || ';scale=ln(mm+1)' as rule
    from closed
    left join weekly_craving on closed.participant_id = weekly_craving.participant_id
),

final as (
    select * from endpoints
)

select * from final
