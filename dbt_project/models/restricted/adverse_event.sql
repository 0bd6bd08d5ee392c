-- All adverse events, those of the infusion day included, under their numbers on the form.
with

upstream as (
    select * from {{ ref('int_event') }} where event_kind = 'ADVERSE_EVENT'
),

final as (
    select * from upstream
)

select * from final
