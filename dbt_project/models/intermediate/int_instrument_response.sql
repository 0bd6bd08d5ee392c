-- One row a visit, instrument and item. Two questionnaires of one instrument at one visit: the first one answers, as a
-- whole; the second stays visible in the map for the trial gate.
with

final as (
    select *
    from {{ mapped('instrument_response') }}
    where assessment_no = 1
)

select * from final
