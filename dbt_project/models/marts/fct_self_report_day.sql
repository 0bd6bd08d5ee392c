-- One row for every covered day: the absence of a row is not abstinence. Amounts stand only with use.
with

day as (
    select * from {{ ref('int_self_report_day') }} where day_pday is not null
),

final as (
    select
        study_id,
        participant_id,
        day_pday,
        substance,
        used,
        case when used = 'Y' then amount_usd end as amount_usd,
        case when used = 'Y' then amount_grams end as amount_grams,
        case when used = 'Y' then route end as route,
        coalesce(is_controlled_environment, false) as is_controlled_environment
    from day
)

select * from final
