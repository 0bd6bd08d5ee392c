-- One row a medication of the log, under its row number there. Dates are complete ones; partial ones stay as text.
with

con_med as (
    select * from {{ ref('stg_ketmbrp_syn__con_med') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

dated as (
    select
        *,
        {{ to_date('cm_start') }} as start_date,
        {{ to_date('cm_end') }} as end_date
    from con_med
),

final as (
    select
        dated.study_id,
        dated.participant_id,
        coalesce(dated.repeat_instance, 1) as medication_no,
        dated.cm_code as term_code,
        dated.cm_class as medication_class,
        dated.cm_start as start_text,
        dated.start_date,
        {{ pday('dated.start_date', 'participant.reference_date') }} as start_pday,
        dated.cm_end as end_text,
        dated.end_date,
        {{ pday('dated.end_date', 'participant.reference_date') }} as end_pday
    from dated
    left join participant on dated.participant_id = participant.participant_id
)

{{ as_entity('concomitant_medication', 'final') }}
