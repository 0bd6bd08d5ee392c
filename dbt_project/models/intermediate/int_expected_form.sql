-- The forms the schedule expects once at a visit, by participant. Forms of visits without a window (screening) are
-- expected of everybody screened, those before the infusion's day of everybody admitted, the others of everybody
-- randomized. A visit that was missed gives its reason to forms that give none.
with

participant as (
    select * from {{ ref('int_participant') }}
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

schedule as (
    select * from {{ ref('schedule') }} where study_id = '{{ study_id() }}' and is_expected_once
),

received as (
    select
        participant_id,
        visit,
        form,
        bool_or(is_received) as is_received,
        min(not_done_reason) as not_done_reason
    from {{ mapped('form_record') }}
    group by participant_id, visit, form
),

attended as (
    select
        participant_id,
        visit,
        bool_or(is_attended) as is_attended,
        min(missed_reason) as missed_reason
    from {{ ref('int_visit') }}
    group by participant_id, visit
),

expected as (
    select
        participant.study_id,
        participant.participant_id,
        schedule.visit,
        schedule.form,
        coalesce(visits.window_last_pday < participant.export_pday, visits.window_last_pday is null) as is_due
    from participant
    cross join schedule
    inner join visits on schedule.visit = visits.visit
    where visits.window_last_pday is null
        or participant.is_randomized
        or (
            participant.admission_pday is not null
            and visits.window_last_pday < {{ study_parameter('infusion_pday') }}
        )
),

final as (
    select
        expected.study_id,
        expected.participant_id,
        expected.visit,
        expected.form,
        expected.is_due,
        coalesce(received.is_received, false) as is_received,
        coalesce(received.not_done_reason, case when not attended.is_attended then attended.missed_reason end)
            as not_done_reason,
        attended.is_attended as is_visit_attended
    from expected
    left join received
        on expected.participant_id = received.participant_id
        and expected.visit = received.visit
        and expected.form = received.form
    left join attended
        on expected.participant_id = attended.participant_id
        and expected.visit = attended.visit
)

select * from final
