-- Use-pattern words; substances that could tell the arm are absent until unblinding.
with

pattern as (
    select * from {{ ref('int_use_pattern') }}
),

final as (
    select
        study_id,
        participant_id,
        rule,
        substance,
        unit,
        baseline_word,
        word
    from pattern
    where {{ unmasked_rows('fct_use_pattern', 'substance', 'substance') }}
)

select * from final
