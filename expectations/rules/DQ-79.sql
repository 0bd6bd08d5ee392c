select
    session.participant_id as participant_id,
    session.visit as visit,
    'mbrp_session' as form,
    cast(null as int) as instance,
    'ms_date' as field,
    'session ' || cast(session.session_no as string) as detail_key
from intermediate.int_session as session
inner join intermediate.int_participant as participant on session.participant_id = participant.participant_id
where session.is_attended
    and (session.session_pday < participant.infusion_pday or session.minutes not between 20 and 150)
