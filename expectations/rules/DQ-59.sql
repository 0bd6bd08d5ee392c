with collected as (
    select
        participant_id,
        visit
    from intermediate.int_urine_result
    group by participant_id, visit
)

select
    expected.participant_id as participant_id,
    expected.visit as visit,
    'urine' as form,
    cast(null as int) as instance,
    'ur_done' as field,
    cast(null as string) as detail_key
from intermediate.int_expected_form as expected
left join collected on expected.participant_id = collected.participant_id and expected.visit = collected.visit
where expected.form = 'urine' and expected.is_due and expected.is_visit_attended
    and collected.participant_id is null and expected.not_done_reason is null
