-- Adverse events, coded, without verbatim text. Those that did, or by an unknown day could, start on the day of an
-- infusion are absent until unblinding: the day it is recorded for and the day the protocol plans, since its form may
-- come later or bear a wrong date. The numbers count what is shown, so that a gap tells nothing.
with

event as (
    select * from {{ ref('int_event') }} where event_kind = 'ADVERSE_EVENT'
),

-- distinct: two infusions of a participant on one day are one day
infusion as (
    select distinct
        participant_id,
        infusion_pday
    from {{ ref('int_exposure') }}
    where infusion_pday is not null
),

grouped as (
    select
        event.*,
        case
            when event.start_pday is null or event.is_start_imputed or infusion.participant_id is not null
                or event.start_pday = {{ study_parameter('infusion_pday') }}
                then 'INFUSION_DAY'
            else 'OTHER_DAY'
        end as masking_group
    from event
    left join infusion
        on event.participant_id = infusion.participant_id and event.start_pday = infusion.infusion_pday
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
