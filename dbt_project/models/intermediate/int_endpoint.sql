-- One row a randomized participant and endpoint. While the endpoint's window is open the value is null and the reason
-- ONGOING.
with

enrollment as (
    select * from {{ ref('int_enrollment') }} where is_randomized
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

planned as (
    select max(visits.window_last_pday) as last_pday
    from {{ ref('visits') }} as visits
    inner join {{ ref('schedule') }} as schedule
        on visits.study_id = schedule.study_id and visits.visit = schedule.visit
    inner join {{ ref('forms') }} as forms on schedule.study_id = forms.study_id and schedule.form = forms.form
    where visits.study_id = '{{ study_id() }}' and forms.entity = 'followup_interview'
),

call as (
    select
        enrollment.study_id,
        enrollment.participant_id,
        interview.is_reached,
        interview.is_abstinent_reported,
        coalesce(interview.is_reached or planned.last_pday < enrollment.export_pday, false) as is_due
    from enrollment
    cross join planned
    left join {{ ref('int_followup_interview') }} as interview on enrollment.participant_id = interview.participant_id
),

weekly_craving as (
    select
        score.participant_id,
        -- added up as decimals: the order of rows must not show in the last digit of a double
        {{ div('sum(cast(ln(score.score_strict + 1) as decimal(38, 15)))', 'count(*)') }} as mean_log_craving
    from {{ ref('int_instrument_score') }} as score
    inner join {{ ref('visits') }} as visits
        on score.study_id = visits.study_id and score.visit = visits.visit
    inner join study on visits.week between study.first_assessment_week and study.last_assessment_week
    where score.instrument = 'CRAVING_VAS' and score.score_strict is not null
    group by score.participant_id
),

final as (
    select
        abstinence.study_id,
        abstinence.participant_id,
        'ABST2W' as endpoint_id,
        abstinence.is_abstinent as value_boolean,
        cast(null as double) as value_numeric,
        cast(null as boolean) as event,
        abstinence.abstinence_reason as reason,
        'weeks=' || cast(study.abstinence_first_week as string) || '-' || cast(study.abstinence_last_week as string)
        || ';missing_urine=' || study.missing_urine as rule
    from {{ ref('int_abstinence') }} as abstinence
    cross join study
    union all
    select
        relapse.study_id,
        relapse.participant_id,
        'TTRELAPSE' as endpoint_id,
        cast(null as boolean) as value_boolean,
        cast(case
            when relapse.relapse_reason = 'EARLY_DISCHARGE' then 1
            when coalesce(relapse.relapse_reason, '') not in ('ONGOING', 'NO_DISCHARGE')
                then least(relapse.relapse_pday, study.trial_end_pday) - relapse.discharge_pday
        end as double) as value_numeric,
        case
            when coalesce(relapse.relapse_reason, '') not in ('ONGOING', 'NO_DISCHARGE')
                then relapse.relapse_reason is not null
        end as event,
        relapse.relapse_reason as reason,
        'from=discharge;end_pday=' || cast(study.trial_end_pday as string)
        || ';carryover_days=' || cast(study.carryover_days as string) || ';dropout=event' as rule
    from {{ ref('int_relapse') }} as relapse
    cross join study
    union all
    select
        call.study_id,
        call.participant_id,
        'ABST6M' as endpoint_id,
        case when call.is_due then coalesce(call.is_reached and call.is_abstinent_reported, false) end as value_boolean,
        cast(null as double) as value_numeric,
        cast(null as boolean) as event,
        case
            when not call.is_due then 'ONGOING'
            when not coalesce(call.is_reached, false) then 'NOT_REACHED'
            when call.is_abstinent_reported is null then 'NOT_ANSWERED'
            when not call.is_abstinent_reported then 'USE_REPORTED'
        end as reason,
        'not_reached=not_abstinent;lookback_days=' || cast(study.abst6m_lookback_days as string) as rule
    from call
    cross join study
    union all
    select
        enrollment.study_id,
        enrollment.participant_id,
        'CRAVING' as endpoint_id,
        cast(null as boolean) as value_boolean,
        case when enrollment.is_closed then weekly_craving.mean_log_craving end as value_numeric,
        cast(null as boolean) as event,
        case
            when not enrollment.is_closed then 'ONGOING'
            when weekly_craving.mean_log_craving is null then 'NO_POST_BASELINE'
        end as reason,
        'weeks=' || cast(study.first_assessment_week as string) || '-' || cast(study.last_assessment_week as string)
        || ';scale=ln(mm+1)' as rule
    from enrollment
    cross join study
    left join weekly_craving on enrollment.participant_id = weekly_craving.participant_id
)

select * from final
