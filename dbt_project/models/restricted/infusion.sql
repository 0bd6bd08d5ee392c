-- Infusions with drug, dose and times: what fct_infusion leaves out.
with

upstream as (
    select * from {{ ref('int_exposure') }}
),

final as (
    select * from upstream
)

select * from final
