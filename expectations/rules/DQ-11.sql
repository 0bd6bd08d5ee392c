-- every dated form of the participant but those that are masked as a whole
with masked_form as (
    select field.form
    from protocol.fields as field
    inner join raw.export as export on field.study_id = export.study_id
    group by field.form
    having bool_and(field.is_blinded)
),

first_activity as (
    select
        record.participant_id,
        min(record.form_date) as first_date
    from mapped_form_record as record
    left join masked_form on record.form = masked_form.form
    where masked_form.form is null
    group by record.participant_id
)

select
    participant.participant_id as participant_id,
    'SCR' as visit,
    'screening' as form,
    cast(null as int) as instance,
    'icf_date' as field,
    cast(null as string) as detail_key
from intermediate.int_participant as participant
left join first_activity on participant.participant_id = first_activity.participant_id
where participant.consent_date is null or participant.consent_date > first_activity.first_date
