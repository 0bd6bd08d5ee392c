-- All scores, those of masked instruments included.
with

upstream as (
    select * from {{ ref('int_instrument_score') }}
),

final as (
    select * from upstream
)

select * from final
