-- One row a screened participant. The forms read here are filled once, at one scheduled visit each, so a touched
-- row at a scheduled visit is the participant's only one (staging has set duplicates aside).
with

screening as (
    select * from {{ ref('stg_ketmbrp_syn__screening') }} where is_touched and visit is not null
),

eligibility as (
    select * from {{ ref('stg_ketmbrp_syn__eligibility') }} where is_touched and visit is not null
),

demographics as (
    select * from {{ ref('stg_ketmbrp_syn__demographics') }} where is_touched and visit is not null
),

admission as (
    select * from {{ ref('stg_ketmbrp_syn__admission') }} where is_touched and visit is not null
),

discharge as (
    select * from {{ ref('stg_ketmbrp_syn__discharge') }} where is_touched and visit is not null
),

final as (
    select
        screening.study_id,
        screening.participant_id,
        screening.site_id,
        screening.scr_date as screening_date,
        screening.icf_date as consent_date,
        screening.icf_version as consent_version,
        demographics.dm_birth_date as birth_date,
        demographics.dm_age as age_years,
        demographics.dm_sex as sex,
        demographics.dm_race as race,
        demographics.dm_ethnicity as ethnicity,
        demographics.dm_route as route_of_use,
        eligibility.ie_eligible as is_eligible,
        eligibility.ie_exclusion_reason as exclusion_reason,
        demographics.dm_height_cm as height_cm,
        admission.adm_weight_kg as weight_kg,
        admission.adm_date as reference_date,
        admission.adm_date as admission_date,
        discharge.dis_date as discharge_date,
        {{ pday('screening.scr_date', 'admission.adm_date') }} as screening_pday,
        {{ pday('screening.icf_date', 'admission.adm_date') }} as consent_pday,
        {{ pday('admission.adm_date', 'admission.adm_date') }} as admission_pday,
        {{ pday('discharge.dis_date', 'admission.adm_date') }} as discharge_pday
    from screening
    left join eligibility on screening.participant_id = eligibility.participant_id
    left join demographics on screening.participant_id = demographics.participant_id
    left join admission on screening.participant_id = admission.participant_id
    left join discharge on screening.participant_id = discharge.participant_id
)

{{ as_entity('participant', 'final') }}
