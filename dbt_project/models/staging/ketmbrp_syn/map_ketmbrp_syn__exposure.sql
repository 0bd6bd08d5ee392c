-- One row a filled infusion form. Clock times belong to the infusion's date.
with

infusion as (
    select * from {{ ref('stg_ketmbrp_syn__infusion') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

final as (
    select
        infusion.study_id,
        infusion.participant_id,
        row_number() over (
            partition by infusion.participant_id
            order by
                infusion.inf_date asc nulls last, infusion.inf_start asc nulls last,
                infusion.event_name asc nulls last, infusion.repeat_instance asc nulls first
        ) as infusion_no,
        infusion.inf_date as infusion_date,
        {{ pday('infusion.inf_date', 'participant.reference_date') }} as infusion_pday,
        {{ to_ts("(cast(infusion.inf_date as string) || ' ' || infusion.inf_start)") }} as start_at,
        {{ to_ts("(cast(infusion.inf_date as string) || ' ' || infusion.inf_stop)") }} as stop_at,
        infusion.inf_drug as drug_code,
        infusion.inf_dose_mg as dose_mg,
        infusion.inf_volume_ml as volume_ml,
        infusion.inf_weight_kg as weight_kg,
        infusion.inf_lot as lot_code,
        infusion.inf_completed as is_completed,
        infusion.inf_interrupted_minutes as interrupted_minutes,
        infusion.inf_rescue as is_rescue_given
    from infusion
    left join participant on infusion.participant_id = participant.participant_id
)

{{ as_entity('exposure', 'final') }}
