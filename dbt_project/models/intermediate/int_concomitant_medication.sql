-- One row a medication number of the participant's log; a number used twice: the earlier start, then the code.
with

final as (
    select *
    from {{ mapped('concomitant_medication') }}
    qualify
        row_number() over (
            partition by participant_id, medication_no
            order by
                start_text asc nulls last, end_text asc nulls last, term_code asc nulls last,
                medication_class asc nulls last
        ) = 1
)

select * from final
