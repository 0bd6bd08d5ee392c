-- One row a filled MBRP session form, attended or not, under the session number written on it.
with

mbrp_session as (
    select * from {{ ref('stg_ketmbrp_syn__mbrp_session') }} where is_touched
),

participant as (
    select * from {{ ref('map_ketmbrp_syn__participant') }}
),

final as (
    select
        mbrp_session.study_id,
        mbrp_session.participant_id,
        mbrp_session.ms_session_no as session_no,
        mbrp_session.visit,
        mbrp_session.ms_date as session_date,
        {{ pday('mbrp_session.ms_date', 'participant.reference_date') }} as session_pday,
        mbrp_session.ms_attended as is_attended,
        mbrp_session.ms_minutes as minutes,
        mbrp_session.ms_therapist as therapist_code,
        mbrp_session.ms_home_practice_days as home_practice_days
    from mbrp_session
    left join participant on mbrp_session.participant_id = participant.participant_id
)

{{ as_entity('session', 'final') }}
