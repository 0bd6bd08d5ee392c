-- Days on which the trial saw or spoke to the participant, one row a day and source. The interview after the trial's
-- close (six months) is no contact, nor is a day after the export: that is a wrong date. Nor is a masked instrument: it
-- belongs to the infusion, which is one, and what is released must not depend on it.
with

participant as (
    select * from {{ ref('int_participant') }}
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

masked_instruments as (
    select masked_value
    from {{ ref('masking') }}
    where study_id = '{{ study_id() }}' and column_name = 'instrument'
),

contacts as (
    select study_id, participant_id, visit, visit_pday as contact_pday, 'VISIT' as source
    from {{ ref('int_visit') }}
    where is_attended
    union all
    select study_id, participant_id, visit, session_pday as contact_pday, 'SESSION' as source
    from {{ ref('int_session') }}
    where is_attended
    union all
    select study_id, participant_id, visit, collected_pday as contact_pday, 'SPECIMEN' as source
    from {{ ref('int_urine_result') }}
    union all
    select study_id, participant_id, visit, interview_pday as contact_pday, 'TIMELINE' as source
    from {{ mapped('self_report_day') }}
    union all
    select study_id, participant_id, visit, assessment_pday as contact_pday, 'INSTRUMENT' as source
    from {{ ref('int_instrument_response') }}
    where instrument not in (select listed.masked_value from masked_instruments as listed)
    union all
    select study_id, participant_id, null as visit, infusion_pday as contact_pday, 'INFUSION' as source
    from {{ ref('int_exposure') }}
),

-- distinct: one row a day and source, whatever was done that day
final as (
    select distinct
        contacts.study_id,
        contacts.participant_id,
        contacts.contact_pday,
        contacts.source
    from contacts
    inner join participant on contacts.participant_id = participant.participant_id
    left join visits on contacts.visit = visits.visit
    where contacts.contact_pday <= participant.export_pday
        and coalesce(visits.window_first_pday <= {{ study_parameter('trial_closed_pday') }}, true)
)

select * from final
