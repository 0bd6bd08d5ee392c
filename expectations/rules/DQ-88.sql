with total as (
    select
        box,
        sum(participants) as participants
    from release.marts.rpt_consort
    where reason = ''
    group by box
),

boxes as (
    select
        coalesce(max(case when box = 'ASSESSED' then participants end), 0) as assessed,
        coalesce(max(case when box = 'EXCLUDED' then participants end), 0) as excluded,
        coalesce(max(case when box = 'IN_SCREENING' then participants end), 0) as in_screening,
        coalesce(max(case when box = 'RANDOMIZED' then participants end), 0) as randomized,
        coalesce(max(case when box = 'RECEIVED' then participants end), 0) as received,
        coalesce(max(case when box = 'NOT_RECEIVED' then participants end), 0) as not_received,
        coalesce(max(case when box = 'COMPLETED' then participants end), 0) as completed,
        coalesce(max(case when box = 'DISCONTINUED' then participants end), 0) as discontinued,
        coalesce(max(case when box = 'ONGOING' then participants end), 0) as ongoing,
        coalesce(max(case when box = 'ANALYSED_ITT' then participants end), 0) as analysed
    from total
),

identities as (
    select 'assessed' as identity, assessed <> excluded + randomized + in_screening as is_broken from boxes
    union all
    select 'randomized' as identity, randomized <> received + not_received as is_broken from boxes
    union all
    select 'received' as identity, received <> completed + discontinued + ongoing as is_broken from boxes
    union all
    select 'analysed' as identity, analysed <> randomized as is_broken from boxes
)

select
    cast(null as string) as participant_id,
    cast(null as string) as visit,
    'rpt_consort' as form,
    cast(null as int) as instance,
    cast(null as string) as field,
    identity as detail_key
from identities
where is_broken
