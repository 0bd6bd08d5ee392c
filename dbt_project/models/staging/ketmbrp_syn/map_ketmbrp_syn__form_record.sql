-- One row a form row of staging, touched (received) or not: which form, when, and why it holds no assessment.
{%- set forms = [
    ('screening', 'scr_date', 'null'), ('eligibility', 'ie_date', 'null'), ('scid', 'scd_date', 'null'),
    ('demographics', 'null', 'null'), ('physical', 'pe_date', 'null'), ('medical_history', 'null', 'null'),
    ('laboratory', 'lb_date', 'null'),
    ('visit_status', 'vis_date', 'vis_missed_reason'), ('admission', 'adm_date', 'null'),
    ('randomization', 'rand_date', 'null'), ('infusion', 'inf_date', 'null'), ('infusion_vitals', 'null', 'null'),
    ('cadss', 'cd_date', 'null'), ('discharge', 'dis_date', 'null'), ('mbrp_session', 'ms_date', 'null'),
    ('urine', 'ur_date', 'ur_not_done_reason'), ('tlfb', 'tl_interview_date', 'null'), ('craving', 'cr_date', 'null'),
    ('ffmq', 'ffmq_date', 'null'), ('pss', 'pss_date', 'null'), ('cssrs', 'cs_date', 'null'),
    ('adverse_event', 'null', 'null'),
    ('con_med', 'null', 'null'), ('deviation', 'dv_date', 'null'), ('disposition', 'ds_date', 'null'),
    ('followup', 'fu_date', 'null'),
] %}
with

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

form_rows as (
    {%- for form, date, reason in forms %}
    select
        study_id, participant_id, visit, '{{ form }}' as form, repeat_instance as instance, is_touched as is_received,
        cast({{ reason }} as string) as not_done_reason, cast({{ date }} as date) as form_date
    from {{ ref('stg_ketmbrp_syn__' ~ form) }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

final as (
    select
        form_rows.*,
        {{ pday('form_rows.form_date', 'participant.reference_date') }} as form_pday
    from form_rows
    left join participant on form_rows.participant_id = participant.participant_id
)

{{ as_entity('form_record', 'final') }}
