-- Every infusion record, with its length and its dose by weight.
with

exposure as (
    select * from {{ mapped('exposure') }}
),

final as (
    select
        *,
        {{ minutes_between('start_at', 'stop_at') }} as duration_minutes,
        {{ div('dose_mg', 'weight_kg') }} as dose_mg_per_kg
    from exposure
)

select * from final
