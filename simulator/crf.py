"""The case report forms of the example study, as its REDCap project defines them.

Belongs here: forms and fields, and the dictionary, events and mapping files made from them. Item numbers only, never a questionnaire's
wording. Does not belong here: choices (`codes.py`), visits (`schedule.py`), any value of any participant.
"""

from __future__ import annotations

from dataclasses import dataclass

from simulator.codes import CHOICES, CODES
from simulator.schedule import EVENT_LABELS, EVENT_ORDER, EVENTS, VISITS, designated

TITLE = "KETMBRP-SYN (SYNTHETIC: no participant data)"
MEASURED = "integer", "number"

DICTIONARY_HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,Text Validation Type OR Show Slider Number,'
    "Text Validation Min,Text Validation Max,Identifier?,Branching Logic (Show field only if...),Required Field?,"
    "Custom Alignment,Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation"
)


@dataclass(frozen=True)
class Field:
    """One field: its form, name, kind (text notes partial_date code yesno integer number date time checkbox) and limits.

    `coded`: the protocol allows a missing code in it. `is_amended`: it came with the amendment, and the warehouse's protocol does not know it.
    """

    form: str
    name: str
    kind: str
    label: str
    codes: str = ""
    low: str = ""
    high: str = ""
    required: bool = False
    identifier: bool = False
    coded: bool = False
    is_amended: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The export's columns of the field."""
        if self.kind != "checkbox":
            return (self.name,)
        return tuple(f"{self.name}___{n}" for n in range(1, len(CODES[self.codes]) + 1))


def _field(form: str, spec: str, label: str) -> Field:
    """A field from one line: `name kind[:codes] [low..high] [!] [@] [~] [+]`.

    `!` required, `@` identifier, `~` missing codes allowed, `+` since the amendment.
    """
    name, kind, *rest = spec.split()
    kind, _, codes = kind.partition(":")
    limits = next((r for r in rest if ".." in r), "..").split("..")
    return Field(
        form, name, kind, label, codes, limits[0], limits[1], "!" in rest, "@" in rest, "~" in rest, "+" in rest
    )


def _items(form: str, prefix: str, count: int, codes: str, label: str) -> list[tuple[str, str, str]]:
    return [(form, f"{prefix}_{n:02d} code:{codes} ~", f"{label} item {n}") for n in range(1, count + 1)]


