"""The activity log: its kinds of events, its readers, its rejects, and imports from other systems.

Event kinds, persons and targets come in as arguments: this package knows no rule book and no estate.
"""
