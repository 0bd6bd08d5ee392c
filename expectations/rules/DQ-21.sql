select
    participant.participant_id as participant_id,
    'P5' as visit,
    'discharge' as form,
    cast(null as int) as instance,
    'dis_date' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
inner join raw.export as export on true
inner join protocol.study as study on export.study_id = study.study_id
where participant.admission_pday > participant.infusion_pday
    or participant.infusion_pday > participant.discharge_pday
    or abs(participant.discharge_pday - study.discharge_pday) > 1
