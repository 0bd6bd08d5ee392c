"""Trialhouse's orchestration: what runs when, and where its files are. Clinical logic lives in the protocol and in dbt."""
