"""Trialhouse's gates: the protocol as Python reads it, the rules, and their judgement by Great Expectations;
they know nothing of Dagster."""
