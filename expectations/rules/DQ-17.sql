-- does not name the number: it stands in the randomization list
with counted as (
    select
        *,
        count(*) over (partition by participant_id) as times_randomized,
        count(*) over (partition by randomization_no) as times_used
    from mapped_randomization
)

select
    participant_id as participant_id,
    'P2' as visit,
    'randomization' as form,
    randomization_seq as instance,
    'rand_no' as field,
    cast(null as string) as detail_key
from counted
where times_randomized > 1 or times_used > 1 or randomization_no is null
