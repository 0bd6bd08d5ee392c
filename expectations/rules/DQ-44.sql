-- an invariant of our own scores: beyond the limit null, never a number
select
    score.participant_id as participant_id,
    score.visit as visit,
    score.instrument as form,
    cast(null as int) as instance,
    score.scale as field,
    cast(null as string) as detail_key
from intermediate.int_instrument_score as score
inner join protocol.instruments as instrument
    on score.instrument = instrument.instrument and score.scale = instrument.scale
where (instrument.method <> 'sum_of_scales' and score.items_missing > instrument.items_missing_max and score.score_prorated is not null)
    or (score.items_missing > 0 and score.score_strict is not null)
    or score.score_prorated not between instrument.score_min and instrument.score_max
