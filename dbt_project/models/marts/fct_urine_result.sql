-- Results by specimen and analyte; analytes that could tell the arm are absent on every day until unblinding.
with

result as (
    select * from {{ ref('int_urine_result') }}
),

final as (
    select
        study_id,
        participant_id,
        specimen_no,
        analyte,
        visit,
        collected_pday,
        result,
        quantity_ng_ml,
        cutoff_ng_ml,
        validity
    from result
    where {{ unmasked_rows('fct_urine_result', 'analyte', 'analyte') }}
)

select * from final
