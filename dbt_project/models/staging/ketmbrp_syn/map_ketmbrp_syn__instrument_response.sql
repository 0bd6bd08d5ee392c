-- One row an item of every received questionnaire or interview. The CADSS's time points of the infusion day are visits
-- of the protocol. Of the C-SSRS, items 1 to 5 are ideation and item 6 is behaviour; yes is 1 and no is 0. A second
-- questionnaire of one instrument at one visit stays visible as assessment 2.
with

ffmq as (
    select * from {{ ref('stg_ketmbrp_syn__ffmq') }} where is_touched
),

pss as (
    select * from {{ ref('stg_ketmbrp_syn__pss') }} where is_touched
),

cadss as (
    select * from {{ ref('stg_ketmbrp_syn__cadss') }} where is_touched
),

craving as (
    select * from {{ ref('stg_ketmbrp_syn__craving') }} where is_touched
),

cssrs as (
    select
        study_id, participant_id, event_name, repeat_instance, visit, cs_date,
        cast(cs_idea_1 as int) as cssrs_01, cs_idea_1__missing as cssrs_01__missing,
        cast(cs_idea_2 as int) as cssrs_02, cs_idea_2__missing as cssrs_02__missing,
        cast(cs_idea_3 as int) as cssrs_03, cs_idea_3__missing as cssrs_03__missing,
        cast(cs_idea_4 as int) as cssrs_04, cs_idea_4__missing as cssrs_04__missing,
        cast(cs_idea_5 as int) as cssrs_05, cs_idea_5__missing as cssrs_05__missing,
        cast(cs_behaviour as int) as cssrs_06, cs_behaviour__missing as cssrs_06__missing
    from {{ ref('stg_ketmbrp_syn__cssrs') }}
    where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

ffmq_items as (
    {{ item_rows('ffmq', 'ffmq', 39) }}
),

pss_items as (
    {{ item_rows('pss', 'pss', 10) }}
),

cadss_items as (
    {{ item_rows('cadss', 'cadss', 23) }}
),

cssrs_items as (
    {{ item_rows('cssrs', 'cssrs', 6) }}
),

answers as (
    select
        study_id, participant_id, event_name, repeat_instance, coalesce(visit, 'UNS') as visit,
        'FFMQ39' as instrument, ffmq_date as assessment_date, item, {{ to_num('response') }} as response, missing_reason
    from ffmq_items
    union all
    select
        study_id, participant_id, event_name, repeat_instance, coalesce(visit, 'UNS') as visit,
        'PSS10' as instrument, pss_date as assessment_date, item, {{ to_num('response') }} as response, missing_reason
    from pss_items
    union all
    select
        study_id, participant_id, event_name, repeat_instance,
        coalesce(visit, 'UNS')
        || case when cd_timepoint <= 0 then '_PRE' else '_T' || coalesce(cast(cd_timepoint as string), '') end as visit,
        'CADSS23' as instrument, cd_date as assessment_date, item, {{ to_num('response') }} as response, missing_reason
    from cadss_items
    union all
    select
        study_id, participant_id, event_name, repeat_instance, coalesce(visit, 'UNS') as visit,
        'CSSRS' as instrument, cs_date as assessment_date, item, cast(response as double) as response, missing_reason
    from cssrs_items
    union all
    select
        study_id, participant_id, event_name, repeat_instance, coalesce(visit, 'UNS') as visit,
        'CRAVING_VAS' as instrument, cr_date as assessment_date, 1 as item, cr_vas_mm as response,
        cr_vas_mm__missing as missing_reason
    from craving
),

final as (
    select
        answers.study_id,
        answers.participant_id,
        answers.visit,
        answers.instrument,
        answers.item,
        answers.response,
        answers.missing_reason,
        answers.assessment_date,
        {{ pday('answers.assessment_date', 'participant.reference_date') }} as assessment_pday,
        row_number() over (
            partition by answers.participant_id, answers.visit, answers.instrument, answers.item
            order by
                answers.assessment_date asc nulls last, answers.event_name asc nulls last,
                answers.repeat_instance asc nulls first
        ) as assessment_no
    from answers
    left join participant on answers.participant_id = participant.participant_id
)

{{ as_entity('instrument_response', 'final') }}
