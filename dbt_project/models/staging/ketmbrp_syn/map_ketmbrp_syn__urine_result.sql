-- One row a collected specimen and analyte. Collected: the form says so, or says nothing but gives a date.
-- Only benzoylecgonine is quantified.
with

urine as (
    select *
    from {{ ref('stg_ketmbrp_syn__urine') }}
    where is_touched and coalesce(ur_done, ur_date is not null)
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

visits as (
    select * from {{ ref('visits') }} where study_id = '{{ study_id() }}'
),

specimens as (
    select
        urine.*,
        row_number() over (
            partition by urine.participant_id
            order by
                urine.ur_date asc nulls last, visits.position asc nulls last, urine.event_name asc nulls last,
                urine.repeat_instance asc nulls first
        ) as specimen_no
    from urine
    left join visits on urine.visit = visits.visit
),

analytes as (
    select * from (values ('BZE'), ('THC'), ('OPI'), ('AMP'), ('MAMP'), ('BZD')) as listed (analyte)
),

final as (
    select
        specimens.study_id,
        specimens.participant_id,
        specimens.specimen_no,
        specimens.ur_specimen_id as specimen_id,
        specimens.visit,
        specimens.ur_date as collected_date,
        {{ pday('specimens.ur_date', 'participant.reference_date') }} as collected_pday,
        analytes.analyte,
        case analytes.analyte
            when 'BZE' then specimens.ur_bze
            when 'THC' then specimens.ur_thc
            when 'OPI' then specimens.ur_opi
            when 'AMP' then specimens.ur_amp
            when 'MAMP' then specimens.ur_mamp
            when 'BZD' then specimens.ur_bzd
        end as result,
        case when analytes.analyte = 'BZE' then specimens.ur_bze_ng_ml end as quantity_ng_ml,
        case when analytes.analyte = 'BZE' then specimens.ur_bze_cutoff_ng_ml end as cutoff_ng_ml,
        specimens.ur_validity as validity_recorded,
        specimens.ur_creatinine_mg_dl as creatinine_mg_dl,
        specimens.ur_specific_gravity as specific_gravity,
        specimens.ur_ph as ph,
        specimens.ur_nitrite_ug_ml as nitrite_ug_ml,
        specimens.ur_temp_f as temperature_f
    from specimens
    cross join analytes
    left join participant on specimens.participant_id = participant.participant_id
)

{{ as_entity('urine_result', 'final') }}
