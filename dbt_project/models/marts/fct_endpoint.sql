-- Exactly one row a randomized participant and endpoint.
with

endpoint as (
    select * from {{ ref('int_endpoint') }}
),

final as (
    select
        study_id,
        participant_id,
        endpoint_id,
        value_boolean,
        value_numeric,
        event,
        reason,
        rule
    from endpoint
)

select * from final
