-- Every randomized participant by every session of the protocol, in the order of the visits that schedule them. A session that
-- was due and left no form was not attended.
with

participant as (
    select * from {{ ref('int_participant') }} where is_randomized
),

planned as (
    select
        cast(row_number() over (order by visits.position asc nulls last) as int) as session_no,
        visits.window_last_pday
    from {{ ref('schedule') }} as schedule
    inner join {{ ref('forms') }} as forms on schedule.study_id = forms.study_id and schedule.form = forms.form
    inner join {{ ref('visits') }} as visits on schedule.study_id = visits.study_id and schedule.visit = visits.visit
    where schedule.study_id = '{{ study_id() }}' and forms.entity = 'session'
),

session as (
    select * from {{ ref('int_session') }}
),

final as (
    select
        participant.study_id,
        participant.participant_id,
        planned.session_no,
        case when session.is_attended then session.session_pday end as session_pday,
        coalesce(session.is_attended, case when planned.window_last_pday < participant.export_pday then false end)
            as is_attended,
        case when session.is_attended then session.minutes end as minutes
    from participant
    cross join planned
    left join session
        on participant.participant_id = session.participant_id and planned.session_no = session.session_no
)

select * from final
