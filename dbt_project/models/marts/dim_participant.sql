-- Everybody screened. Baseline: the baseline_days before the reference day; the arm stays null until unblinding, the
-- dummy arm is a keyed hash that knows nothing of it.
with

participant as (
    select * from {{ ref('int_participant') }}
),

enrollment as (
    select * from {{ ref('int_enrollment') }}
),

study as (
    select * from {{ ref('study') }} where study_id = '{{ study_id() }}'
),

randomization as (
    select * from {{ ref('int_randomization') }} where randomization_seq = 1
),

baseline as (
    select
        day.participant_id,
        cast(count(case when day.used = 'Y' then 1 end) as int) as baseline_use_days
    from {{ ref('int_self_report_day') }} as day
    inner join study on day.substance = study.urine_substance
    where day.day_pday between study.reference_pday - study.baseline_days and study.reference_pday - 1
    group by day.participant_id
),

final as (
    select
        participant.study_id,
        participant.participant_id,
        participant.site_id,
        cast(least(participant.age_years, study.age_top_code) as int) as age_years,
        participant.sex,
        participant.race,
        participant.ethnicity,
        participant.route_of_use,
        baseline.baseline_use_days,
        participant.is_randomized,
        participant.is_treated,
        enrollment.is_completer,
        {{ masked_column('dim_participant', 'arm', 'randomization.arm_code') }} as arm,
        case when participant.is_randomized then participant.arm_dummy end as arm_dummy
    from participant
    cross join study
    left join enrollment on participant.participant_id = enrollment.participant_id
    left join randomization on participant.participant_id = randomization.participant_id
    left join baseline on participant.participant_id = baseline.participant_id
)

select * from final
