-- The scales that scores are on.
with

instruments as (
    select * from {{ ref('instruments') }}
),

final as (
    select
        instrument,
        scale,
        cast(items as int) as items,
        cast(score_min as double) as score_min,
        cast(score_max as double) as score_max,
        higher_means,
        protocol_ref as source
    from instruments
)

select * from final
