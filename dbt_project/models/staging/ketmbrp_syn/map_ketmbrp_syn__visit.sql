-- One row a filled visit form, attended or not. A form outside the schedule is an unscheduled visit, code UNS.
with

visit_status as (
    select * from {{ ref('stg_ketmbrp_syn__visit_status') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

coded as (
    select
        *,
        coalesce(visit, 'UNS') as visit_code
    from visit_status
),

final as (
    select
        coded.study_id,
        coded.participant_id,
        coded.visit_code as visit,
        row_number() over (
            partition by coded.participant_id, coded.visit_code
            order by
                coded.repeat_instance asc nulls first, coded.vis_date asc nulls last,
                coded.event_name asc nulls last
        ) as visit_repeat,
        coded.vis_date as visit_date,
        {{ pday('coded.vis_date', 'participant.reference_date') }} as visit_pday,
        coded.vis_attended as is_attended,
        coded.vis_missed_reason as missed_reason
    from coded
    left join participant on coded.participant_id = participant.participant_id
)

{{ as_entity('visit', 'final') }}
