-- the protocol's pattern, matched whole
select
    key.participant_id as participant_id,
    cast(null as string) as visit,
    'screening' as form,
    cast(null as int) as instance,
    'record_id' as field,
    cast(null as string) as detail_key
from raw.participant_key as key
inner join raw.export as export on true
inner join protocol.study as study on export.study_id = study.study_id
where study.participant_id_pattern is not null
    and not coalesce(regexp_matches(key.record_id, study.participant_id_pattern), false)
