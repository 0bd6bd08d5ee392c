"""The code lists of the example study, as its REDCap project defines them: code and label of every choice.

Belongs here: choices. Does not belong here: which field uses them (`crf.py`).
"""

from __future__ import annotations

from collections.abc import Sequence

YES_NO = "1, Yes | 0, No"
CODES: dict[str, Sequence[str]] = {
    "sex": ("Male", "Female", "Unknown", "Intersex"),
    "race": (
        "American Indian or Alaska Native",
        "Asian",
        "Black or African American",
        "Native Hawaiian or other Pacific Islander",
        "White",
        "More than one",
        "Other",
        "Unknown",
        "Not reported",
    ),
    "ethnicity": ("Hispanic or Latino", "Not Hispanic or Latino", "Unknown", "Not reported"),
    "route": ("Smoked", "Nasal", "Intravenous", "Oral"),
    "exclusion_reason": ("Not eligible", "Declined", "Other"),
    "arm": ("Arm 1", "Arm 2"),
    "drug": ("Study drug 1", "Study drug 2"),
    "discharge_status": ("As planned", "Early", "Transferred"),
    "missed_reason": (
        "No show",
        "Unable to attend",
        "Other",
        "Out of window",
        "In jail",
        "Left the study",
        "In hospital",
        "Moved",
        "Vacation",
        "Illness",
        "No transport",
    ),
    "visit_mode": ("In person", "By video"),
    "urine_validity": ("Valid", "Dilute", "Substituted", "Adulterated", "Invalid", "Not tested"),
    "not_done_reason": ("Refused", "Could not provide", "Laboratory fault", "No time", "Other"),
    "substance": ("Cocaine", "Alcohol", "Cannabis"),
    "severity": ("Mild", "Moderate", "Severe"),
    "relation": ("Not related", "Possibly related", "Probably related", "Related"),
    "ae_action": ("Not applicable", "Drug withdrawn", "Drug interrupted", "None"),
    "ae_outcome": ("Recovered", "Recovering", "Not recovered", "Recovered with sequelae", "Fatal", "Unknown"),
    "seriousness": (
        "Death",
        "Life threatening",
        "Hospitalization",
        "Disability",
        "Congenital anomaly",
        "Other medically important",
    ),
    "medication_class": (
        "Antidepressant",
        "Antipsychotic",
        "Benzodiazepine",
        "Stimulant",
        "Opioid",
        "Analgesic",
        "Antihypertensive",
        "Antiemetic",
        "Other",
    ),
    "deviation_category": (
        "Eligibility",
        "Consent",
        "Dosing",
        "Randomization",
        "Visit window",
        "Procedure missed",
        "Prohibited medication",
        "Unblinding",
    ),
    "pregnancy": ("Negative", "Positive", "Not applicable"),
    "lab_test": (
        "Haemoglobin",
        "Alanine aminotransferase",
        "Aspartate aminotransferase",
        "Creatinine",
        "Glucose",
        "Potassium",
    ),
    "disposition_status": ("Completed", "Discontinued"),
    "disposition_reason": (
        "Lost to follow-up",
        "Withdrawal by subject",
        "Adverse event",
        "Disease relapse",
        "Death",
        "Other",
    ),
}
CHOICES = {name: " | ".join(f"{n}, {label}" for n, label in enumerate(labels, 1)) for name, labels in CODES.items()}
CHOICES |= {
    "yes_no": YES_NO,
    "used": "1, Yes | 0, No | 9, Unknown",
    "urine_result": "1, Positive | 0, Negative | 2, Invalid | 3, Not done",
    "agree_1_5": " | ".join(f"{n}, Level {n}" for n in range(1, 6)),
    "frequency_0_4": " | ".join(f"{n}, Level {n}" for n in range(5)),
}
