-- Every randomized participant in every assessment week: the week's questionnaires, days of use and urine. A score that is
-- missing says why: NOT_DUE, NO_VISIT (the week's visit was not kept), NOT_DONE (kept, no questionnaire), ITEMS_MISSING.
with

week as (
    select * from {{ ref('int_week') }}
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}' and week is not null
),

score as (
    select
        score.participant_id,
        visits.week,
        score.instrument,
        score.scale,
        score.score_prorated,
        score.is_prorated,
        row_number() over (
            partition by score.participant_id, visits.week, score.instrument, score.scale
            order by visits.position asc nulls last
        ) as nth
    from {{ ref('int_instrument_score') }} as score
    inner join visits on score.visit = visits.visit
),

scores as (
    select
        participant_id,
        week,
        max(case when instrument = 'CRAVING_VAS' then score_prorated end) as craving_vas_mm,
        max(case when instrument = 'CRAVING_VAS' then 1 end) as has_craving,
        max(case when instrument = 'FFMQ39' and scale = 'observe' then score_prorated end) as ffmq_observe,
        max(case when instrument = 'FFMQ39' and scale = 'describe' then score_prorated end) as ffmq_describe,
        max(case when instrument = 'FFMQ39' and scale = 'act_aware' then score_prorated end) as ffmq_act_aware,
        max(case when instrument = 'FFMQ39' and scale = 'nonjudge' then score_prorated end) as ffmq_nonjudge,
        max(case when instrument = 'FFMQ39' and scale = 'nonreact' then score_prorated end) as ffmq_nonreact,
        max(case when instrument = 'FFMQ39' and scale = 'total' then score_prorated end) as ffmq_total,
        bool_or(case when instrument = 'FFMQ39' and scale = 'total' then is_prorated end) as is_ffmq_prorated,
        max(case when instrument = 'FFMQ39' then 1 end) as has_ffmq,
        max(case when instrument = 'PSS10' then score_prorated end) as pss_total,
        bool_or(case when instrument = 'PSS10' then is_prorated end) as is_pss_prorated,
        max(case when instrument = 'PSS10' then 1 end) as has_pss
    from score
    where nth = 1
    group by participant_id, week
),

kept as (
    select
        visit.participant_id,
        visits.week
    from {{ ref('int_visit') }} as visit
    inner join visits on visit.visit = visits.visit
    where visit.is_attended
    group by visit.participant_id, visits.week
),

joined as (
    select
        week.*,
        scores.craving_vas_mm,
        scores.has_craving,
        scores.ffmq_observe,
        scores.ffmq_describe,
        scores.ffmq_act_aware,
        scores.ffmq_nonjudge,
        scores.ffmq_nonreact,
        scores.ffmq_total,
        scores.is_ffmq_prorated,
        scores.has_ffmq,
        scores.pss_total,
        scores.is_pss_prorated,
        scores.has_pss,
        case
            when not week.is_due then 'NOT_DUE'
            when kept.participant_id is null then 'NO_VISIT'
            else 'NOT_DONE'
        end as absence
    from week
    left join scores on week.participant_id = scores.participant_id and week.week = scores.week
    left join kept on week.participant_id = kept.participant_id and week.week = kept.week
),

final as (
    select
        study_id,
        participant_id,
        week,
        is_due,
        craving_vas_mm,
        case when craving_vas_mm is null then case when has_craving = 1 then 'ITEMS_MISSING' else absence end end
            as craving_missing_reason,
        ffmq_observe,
        ffmq_describe,
        ffmq_act_aware,
        ffmq_nonjudge,
        ffmq_nonreact,
        ffmq_total,
        case when ffmq_total is not null then is_ffmq_prorated end as is_ffmq_prorated,
        case when ffmq_total is null then case when has_ffmq = 1 then 'ITEMS_MISSING' else absence end end
            as ffmq_missing_reason,
        pss_total,
        case when pss_total is not null then is_pss_prorated end as is_pss_prorated,
        case when pss_total is null then case when has_pss = 1 then 'ITEMS_MISSING' else absence end end
            as pss_missing_reason,
        days_covered,
        days_of_use,
        urine_verdict,
        is_abstinent_week
    from joined
)

select * from final
