-- One row a participant: the interview that reached the participant, the earliest of them.
with

final as (
    select *
    from {{ mapped('followup_interview') }}
    qualify
        row_number() over (
            partition by participant_id
            order by
                case when is_reached then 0 else 1 end asc, interview_date asc nulls last,
                lookback_days asc nulls last, case when is_abstinent_reported then 1 else 0 end asc
        ) = 1
)

select * from final
