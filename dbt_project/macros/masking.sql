{#
  Masks: what a release omits, for every participant, until the study reaches a state (seeds masking and study).
  Here: the two ways a mart applies a mask. Not here: the list of masks, and their proof (the last gate has its own floor).
#}

{# Study states in their order. #}
{% macro study_state_rank(state) -%}
    case {{ state }} when 'RUNNING' then 0 when 'FROZEN' then 1 when 'LOCKED' then 2 when 'UNBLINDED' then 3 end
{%- endmacro %}

{% macro masks_in_force(relation, kind, column) -%}
    from {{ ref('masking') }} as mask
    inner join {{ ref('study') }} as protocol on mask.study_id = protocol.study_id
    where mask.study_id = '{{ study_id() }}'
        and mask.relation = '{{ relation }}'
        and mask.mask_kind = '{{ kind }}'
        and mask.column_name = '{{ column }}'
        and {{ study_state_rank('protocol.study_state') }} < {{ study_state_rank('mask.until_study_state') }}
{%- endmacro %}

{# A column of a mart: null while a mask of it is in force. #}
{% macro masked_column(relation, column, expression) -%}
    case
        when (select count(*) {{ masks_in_force(relation, 'column', column) }}) = 0 then {{ expression }}
    end
{%- endmacro %}

{# A condition: the row's value is none that a mask hides. #}
{% macro unmasked_rows(relation, column, expression) -%}
    coalesce({{ expression }}, '') not in (
        select coalesce(mask.masked_value, '') {{ masks_in_force(relation, 'row', column) }}
    )
{%- endmacro %}
