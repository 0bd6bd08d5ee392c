-- Infusions: their day, and after unblinding how long they took. Never drug, dose, kit or lot.
with

exposure as (
    select * from {{ ref('int_exposure') }}
),

final as (
    select
        study_id,
        participant_id,
        infusion_no,
        infusion_pday,
        {{ masked_column('fct_infusion', 'duration_minutes', 'duration_minutes') }} as duration_minutes,
        {{ masked_column('fct_infusion', 'is_completed', 'is_completed') }} as is_completed
    from exposure
)

select * from final
