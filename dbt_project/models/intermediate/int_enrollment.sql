-- Everybody screened and how far they came. Dropout is judged once its days have passed: no contact within them, dated
-- to the day after the last contact before them, a stay in hospital being one. The end of the trial is what the
-- disposition says; without one, once the trial has closed for the participant, contact within the dropout days makes a
-- completer.
with

participant as (
    select * from {{ ref('int_participant') }}
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

contact as (
    select * from {{ ref('int_contact') }}
),

disposition as (
    select *
    from {{ ref('int_event') }}
    where event_kind = 'DISPOSITION' and status is not null
    qualify row_number() over (partition by participant_id order by event_no desc nulls last) = 1
),

contacts as (
    select
        contact.participant_id,
        max(contact.contact_pday) as last_contact_pday,
        max(case when contact.contact_pday < study.dropout_first_pday then contact.contact_pday end)
            as last_contact_before_pday,
        bool_or(contact.contact_pday between study.dropout_first_pday and study.dropout_last_pday) as has_late_contact
    from contact
    cross join study
    group by contact.participant_id
),

judged as (
    select
        participant.*,
        contacts.last_contact_pday,
        disposition.status as disposition_status,
        disposition.reason as disposition_reason,
        case
            when participant.is_randomized and participant.export_pday > study.dropout_last_pday
                then not coalesce(contacts.has_late_contact, false)
        end as is_dropout,
        greatest(
            coalesce(contacts.last_contact_before_pday, participant.randomization_pday, participant.admission_pday),
            case when participant.discharge_pday < study.dropout_first_pday then participant.discharge_pday end
        ) + 1 as day_after_contact,
        coalesce(participant.export_pday > study.trial_closed_pday, false) as is_closed
    from participant
    cross join study
    left join contacts on participant.participant_id = contacts.participant_id
    left join disposition on participant.participant_id = disposition.participant_id
),

ended as (
    select
        *,
        case
            when not is_randomized then null
            when disposition_status is not null then disposition_status = 'COMPLETED'
            when is_closed then not is_dropout
        end as is_completer
    from judged
),

staged as (
    select
        *,
        case
            when not is_randomized and (is_screen_failure or disposition_status is not null) then 'SCREEN_FAILURE'
            when not is_randomized then 'IN_SCREENING'
            when is_completer then 'COMPLETED'
            when not is_completer then 'DISCONTINUED'
            when is_treated then 'IN_TREATMENT'
            else 'RANDOMIZED'
        end as status
    from ended
),

final as (
    select
        study_id,
        participant_id,
        status,
        is_randomized,
        is_treated,
        is_completer,
        is_dropout,
        is_closed,
        cast(case when is_dropout then day_after_contact end as int) as dropout_pday,
        last_contact_pday,
        consent_pday,
        randomization_pday,
        admission_pday,
        infusion_pday,
        discharge_pday,
        case
            when status = 'SCREEN_FAILURE'
                then coalesce(exclusion_reason, case when not is_eligible then 'NOT_ELIGIBLE' else 'OTHER' end)
        end as exclusion_reason,
        case
            when status = 'DISCONTINUED'
                then coalesce(disposition_reason, case when is_dropout then 'LOST TO FOLLOW-UP' else 'OTHER' end)
        end as discontinuation_reason,
        export_pday
    from staged
)

select * from final
