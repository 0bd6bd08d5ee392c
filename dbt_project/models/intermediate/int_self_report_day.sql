-- One row a participant, day and substance. Told in several interviews: the latest interview wins, but an interview
-- after the trial's close (six months) never displaces one within it. All of them stay visible in the map.
-- A day told without yes or no is unknown (U). Days of who was never admitted have no place on the protocol's clock.
with

self_report_day as (
    select * from {{ mapped('self_report_day') }}
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

interviewed as (
    select
        self_report_day.*,
        visits.position as visit_position,
        coalesce(visits.window_first_pday > {{ study_parameter('trial_closed_pday') }}, false) as is_after_close
    from self_report_day
    left join visits on self_report_day.visit = visits.visit
),

kept as (
    select *
    from interviewed
    where day_pday is not null and substance is not null
    qualify
        row_number() over (
            partition by participant_id, day_pday, substance
            order by
                case when is_after_close then 1 else 0 end asc, interview_date desc nulls last,
                visit_position desc nulls last, interview_no desc nulls last, used desc nulls last,
                amount_usd desc nulls last, amount_grams desc nulls last, route asc nulls last
        ) = 1
),

final as (
    select
        study_id,
        participant_id,
        visit,
        interview_no,
        interview_date,
        interview_pday,
        day_date,
        day_pday,
        substance,
        coalesce(used, 'U') as used,
        amount_usd,
        amount_grams,
        route,
        coalesce(is_controlled_environment, false) as is_controlled_environment,
        {{ week_of('day_pday') }} as week,
        is_after_close
    from kept
)

select * from final
