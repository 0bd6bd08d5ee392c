-- names neither participant nor day: which rows they are would tell the arm
with state as (
    select study.study_state
    from protocol.study as study
    inner join raw.export as export on study.study_id = export.study_id
),

leaks as (
    select 'fct_urine_result' as relation
    from release.marts.fct_urine_result
    where analyte = 'BZD'
    group by 1
    union all
    select 'fct_use_pattern' as relation
    from release.marts.fct_use_pattern
    where substance = 'BENZODIAZEPINE'
    group by 1
)

select
    cast(null as string) as participant_id,
    cast(null as string) as visit,
    leaks.relation as form,
    cast(null as int) as instance,
    'analyte' as field,
    cast(null as string) as detail_key
from leaks
inner join state on state.study_state <> 'UNBLINDED'
