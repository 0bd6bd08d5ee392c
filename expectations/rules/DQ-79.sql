with numbered as (
    select
        participant_id,
        session_no,
        count(*) as times
    from mapped_session
    where is_attended and session_no is not null
    group by participant_id, session_no
),

held as (
    select
        *,
        lag(session_pday) over (partition by participant_id order by session_no asc nulls last) as pday_before
    from intermediate.int_session
    where is_attended
)

select
    held.participant_id as participant_id,
    held.visit as visit,
    'mbrp_session' as form,
    cast(null as int) as instance,
    'ms_date' as field,
    'session ' || cast(held.session_no as string) as detail_key
from held
inner join intermediate.int_participant as participant on held.participant_id = participant.participant_id
inner join numbered on held.participant_id = numbered.participant_id and held.session_no = numbered.session_no
where held.session_pday < participant.infusion_pday
    or held.minutes not between 20 and 150
    or held.session_pday < held.pday_before
    or numbered.times > 1
