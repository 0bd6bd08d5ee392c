with contradicted as (
    select week.participant_id
    from release.marts.fct_weekly_assessment as week
    inner join protocol.study as study
        on week.study_id = study.study_id
        and week.week between study.abstinence_first_week and study.abstinence_last_week
    where not coalesce(week.is_abstinent_week, false) or week.days_of_use > 0 or week.urine_verdict = 'POSITIVE'
    group by week.participant_id
)

select
    endpoint.participant_id as participant_id,
    cast(null as string) as visit,
    'fct_endpoint' as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    'ABST2W' as detail_key
from release.marts.fct_endpoint as endpoint
inner join contradicted on endpoint.participant_id = contradicted.participant_id
where endpoint.endpoint_id = 'ABST2W' and endpoint.value_boolean
