with grid as (
    select
        participant.participant_id,
        endpoint.endpoint_id
    from release.marts.dim_participant as participant
    cross join release.marts.dim_endpoint as endpoint
    where participant.is_randomized
),

counted as (
    select
        endpoint.participant_id,
        endpoint.endpoint_id,
        count(*) as times,
        count(case
            when endpoint.value_boolean is null and endpoint.value_numeric is null
                and not coalesce((' ' || listed.reasons_without_value || ' ') like ('% ' || endpoint.reason || ' %'), false)
                then 1
        end) as unexplained
    from release.marts.fct_endpoint as endpoint
    left join protocol.endpoints as listed
        on endpoint.study_id = listed.study_id and endpoint.endpoint_id = listed.endpoint_id
    group by endpoint.participant_id, endpoint.endpoint_id
)

select
    coalesce(grid.participant_id, counted.participant_id) as participant_id,
    cast(null as string) as visit,
    'fct_endpoint' as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    coalesce(grid.endpoint_id, counted.endpoint_id) as detail_key
from grid
full outer join counted on grid.participant_id = counted.participant_id and grid.endpoint_id = counted.endpoint_id
where coalesce(counted.times, 0) <> 1 or counted.unexplained > 0 or grid.participant_id is null
