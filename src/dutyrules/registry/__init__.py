"""The tables that lie beside an estate: people, buildings, units, permits, arrears, roster, leave, coverage."""

from dutyrules.registry.tables import Tables, load_tables, tables_from_rows

__all__ = ["Tables", "load_tables", "tables_from_rows"]