INCLUSION = (
    "Age 21 to 60",
    "Cocaine dependence by DSM-IV",
    "Use on four or more days a month",
    "Seeking treatment",
    "Physically healthy",
)
EXCLUSION = (
    "Other dependence",
    "Psychotic or bipolar disorder",
    "Suicide attempt within two years",
    "Pregnant or nursing",
    "Cardiac disease",
    "Psychotropic medication",
)
SPECS: list[tuple[str, str, str]] = [
    ("screening", "record_id text ! @", "Participant id"),
    ("screening", "synthetic_data integer 1..1 !", "Synthetic data: no participant stands behind this record"),
    ("screening", "site_id text !", "Site"),
    ("screening", "scr_date date !", "Screening date"),
    ("screening", "scr_initials text @", "Initials"),
    ("screening", "icf_date date !", "Date of informed consent"),
    ("screening", "icf_version text !", "Consent version"),
    ("eligibility", "ie_date date !", "Date of eligibility assessment"),
    *(("eligibility", f"ie_inc_{n} yesno:yes_no !", f"Inclusion: {label}") for n, label in enumerate(INCLUSION, 1)),
    *(("eligibility", f"ie_exc_{n} yesno:yes_no !", f"Exclusion: {label}") for n, label in enumerate(EXCLUSION, 1)),
    ("eligibility", "ie_dsm_criteria integer 0..7", "DSM-IV criteria met"),
    ("eligibility", "ie_eligible yesno:yes_no !", "Eligible"),
    ("eligibility", "ie_exclusion_reason code:exclusion_reason", "Reason for exclusion"),
    ("scid", "scd_date date !", "SCID interview date"),
    *(("scid", f"scd_crit_{n} yesno:yes_no !", f"DSM-IV cocaine dependence criterion {n}") for n in range(1, 8)),
    ("demographics", "dm_birth_date date @", "Date of birth"),
    ("demographics", "dm_age integer 18..65 !", "Age at consent"),
    ("demographics", "dm_sex code:sex !", "Sex"),
    ("demographics", "dm_race code:race !", "Race"),
    ("demographics", "dm_ethnicity code:ethnicity !", "Ethnicity"),
    ("demographics", "dm_route code:route !", "Usual route of cocaine use"),
    ("demographics", "dm_height_cm number 130..220 ~", "Height"),
    ("physical", "pe_date date !", "Examination date"),
    ("physical", "pe_sbp integer 70..220 ~", "Systolic pressure"),
    ("physical", "pe_dbp integer 40..130 ~", "Diastolic pressure"),
    ("physical", "pe_hr integer 35..180 ~", "Heart rate"),
    ("physical", "pe_weight_kg number 40..160 ~", "Weight"),
    ("physical", "pe_bmi number 16..45 ~", "Body mass index"),
    ("physical", "pe_pregnancy code:pregnancy", "Pregnancy test"),
    ("medical_history", "mh_term text !", "Condition as reported"),
    ("medical_history", "mh_code text", "Coded condition"),
    ("medical_history", "mh_start partial_date ~", "Start"),
    ("medical_history", "mh_ongoing yesno:yes_no", "Ongoing"),
    ("laboratory", "lb_date date !", "Collection date"),
    ("laboratory", "lb_test code:lab_test !", "Test"),
    ("laboratory", "lb_value number ~", "Result"),
    ("laboratory", "lb_unit text", "Unit"),
    ("laboratory", "lb_low number", "Lower limit of normal"),
    ("laboratory", "lb_high number", "Upper limit of normal"),
    ("visit_status", "vis_attended yesno:yes_no !", "Visit attended"),
    ("visit_status", "vis_date date", "Visit date"),
    ("visit_status", "vis_missed_reason code:missed_reason", "Reason for missed visit"),
    ("visit_status", "vis_mode code:visit_mode +", "How the visit was held"),
    ("admission", "adm_date date !", "Admission date"),
    ("admission", "adm_weight_kg number 40..160 ~", "Weight"),
    ("randomization", "rand_date date !", "Randomization date"),
    ("randomization", "rand_no integer 1..999999 !", "Randomization number"),
    ("randomization", "rand_arm code:arm !", "Arm"),
    ("randomization", "rand_kit text", "Kit"),
    ("infusion", "inf_date date !", "Infusion date"),
    ("infusion", "inf_start time !", "Infusion start"),
    ("infusion", "inf_stop time !", "Infusion stop"),
    ("infusion", "inf_drug code:drug !", "Drug given"),
    ("infusion", "inf_dose_mg number 0..100 !", "Dose"),
    ("infusion", "inf_volume_ml number 1..500", "Volume"),
    ("infusion", "inf_lot text", "Lot"),
    ("infusion", "inf_weight_kg number 40..160", "Weight used for the dose"),
    ("infusion", "inf_completed yesno:yes_no", "Infusion completed"),
    ("infusion", "inf_interrupted_minutes integer 0..60", "Minutes interrupted"),
    ("infusion", "inf_rescue yesno:yes_no", "Rescue medication given"),
    ("infusion_vitals", "iv_timepoint integer -10..120 !", "Minutes from start of infusion"),
    ("infusion_vitals", "iv_time time ~", "Time of measurement"),
    ("infusion_vitals", "iv_sbp integer 70..220 ~", "Systolic pressure"),
    ("infusion_vitals", "iv_dbp integer 40..130 ~", "Diastolic pressure"),
    ("infusion_vitals", "iv_hr integer 35..180 ~", "Heart rate"),
    ("infusion_vitals", "iv_rr integer 6..40 ~", "Respiratory rate"),
    ("infusion_vitals", "iv_spo2 integer 70..100 ~", "Oxygen saturation"),
    ("infusion_vitals", "iv_temp_c number 34..41 ~", "Temperature"),
    ("infusion_vitals", "iv_sedation integer 0..5 ~", "Sedation score"),
    ("cadss", "cd_timepoint integer -10..120 !", "Minutes from start of infusion"),
    ("cadss", "cd_date date !", "CADSS date"),
    *_items("cadss", "cadss", 23, "frequency_0_4", "CADSS"),
    ("discharge", "dis_date date !", "Discharge date"),
    ("discharge", "dis_status code:discharge_status", "Discharge status"),
    ("mbrp_session", "ms_session_no integer 1..8 !", "Session number"),
    ("mbrp_session", "ms_date date", "Session date"),
    ("mbrp_session", "ms_attended yesno:yes_no !", "Attended"),
    ("mbrp_session", "ms_minutes integer 20..150 ~", "Minutes"),
    ("mbrp_session", "ms_therapist text", "Therapist code"),
    ("mbrp_session", "ms_home_practice_days integer 0..7 ~", "Days of home practice in the week before"),
    ("mbrp_session", "ms_fid_rated yesno:yes_no", "Recording rated for fidelity"),
    ("mbrp_session", "ms_fid_rater_1 integer 1..5", "Competence by the first rater"),
    ("mbrp_session", "ms_fid_rater_2 integer 1..5", "Competence by the second rater"),
    ("urine", "ur_done yesno:yes_no !", "Specimen collected"),
    ("urine", "ur_not_done_reason code:not_done_reason", "Reason not collected"),
    ("urine", "ur_date date", "Collection date"),
    ("urine", "ur_specimen_id text", "Specimen id"),
    ("urine", "ur_received_date date ~", "Received by the laboratory"),
    ("urine", "ur_resulted_date date", "Result reported"),
    ("urine", "ur_bze code:urine_result", "Benzoylecgonine"),
    ("urine", "ur_bze_ng_ml number 0..1000000 ~", "Benzoylecgonine quantity"),
    ("urine", "ur_bze_cutoff_ng_ml number 100..500", "Benzoylecgonine cut-off"),
    *(("urine", f"ur_{analyte} code:urine_result", analyte.upper()) for analyte in ("thc", "opi", "amp", "mamp")),
    ("urine", "ur_bzd code:urine_result", "Benzodiazepines"),
    ("urine", "ur_creatinine_mg_dl number 0..500 ~", "Creatinine"),
    ("urine", "ur_specific_gravity number 1.000..1.050 ~", "Specific gravity"),
    ("urine", "ur_ph number 1..14 ~", "pH"),
    ("urine", "ur_nitrite_ug_ml number 0..5000 ~", "Nitrite"),
    ("urine", "ur_temp_f number 90..100 ~", "Temperature"),
    ("urine", "ur_validity code:urine_validity", "Validity as recorded"),
    ("tlfb", "tl_day date !", "Calendar day"),
    ("tlfb", "tl_substance code:substance !", "Substance"),
    ("tlfb", "tl_used code:used !", "Used"),
    ("tlfb", "tl_usd number 0..1000 ~", "Amount spent"),
    ("tlfb", "tl_grams number 0..15 ~", "Amount"),
    ("tlfb", "tl_route code:route", "Route"),
    ("tlfb", "tl_interview_date date !", "Interview date"),
    ("tlfb", "tl_interviewer text", "Interviewer code"),
    ("tlfb", "tl_controlled_env yesno:yes_no !", "Controlled environment"),
    ("craving", "cr_date date !", "Craving date"),
    ("craving", "cr_vas_mm number 0..100 ~", "Craving"),
    ("ffmq", "ffmq_date date !", "FFMQ date"),
    *_items("ffmq", "ffmq", 39, "agree_1_5", "FFMQ"),
    ("pss", "pss_date date !", "PSS date"),
    *_items("pss", "pss", 10, "frequency_0_4", "PSS"),
    ("pss", "pss_total integer 0..40", "PSS total as calculated by the form"),
    ("cssrs", "cs_date date !", "C-SSRS date"),
    *(("cssrs", f"cs_idea_{n} yesno:yes_no", f"C-SSRS ideation item {n}") for n in range(1, 6)),
    ("cssrs", "cs_behaviour yesno:yes_no", "C-SSRS suicidal behaviour"),
    ("cssrs", "cs_safety_form yesno:yes_no", "Safety form completed on the day"),
    ("adverse_event", "ae_term text !", "Event as reported"),
    ("adverse_event", "ae_code text", "Coded term"),
    ("adverse_event", "ae_start partial_date ~", "Start"),
    ("adverse_event", "ae_end partial_date ~", "End"),
    ("adverse_event", "ae_severity code:severity", "Severity"),
    ("adverse_event", "ae_serious yesno:yes_no", "Serious"),
    ("adverse_event", "ae_seriousness checkbox:seriousness", "Seriousness criteria"),
    ("adverse_event", "ae_relation code:relation", "Relation to study drug"),
    ("adverse_event", "ae_action code:ae_action", "Action taken"),
    ("adverse_event", "ae_outcome code:ae_outcome", "Outcome"),
    ("adverse_event", "ae_aware_date date", "Site became aware"),
    ("adverse_event", "ae_reported_date date", "Reported to the sponsor"),
    ("adverse_event", "ae_dictionary text", "Dictionary version"),
    ("adverse_event", "ae_narrative notes", "Narrative"),
    ("con_med", "cm_name text !", "Medication as reported"),
    ("con_med", "cm_code text", "Coded medication"),
    ("con_med", "cm_class code:medication_class", "Class"),
    ("con_med", "cm_start partial_date ~", "Start"),
    ("con_med", "cm_end partial_date ~", "End"),
    ("con_med", "cm_indication text", "Indication"),
    ("con_med", "cm_dictionary text", "Dictionary version"),
    ("deviation", "dv_category code:deviation_category !", "Category"),
    ("deviation", "dv_major yesno:yes_no", "Major"),
    ("deviation", "dv_date date", "Date"),
    ("deviation", "dv_description notes", "Description"),
    ("disposition", "ds_date date !", "End-of-trial date"),
    ("disposition", "ds_status code:disposition_status !", "Status"),
    ("disposition", "ds_reason code:disposition_reason", "Reason"),
    ("disposition", "ds_consent_withdrawn yesno:yes_no", "Consent withdrawn"),
    ("disposition", "ds_death_date date", "Date of death"),
    ("followup", "fu_reached yesno:yes_no !", "Reached"),
    ("followup", "fu_date date", "Interview date"),
    ("followup", "fu_abstinent yesno:yes_no", "Abstinent by self-report"),
    ("followup", "fu_lookback_days integer 1..180", "Look-back of the interview"),
]
FIELDS = tuple(_field(*spec) for spec in SPECS)
# in the dictionary's order
FORMS = tuple(dict.fromkeys(field.form for field in FIELDS))
# answered by the participant on a screen: the export carries a time stamp for them
SURVEYS = frozenset(("ffmq", "pss"))
REPEATING = frozenset(
    ("medical_history", "laboratory", "infusion_vitals", "cadss", "tlfb", "adverse_event", "con_med", "deviation")
)

