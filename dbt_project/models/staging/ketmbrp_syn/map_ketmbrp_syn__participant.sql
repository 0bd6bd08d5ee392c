-- One row a screened participant. The forms read here are filled once, at one scheduled visit each, so a touched
-- row at a scheduled visit is the participant's only one (staging has set duplicates aside). Whoever fails a criterion
-- is not eligible, whatever the form concludes.
with

screening as (
    select * from {{ ref('stg_ketmbrp_syn__screening') }} where is_touched and visit is not null
),

eligibility as (
    select * from {{ ref('stg_ketmbrp_syn__eligibility') }} where is_touched and visit is not null
),

assessed as (
    select
        participant_id,
        ie_exclusion_reason,
        case
            when not (ie_inc_1 and ie_inc_2 and ie_inc_3 and ie_inc_4 and ie_inc_5) then false
            when ie_exc_1 or ie_exc_2 or ie_exc_3 or ie_exc_4 or ie_exc_5 or ie_exc_6 then false
            else ie_eligible
        end as is_eligible
    from eligibility
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
        assessed.is_eligible,
        assessed.ie_exclusion_reason as exclusion_reason,
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
    left join assessed on screening.participant_id = assessed.participant_id
    left join demographics on screening.participant_id = demographics.participant_id
    left join admission on screening.participant_id = admission.participant_id
    left join discharge on screening.participant_id = discharge.participant_id
)

{{ as_entity('participant', 'final') }}
