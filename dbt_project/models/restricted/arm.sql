-- The arm somebody was randomized to, and the arm whose drug was given.
with

randomization as (
    select * from {{ ref('int_randomization') }} where randomization_seq = 1
),

exposure as (
    select * from {{ ref('int_exposure') }} where infusion_no = 1
),

final as (
    select
        randomization.study_id,
        randomization.participant_id,
        randomization.arm_code,
        exposure.drug_code as actual_arm_code
    from randomization
    left join exposure on randomization.participant_id = exposure.participant_id
)

select * from final
