with bounds as (
    select
        endpoint.participant_id,
        endpoint.value_numeric,
        endpoint.event,
        study.trial_end_pday - enrollment.discharge_pday as bound,
        abstinent.value_boolean as is_abstinent,
        abstinent.reason
    from release.marts.fct_endpoint as endpoint
    inner join protocol.study as study on endpoint.study_id = study.study_id
    inner join release.marts.fct_enrollment as enrollment on endpoint.participant_id = enrollment.participant_id
    inner join release.marts.fct_endpoint as abstinent
        on endpoint.participant_id = abstinent.participant_id and abstinent.endpoint_id = 'ABST2W'
    where endpoint.endpoint_id = 'TTRELAPSE' and endpoint.value_numeric is not null
)

select
    participant_id as participant_id,
    cast(null as string) as visit,
    'fct_endpoint' as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    'TTRELAPSE' as detail_key
from bounds
where value_numeric < 1
    or value_numeric > bound
    or event is null
    or (not event and value_numeric <> bound)
    or (not event and not is_abstinent and coalesce(reason, '') not in ('UDS_MISSING', 'TLFB_GAP'))
