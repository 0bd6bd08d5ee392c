select
    exposure.participant_id as participant_id,
    'P2' as visit,
    'infusion' as form,
    exposure.infusion_no as instance,
    'inf_date' as field,
    cast(null as string) as detail_key
from intermediate.int_exposure as exposure
inner join raw.export as export on true
inner join protocol.study as study on export.study_id = study.study_id
where exposure.infusion_pday <> study.infusion_pday
