-- One row an adverse event, deviation or disposition, under its row number on the form. Dates are complete ones;
-- partial ones stay as text and are imputed in int_event, for every study alike.
with

adverse_event as (
    select * from {{ ref('stg_ketmbrp_syn__adverse_event') }} where is_touched
),

deviation as (
    select * from {{ ref('stg_ketmbrp_syn__deviation') }} where is_touched
),

disposition as (
    select * from {{ ref('stg_ketmbrp_syn__disposition') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

events as (
    select
        study_id, participant_id, visit, 'ADVERSE_EVENT' as event_kind, coalesce(repeat_instance, 1) as event_no,
        cast(null as string) as category, ae_code as term_code, ae_severity as severity, ae_serious as is_serious,
        ae_seriousness___1 or ae_seriousness___2 or ae_seriousness___3
        or ae_seriousness___4 or ae_seriousness___5 or ae_seriousness___6 as has_seriousness_criterion,
        ae_relation as relation, ae_action as action_taken, ae_outcome as outcome,
        cast(null as boolean) as is_major, cast(null as string) as status, cast(null as string) as reason,
        cast(null as boolean) as is_consent_withdrawn, cast(null as date) as death_date,
        ae_start as start_text, {{ to_date('ae_start') }} as start_date,
        ae_end as end_text, {{ to_date('ae_end') }} as end_date
    from adverse_event
    union all
    select
        study_id, participant_id, visit, 'DEVIATION' as event_kind, coalesce(repeat_instance, 1) as event_no,
        dv_category as category, null as term_code, null as severity, null as is_serious,
        null as has_seriousness_criterion, null as relation, null as action_taken, null as outcome,
        dv_major as is_major, null as status, null as reason, null as is_consent_withdrawn, null as death_date,
        cast(dv_date as string) as start_text, dv_date as start_date, null as end_text, null as end_date
    from deviation
    union all
    select
        study_id, participant_id, visit, 'DISPOSITION' as event_kind, coalesce(repeat_instance, 1) as event_no,
        null as category, null as term_code, null as severity, null as is_serious,
        null as has_seriousness_criterion, null as relation, null as action_taken, null as outcome,
        null as is_major, ds_status as status, ds_reason as reason, ds_consent_withdrawn as is_consent_withdrawn,
        ds_death_date as death_date, cast(ds_date as string) as start_text, ds_date as start_date,
        null as end_text, null as end_date
    from disposition
),

final as (
    select
        events.*,
        case when events.start_date is not null then false end as is_start_imputed,
        {{ pday('events.start_date', 'participant.reference_date') }} as start_pday,
        {{ pday('events.end_date', 'participant.reference_date') }} as end_pday
    from events
    left join participant on events.participant_id = participant.participant_id
)

{{ as_entity('event', 'final') }}
