{# Names: schemas are used as written, a study is a target. #}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{% macro study_id() -%}
    {{ target.name }}
{%- endmacro %}
