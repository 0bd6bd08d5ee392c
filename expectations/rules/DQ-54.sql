select
    participant_id as participant_id,
    visit as visit,
    'tlfb' as form,
    interview_no as instance,
    'tl_used' as field,
    cast(null as string) as detail_key
from mapped_self_report_day
where (used = 'N' and (coalesce(amount_usd, 0) <> 0 or coalesce(amount_grams, 0) <> 0 or route is not null))
    or (used = 'Y' and (route is null or amount_usd is null or amount_usd < 0))
