-- Scores by visit and scale; instruments that could tell the arm are absent until unblinding.
with

score as (
    select * from {{ ref('int_instrument_score') }}
),

final as (
    select
        study_id,
        participant_id,
        visit,
        instrument,
        scale,
        assessment_pday,
        items_missing,
        score_strict,
        score_prorated,
        is_prorated
    from score
    where {{ unmasked_rows('fct_instrument_score', 'instrument', 'instrument') }}
)

select * from final
