-- Adverse events, coded, without verbatim text. Those that did, or by an unknown day could, start on the day of the infusion are
-- absent until unblinding; the numbers count what is shown, so that a gap tells nothing.
with

event as (
    select * from {{ ref('int_event') }} where event_kind = 'ADVERSE_EVENT'
),

participant as (
    select * from {{ ref('int_participant') }}
),

grouped as (
    select
        event.*,
        case
            when event.start_pday is null or event.is_start_imputed or event.start_pday = participant.infusion_pday
                then 'INFUSION_DAY'
            else 'OTHER_DAY'
        end as masking_group
    from event
    left join participant on event.participant_id = participant.participant_id
),

shown as (
    select *
    from grouped
    where {{ unmasked_rows('fct_adverse_event', 'masking_group', 'masking_group') }}
),

final as (
    select
        study_id,
        participant_id,
        cast(row_number() over (partition by participant_id order by event_no asc nulls last) as int) as event_no,
        term_code,
        severity,
        is_serious,
        relation,
        outcome,
        start_pday,
        is_start_imputed,
        end_pday
    from shown
)

select * from final
