-- Protocol deviations by category, without their text. Categories that could tell the arm are absent until unblinding; the numbers
-- count what is shown, so that a gap tells nothing.
with

event as (
    select *
    from {{ ref('int_event') }}
    where event_kind = 'DEVIATION' and category is not null
),

shown as (
    select *
    from event
    where {{ unmasked_rows('fct_deviation', 'category', 'category') }}
),

final as (
    select
        study_id,
        participant_id,
        cast(row_number() over (partition by participant_id order by event_no asc nulls last) as int) as deviation_no,
        category,
        is_major,
        start_pday as deviation_pday
    from shown
)

select * from final
