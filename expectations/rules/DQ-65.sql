with valid_negative as (
    select
        participant_id,
        cast(ceil(collected_pday / 7.0) as int) as week
    from release.marts.fct_urine_result
    where analyte = 'BZE' and result = 'NEG' and validity = 'VALID'
    group by participant_id, cast(ceil(collected_pday / 7.0) as int)
)

select
    week.participant_id as participant_id,
    cast(null as string) as visit,
    'fct_weekly_assessment' as form,
    cast(null as int) as instance,
    'urine_verdict' as field,
    'week ' || cast(week.week as string) as detail_key
from release.marts.fct_weekly_assessment as week
left join valid_negative on week.participant_id = valid_negative.participant_id and week.week = valid_negative.week
where (week.urine_verdict = 'NEGATIVE' or week.is_abstinent_week) and valid_negative.participant_id is null