EVENTS_HEADER = ("event_name", "arm_num", "unique_event_name", "custom_event_label")
MAPPING_HEADER = ("arm_num", "unique_event_name", "form")
VALIDATION = {"integer": "integer", "number": "number", "date": "date_ymd", "time": "time"}


def fields(amended: bool) -> tuple[Field, ...]:
    """The fields of one version of the project."""
    return tuple(field for field in FIELDS if amended or not field.is_amended)


def dictionary_rows(amended: bool) -> list[list[str]]:
    """The data dictionary's rows: 18 columns, as a REDCap project downloads it."""
    return [_dictionary_row(field, amended) for field in fields(amended)]


def _dictionary_row(field: Field, amended: bool) -> list[str]:
    kind = {"code": "radio", "yesno": "yesno", "checkbox": "checkbox", "notes": "notes"}.get(field.kind, "text")
    choices = CHOICES[field.codes] if field.kind in ("code", "checkbox") else ""
    if field.name == "vis_missed_reason" and not amended:
        choices = choices.rpartition(" | ")[0]
    note = "Clinic’s own record – not a participant’s" if field.name == "synthetic_data" else ""
    marks = ("y" if field.identifier else "", "", "y" if field.required else "")
    head = [field.name, field.form, "", kind, field.label, choices, note, VALIDATION.get(field.kind, "")]
    return [*head, field.low, field.high, *marks, "", "", "", "", ""]


def event_rows() -> list[list[str]]:
    """The events file's rows."""
    return [[EVENT_LABELS[visit], "1", EVENTS[visit], ""] for visit in (*VISITS, "LOG")]


def mapping_rows() -> list[list[str]]:
    """The instrument-event mapping's rows, by event."""
    return [["1", event, form] for event in EVENT_ORDER for form in FORMS if event in designated(form)]
