-- Which record stands behind a participant id.
with

participant_key as (
    select * from {{ source('raw', 'participant_key') }}
),

final as (
    select
        '{{ study_id() }}' as study_id,
        participant_id,
        record_id
    from participant_key
)

select * from final
