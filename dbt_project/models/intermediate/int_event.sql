-- One row an event of its kind; a number used twice: the earlier start. Partial dates are imputed here and nowhere
-- before, and say so: a start is the first day of its month (year), but the infusion's day when that lies in the same
-- month (year) and the event did not end before it; an end is the last day, not after the export.
with

event as (
    select *
    from {{ mapped('event') }}
    qualify
        row_number() over (
            partition by participant_id, event_kind, event_no
            order by
                start_text asc nulls last, end_text asc nulls last, term_code asc nulls last, category asc nulls last,
                status asc nulls last, severity asc nulls last, outcome asc nulls last, reason asc nulls last
        ) = 1
),

participant as (
    select * from {{ ref('int_participant') }}
),

infusion as (
    select
        participant_id,
        min(infusion_date) as infusion_date
    from {{ ref('int_exposure') }}
    group by participant_id
),

export as (
    select * from {{ source('raw', 'export') }}
),

bounded as (
    select
        event.*,
        participant.reference_date,
        infusion.infusion_date,
        coalesce({{ to_date("(event.start_text || '-01')") }}, {{ to_date("(event.start_text || '-01-01')") }})
            as start_first,
        coalesce(
            last_day({{ to_date("(event.start_text || '-01')") }}), {{ to_date("(event.start_text || '-12-31')") }}
        ) as start_last,
        coalesce(
            last_day({{ to_date("(event.end_text || '-01')") }}), {{ to_date("(event.end_text || '-12-31')") }}
        ) as end_last,
        export.exported_date
    from event
    cross join export
    left join participant on event.participant_id = participant.participant_id
    left join infusion on event.participant_id = infusion.participant_id
),

ended as (
    select
        *,
        coalesce(end_date, case when end_last is not null then least(end_last, exported_date) end) as end_dated
    from bounded
),

dated as (
    select
        *,
        case
            when start_date is not null then start_date
            when
                infusion_date between start_first and start_last
                and (end_dated is null or end_dated >= infusion_date)
                then infusion_date
            else start_first
        end as start_dated
    from ended
),

final as (
    select
        study_id,
        participant_id,
        event_kind,
        event_no,
        visit,
        category,
        term_code,
        severity,
        is_serious,
        has_seriousness_criterion,
        relation,
        action_taken,
        outcome,
        is_major,
        status,
        reason,
        is_consent_withdrawn,
        death_date,
        start_text,
        start_dated as start_date,
        {{ pday('start_dated', 'reference_date') }} as start_pday,
        case when start_dated is not null then start_date is null end as is_start_imputed,
        end_text,
        end_dated as end_date,
        {{ pday('end_dated', 'reference_date') }} as end_pday,
        case when end_dated is not null then end_date is null end as is_end_imputed
    from dated
)

select * from final
