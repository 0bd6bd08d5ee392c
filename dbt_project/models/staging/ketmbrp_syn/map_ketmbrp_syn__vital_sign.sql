-- One row a measured vital sign: the infusion's monitoring sheet, one test a row; what was not measured has none.
with

infusion_vitals as (
    select * from {{ ref('stg_ketmbrp_syn__infusion_vitals') }} where is_touched
),

tests as (
    select *
    from (
        values
        ('SYSBP', 'mmHg'),
        ('DIABP', 'mmHg'),
        ('HR', '1/min'),
        ('RESP', '1/min'),
        ('OXYSAT', '%'),
        ('TEMP', 'C'),
        ('SEDATION', cast(null as string))
    ) as listed (test, unit)
),

measured as (
    select
        infusion_vitals.study_id,
        infusion_vitals.participant_id,
        coalesce(infusion_vitals.visit, 'UNS') as visit,
        infusion_vitals.iv_timepoint as timepoint_minutes,
        tests.test,
        tests.unit,
        case tests.test
            when 'SYSBP' then cast(infusion_vitals.iv_sbp as double)
            when 'DIABP' then cast(infusion_vitals.iv_dbp as double)
            when 'HR' then cast(infusion_vitals.iv_hr as double)
            when 'RESP' then cast(infusion_vitals.iv_rr as double)
            when 'OXYSAT' then cast(infusion_vitals.iv_spo2 as double)
            when 'TEMP' then infusion_vitals.iv_temp_c
            when 'SEDATION' then cast(infusion_vitals.iv_sedation as double)
        end as value
    from infusion_vitals
    cross join tests
),

final as (
    select * from measured where value is not null
)

{{ as_entity('vital_sign', 'final') }}
