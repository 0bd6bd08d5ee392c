-- Laboratory values other than urine toxicology are not collected in this study.
{{ not_collected('lab_result') }}
