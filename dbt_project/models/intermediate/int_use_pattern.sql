-- The urine record of a randomized participant as a word, one character a unit of time (slot or week):
-- + counted positive, - counted negative, * both or neither counted, o none although due, _ not yet due.
-- The baseline word has one character for each urine planned before the infusion, by the visit it was recorded at.
with

participant as (
    select * from {{ ref('int_participant') }} where is_randomized
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

substances as (
    select * from (values ('COCAINE', 'BZE'), ('BENZODIAZEPINE', 'BZD')) as listed (substance, analyte)
),

urine as (
    select * from {{ ref('int_urine_result') }} where result <> 'ND'
),

baseline_visits as (
    select visits.visit, visits.position
    from {{ ref('schedule') }} as schedule
    inner join visits on schedule.visit = visits.visit
    where schedule.study_id = '{{ study_id() }}' and schedule.form = 'urine'
        and coalesce(visits.window_last_pday < {{ study_parameter('infusion_pday') }}, true)
),

units as (
    select 'slot' as unit, position, cast(null as string) as visit, window_first_pday as first_pday, window_last_pday as last_pday
    from visits
    where slot is not null
    union all
    select
        'week' as unit, min(position) as position, cast(null as string) as visit,
        min(window_first_pday) as first_pday, max(window_last_pday) as last_pday
    from visits
    where week is not null
    group by week
    union all
    select 'baseline' as unit, position, visit, null as first_pday, null as last_pday
    from baseline_visits
),

placed as (
    select urine.*, units.unit, units.position
    from urine
    inner join units on urine.visit = units.visit
    union all
    select urine.*, units.unit, units.position
    from urine
    inner join units on urine.collected_pday between units.first_pday and units.last_pday
),

counted as (
    select
        participant_id,
        analyte,
        unit,
        position,
        count(case when is_counted_positive then 1 end) as positives,
        count(case when is_counted_negative then 1 end) as negatives
    from placed
    group by participant_id, analyte, unit, position
),

characters as (
    select
        participant.study_id,
        participant.participant_id,
        substances.substance,
        units.unit,
        units.position,
        case
            when not (units.unit = 'baseline' or coalesce(units.last_pday < participant.export_pday, false)) then '_'
            when counted.participant_id is null then 'o'
            when counted.positives > 0 and counted.negatives = 0 then '+'
            when counted.negatives > 0 and counted.positives = 0 then '-'
            else '*'
        end as symbol
    from participant
    cross join substances
    cross join units
    left join counted
        on participant.participant_id = counted.participant_id
        and substances.analyte = counted.analyte
        and units.unit = counted.unit
        and units.position = counted.position
),

words as (
    select
        study_id,
        participant_id,
        substance,
        unit,
        {{ str_agg('symbol', '', 'position') }} as word
    from characters
    group by study_id, participant_id, substance, unit
),

final as (
    select
        words.study_id,
        words.participant_id,
        'uds' as rule,
        words.substance,
        words.unit,
        baseline.word as baseline_word,
        words.word
    from words
    left join words as baseline
        on words.participant_id = baseline.participant_id
        and words.substance = baseline.substance
        and baseline.unit = 'baseline'
    where words.unit <> 'baseline'
)

select * from final
