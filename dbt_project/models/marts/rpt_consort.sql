-- The flow of participants. Every box has a total (empty reason); exclusions and discontinuations also stand by reason. Below
-- randomization the boxes are by arm once the study is unblinded, pooled before.
with

enrollment as (
    select * from {{ ref('int_enrollment') }}
),

randomization as (
    select * from {{ ref('int_randomization') }} where randomization_seq = 1
),

participant as (
    select
        enrollment.*,
        coalesce({{ masked_column('rpt_consort', 'arm', 'randomization.arm_code') }}, 'POOLED') as arm_shown
    from enrollment
    left join randomization on enrollment.participant_id = randomization.participant_id
),

boxes as (
    select study_id, participant_id, 'ASSESSED' as box, '' as reason, 'POOLED' as arm from participant
    union all
    select study_id, participant_id, 'EXCLUDED' as box, exclusion_reason as reason, 'POOLED' as arm
    from participant
    where status = 'SCREEN_FAILURE'
    union all
    select study_id, participant_id, 'IN_SCREENING' as box, '' as reason, 'POOLED' as arm
    from participant
    where not is_randomized and status <> 'SCREEN_FAILURE'
    union all
    select study_id, participant_id, 'RANDOMIZED' as box, '' as reason, arm_shown as arm from participant where is_randomized
    union all
    select study_id, participant_id, 'RECEIVED' as box, '' as reason, arm_shown as arm
    from participant
    where is_randomized and is_treated
    union all
    select study_id, participant_id, 'NOT_RECEIVED' as box, '' as reason, arm_shown as arm
    from participant
    where is_randomized and not is_treated
    union all
    select
        study_id,
        participant_id,
        case status when 'COMPLETED' then 'COMPLETED' when 'DISCONTINUED' then 'DISCONTINUED' else 'ONGOING' end as box,
        case when status = 'DISCONTINUED' then discontinuation_reason else '' end as reason,
        arm_shown as arm
    from participant
    where is_randomized and is_treated
    union all
    select study_id, participant_id, 'ANALYSED_ITT' as box, '' as reason, arm_shown as arm from participant where is_randomized
),

totals as (
    select study_id, box, '' as reason, arm, count(*) as participants from boxes group by study_id, box, arm
),

by_reason as (
    select
        study_id,
        box,
        coalesce(reason, 'NOT RECORDED') as reason,
        arm,
        count(*) as participants
    from boxes
    where box in ('EXCLUDED', 'DISCONTINUED')
    group by study_id, box, coalesce(reason, 'NOT RECORDED'), arm
),

listed as (
    select box
    from (
        values ('ASSESSED'), ('EXCLUDED'), ('IN_SCREENING'), ('RANDOMIZED'), ('RECEIVED'), ('NOT_RECEIVED'), ('COMPLETED'),
        ('DISCONTINUED'), ('ONGOING'), ('ANALYSED_ITT')
    ) as every_box (box)
),

empty_boxes as (
    select '{{ study_id() }}' as study_id, listed.box, '' as reason, 'POOLED' as arm, 0 as participants
    from listed
    left join totals on listed.box = totals.box
    where totals.box is null
),

final as (
    select study_id, box, reason, arm, cast(participants as bigint) as participants from totals
    union all
    select study_id, box, reason, arm, cast(participants as bigint) as participants from by_reason
    union all
    select study_id, box, reason, arm, cast(participants as bigint) as participants from empty_boxes
)

select * from final
