-- All protocol deviations, under their numbers on the form.
with

upstream as (
    select * from {{ ref('int_event') }} where event_kind = 'DEVIATION'
),

final as (
    select * from upstream
)

select * from final
