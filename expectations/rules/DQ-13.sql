with computed as (
    select
        *,
        year(consent_date) - year(birth_date)
        - case
            when month(consent_date) * 100 + day(consent_date) < month(birth_date) * 100 + day(birth_date) then 1
            else 0
        end as age_computed
    from intermediate.int_participant
    where is_randomized
)

select
    participant_id as participant_id,
    'SCR' as visit,
    'demographics' as form,
    cast(null as int) as instance,
    'dm_age' as field,
    cast(null as string) as detail_key
from computed
where age_years is null or age_years not between 18 and 65 or age_years <> age_computed
