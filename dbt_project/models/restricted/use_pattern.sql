-- All use-pattern words.
with

upstream as (
    select * from {{ ref('int_use_pattern') }}
),

final as (
    select * from upstream
)

select * from final
