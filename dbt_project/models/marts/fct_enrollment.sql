-- Milestones of everybody screened, as days of the protocol's clock.
with

enrollment as (
    select * from {{ ref('int_enrollment') }}
),

final as (
    select
        study_id,
        participant_id,
        status,
        consent_pday,
        randomization_pday,
        admission_pday,
        infusion_pday,
        discharge_pday,
        last_contact_pday,
        exclusion_reason,
        discontinuation_reason
    from enrollment
)

select * from final
