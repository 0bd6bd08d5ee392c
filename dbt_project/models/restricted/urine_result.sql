-- All urine results, benzodiazepines included.
with

upstream as (
    select * from {{ ref('int_urine_result') }}
),

final as (
    select * from upstream
)

select * from final
