-- Everybody screened. Randomized: a randomization record exists. Treated: an infusion with a date or a start exists.
-- Screen failure: not randomized, and found not eligible or given a reason of exclusion.
with

participant as (
    select * from {{ mapped('participant') }}
),

export as (
    select * from {{ source('raw', 'export') }}
),

dummy as (
    select * from {{ source('raw', 'arm_dummy') }}
),

randomization as (
    select * from {{ ref('int_randomization') }} where randomization_seq = 1
),

infusion as (
    select
        participant_id,
        min(infusion_pday) as infusion_pday
    from {{ ref('int_exposure') }}
    where infusion_date is not null or start_at is not null
    group by participant_id
),

final as (
    select
        participant.*,
        dummy.arm_dummy,
        {{ pday('export.exported_date', 'participant.reference_date') }} as export_pday,
        randomization.participant_id is not null as is_randomized,
        randomization.randomization_pday,
        infusion.participant_id is not null as is_treated,
        infusion.infusion_pday,
        randomization.participant_id is null
        and (not coalesce(participant.is_eligible, true) or participant.exclusion_reason is not null)
            as is_screen_failure
    from participant
    cross join export
    left join dummy on participant.participant_id = dummy.participant_id
    left join randomization on participant.participant_id = randomization.participant_id
    left join infusion on participant.participant_id = infusion.participant_id
)

select * from final
