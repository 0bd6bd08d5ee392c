select
    day.participant_id as participant_id,
    day.visit as visit,
    'tlfb' as form,
    day.interview_no as instance,
    'tl_used' as field,
    'pday ' || cast(day.day_pday as string) as detail_key
from intermediate.int_self_report_day as day
inner join raw.export as export on true
inner join protocol.study as study on export.study_id = study.study_id
where day.used = 'Y'
    and day.is_controlled_environment
    and day.day_pday between study.infusion_pday and study.discharge_pday
