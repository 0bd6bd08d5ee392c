-- The study's visits and their windows, as the protocol has them.
with

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

final as (
    select
        study_id,
        visit,
        visit_label,
        cast(week as int) as week,
        cast(target_pday as int) as target_pday,
        cast(window_first_pday as int) as window_first_pday,
        cast(window_last_pday as int) as window_last_pday
    from visits
)

select * from final
