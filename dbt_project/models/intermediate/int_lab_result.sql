-- One row a visit, test and collection date; reported twice: the lower value, so that the choice depends on the data
-- only. A result without a collection date has no place on the protocol's clock; it stays in the map.
with

final as (
    select *
    from {{ mapped('lab_result') }}
    where collected_date is not null and visit is not null
    qualify
        row_number() over (
            partition by participant_id, visit, test, collected_date
            order by
                value asc nulls last, value_text asc nulls last, unit asc nulls last,
                normal_low asc nulls last, normal_high asc nulls last
        ) = 1
)

select * from final
