-- One row a specimen and analyte, with the validity of the specimen from what was measured in it. Where nothing was
-- measured the recorded class stands, else NOT_TESTED. A positive counts on a valid or dilute specimen, a negative
-- on a valid one only: diluting urine can hide a drug, never make one. An odd temperature at collection is for the
-- trial gate to note; it makes no class.
with

urine_result as (
    select * from {{ mapped('urine_result') }}
),

measured as (
    select
        *,
        coalesce(result, 'ND') as result_stated,
        -- a pH beyond the scale is a slip of entry, not a reading; a query asks for it
        case when ph between 0 and 14 then ph end as ph_read
    from urine_result
),

classed as (
    select
        *,
        case
            when coalesce(creatinine_mg_dl, specific_gravity, ph_read, nitrite_ug_ml) is null
                then coalesce(validity_recorded, 'NOT_TESTED')
            when creatinine_mg_dl < 2 and (specific_gravity <= 1.001 or specific_gravity >= 1.020) then 'SUBSTITUTED'
            when nitrite_ug_ml >= 500 or ph_read < 3 or ph_read >= 11 then 'ADULTERATED'
            when ph_read < 4.5 or ph_read >= 9 then 'INVALID'
            when creatinine_mg_dl < 20 and specific_gravity < 1.003 then 'DILUTE'
            -- hardly any creatinine at a normal gravity is no urine as it left the body
            when creatinine_mg_dl < 2 then 'INVALID'
            else 'VALID'
        end as validity
    from measured
),

final as (
    select
        study_id,
        participant_id,
        specimen_no,
        specimen_id,
        visit,
        collected_date,
        collected_pday,
        analyte,
        result_stated as result,
        quantity_ng_ml,
        cutoff_ng_ml,
        validity_recorded,
        creatinine_mg_dl,
        specific_gravity,
        ph,
        nitrite_ug_ml,
        temperature_f,
        validity,
        result_stated = 'POS' and validity in ('VALID', 'DILUTE') as is_counted_positive,
        result_stated = 'NEG' and validity = 'VALID' as is_counted_negative,
        {{ week_of('collected_pday') }} as week
    from classed
)

select * from final
