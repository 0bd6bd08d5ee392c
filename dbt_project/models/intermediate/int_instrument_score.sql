-- Scores by joining answers to the key (instrument_items): a reversed item counts min + max - answer, an answer outside
-- the item's range is none. Strict: all items answered. Prorated: mean of the answered items times their number, when
-- no more are missing than the scale allows; never rounded. A scale of the highest item is the number of the highest item
-- with points, 0 when none has any, and is never prorated. A total of scales exists when every scale's score does.
with

answer_given as (
    select * from {{ ref('int_instrument_response') }}
),

items as (
    select * from {{ ref('instrument_items') }}
),

scales as (
    select * from {{ ref('instruments') }}
),

answers as (
    select
        answer_given.study_id,
        answer_given.participant_id,
        answer_given.visit,
        answer_given.instrument,
        items.scale,
        answer_given.item,
        answer_given.assessment_pday,
        case
            when answer_given.response not between items.item_min and items.item_max then null
            when items.is_reversed then items.item_min + items.item_max - answer_given.response
            else answer_given.response
        end as points
    from answer_given
    inner join items on answer_given.instrument = items.instrument and answer_given.item = items.item
),

summed as (
    select
        answers.study_id,
        answers.participant_id,
        answers.visit,
        answers.instrument,
        answers.scale,
        min(answers.assessment_pday) as assessment_pday,
        scales.method,
        scales.items,
        scales.items_missing_max,
        scales.items - cast(count(answers.points) as int) as items_missing,
        cast(count(answers.points) as int) as items_answered,
        case
            when scales.method = 'sum' then sum(answers.points)
            else cast(max(case when answers.points > 0 then answers.item else 0 end) as double)
        end as points
    from answers
    inner join scales on answers.instrument = scales.instrument and answers.scale = scales.scale
    where scales.method in ('sum', 'highest_item')
    group by
        answers.study_id, answers.participant_id, answers.visit, answers.instrument, answers.scale,
        scales.method, scales.items, scales.items_missing_max
),

scored as (
    select
        *,
        case when items_missing = 0 then points end as score_strict,
        case
            when items_missing = 0 then points
            when method = 'sum' and items_missing <= items_missing_max then {{ div('points * items', 'items_answered') }}
        end as score_prorated
    from summed
),

totals as (
    select
        scored.study_id,
        scored.participant_id,
        scored.visit,
        scored.instrument,
        total.scale,
        min(scored.assessment_pday) as assessment_pday,
        total.items,
        -- items of a scale without any answer are missing as well
        cast(total.items - sum(scored.items_answered) as int) as items_missing,
        case when sum(scored.items_answered) = total.items then sum(scored.score_strict) end as score_strict,
        -- added up as decimals: the order of rows must not show in the last digit of a double
        case
            when sum(case when scored.score_prorated is not null then scored.items end) = total.items
                then cast(sum(cast(scored.score_prorated as decimal(38, 15))) as double)
        end as score_prorated
    from scored
    inner join scales as total on scored.instrument = total.instrument and total.method = 'sum_of_scales'
    group by
        scored.study_id, scored.participant_id, scored.visit, scored.instrument, total.scale, total.items
),

united as (
    select
        study_id, participant_id, visit, instrument, scale, assessment_pday, items, items_missing,
        score_strict, score_prorated
    from scored
    union all
    select
        study_id, participant_id, visit, instrument, scale, assessment_pday, items, items_missing,
        score_strict, score_prorated
    from totals
),

final as (
    select
        *,
        case when score_prorated is not null then items_missing > 0 end as is_prorated
    from united
)

select * from final
