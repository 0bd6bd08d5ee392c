select
    session.participant_id as participant_id,
    session.visit as visit,
    'mbrp_session' as form,
    cast(null as int) as instance,
    'ms_attended' as field,
    'session ' || cast(session.session_no as string) as detail_key
from intermediate.int_session as session
left join intermediate.int_visit as visit
    on session.participant_id = visit.participant_id
    and session.session_pday = visit.visit_pday
    and visit.is_attended
where session.is_attended and session.session_pday is not null and visit.participant_id is null
