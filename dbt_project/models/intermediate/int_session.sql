-- One row a session number. Two forms with one number: the attended one, the earlier of equals; the other stays
-- visible in the map for the trial gate. A form without a number belongs to no session.
with

final as (
    select *
    from {{ mapped('session') }}
    where session_no is not null
    qualify
        row_number() over (
            partition by participant_id, session_no
            order by
                case when is_attended then 0 else 1 end asc, session_date asc nulls last, visit asc nulls last,
                minutes asc nulls last, therapist_code asc nulls last, home_practice_days asc nulls last
        ) = 1
)

select * from final
