-- One row a filled randomization form; a second one of a participant stays visible as sequence 2.
with

randomization as (
    select * from {{ ref('stg_ketmbrp_syn__randomization') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

final as (
    select
        randomization.study_id,
        randomization.participant_id,
        row_number() over (
            partition by randomization.participant_id
            order by
                randomization.rand_date asc nulls last, randomization.rand_no asc nulls last,
                randomization.event_name asc nulls last, randomization.repeat_instance asc nulls first
        ) as randomization_seq,
        cast(randomization.rand_no as string) as randomization_no,
        randomization.rand_date as randomization_date,
        {{ pday('randomization.rand_date', 'participant.reference_date') }} as randomization_pday,
        randomization.rand_arm as arm_code,
        randomization.rand_kit as kit_code
    from randomization
    left join participant on randomization.participant_id = participant.participant_id
)

{{ as_entity('randomization', 'final') }}
