"""The example trial's generator: truth, then what is observed of it, then what is entered. Imports nothing of the warehouse.

No participant data. Aggregates tuned to published headline results; everything else invented.
"""
