-- Every randomization record stays, in order; the first one is the participant's (int_participant), a second one is
-- for the trial gate to question.
with

final as (
    select * from {{ mapped('randomization') }}
)

select * from final
