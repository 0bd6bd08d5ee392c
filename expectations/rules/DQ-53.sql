select
    participant_id as participant_id,
    visit as visit,
    'tlfb' as form,
    interview_no as instance,
    'tl_day' as field,
    cast(null as string) as detail_key
from mapped_self_report_day
where day_date > interview_date - 1
    or (cast(interview_date - day_date as int) > 45 and coalesce(visit, '') not in ('SCR', 'P1', 'M6'))
