-- One row a visit, time point and test. Measured twice: the lower value, so that the choice depends on the data only;
-- both stay visible in the map.
with

final as (
    select *
    from {{ mapped('vital_sign') }}
    where timepoint_minutes is not null
    qualify
        row_number() over (
            partition by participant_id, visit, timepoint_minutes, test order by value asc nulls last
        ) = 1
)

select * from final
