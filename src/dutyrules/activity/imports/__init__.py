"""Exports of other systems become rows of the activity log: the language of mappings, and what reads by it."""

from dutyrules.activity.imports.importer import Imported, import_files, write_log_csv
from dutyrules.activity.imports.load import load_mapping, shipped_mappings
from dutyrules.activity.imports.suspicions import Surroundings

__all__ = ["Imported", "Surroundings", "import_files", "load_mapping", "shipped_mappings", "write_log_csv"]
