-- Endpoints in words.
with

endpoints as (
    select * from {{ ref('endpoints') }} where study_id = '{{ study_id() }}'
),

final as (
    select
        study_id,
        endpoint_id,
        label,
        value_kind,
        definition,
        source
    from endpoints
)

select * from final
