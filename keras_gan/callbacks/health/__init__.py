"""What `TrainingHealth` measures, and what it concludes from it.

Data flows one way: `probe` calls the networks, `samples` and `logits` turn
their outputs into numbers, `series` keeps those of the last rounds, and each
detector, a function in a file of its own, reads the series.
"""
