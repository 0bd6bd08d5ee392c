-- Vital signs around the infusion.
with

upstream as (
    select * from {{ ref('int_vital_sign') }}
),

final as (
    select * from upstream
)

select * from final
