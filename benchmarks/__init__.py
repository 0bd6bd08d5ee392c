"""Whole-process timings of Trialhouse beside what it is built on.

Belongs here: measuring commands as a user runs them, side by side in one run. Does not belong here: anything that the warehouse needs.
"""
