with study as (
    select study.*
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

specimen as (
    select
        participant_id,
        visit,
        specimen_no,
        collected_pday,
        result
    from intermediate.int_urine_result
    inner join study on analyte = study.urine_analyte
    where validity in ('VALID', 'DILUTE') and collected_pday is not null
),

told as (
    select
        specimen.participant_id,
        specimen.visit,
        specimen.specimen_no,
        specimen.collected_pday,
        specimen.result,
        study.contradiction_days,
        study.carryover_days,
        max(case when day.used = 'Y' then day.day_pday end) as last_use_pday,
        count(case when day.day_pday between specimen.collected_pday - study.contradiction_days
            and specimen.collected_pday - 1 and day.used = 'N' then 1 end) as days_denied
    from specimen
    cross join study
    inner join intermediate.int_self_report_day as day
        on specimen.participant_id = day.participant_id
        and day.substance = study.urine_substance
        and day.day_pday between specimen.collected_pday - study.carryover_days and specimen.collected_pday
    group by
        specimen.participant_id, specimen.visit, specimen.specimen_no, specimen.collected_pday, specimen.result,
        study.contradiction_days, study.carryover_days
)

select
    participant_id as participant_id,
    visit as visit,
    'urine' as form,
    specimen_no as instance,
    'ur_bze' as field,
    cast(null as string) as detail_key
from told
where result = 'NEG' and last_use_pday >= collected_pday - 1
