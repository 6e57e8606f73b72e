"""The command line: one short module per command, which parses, calls the public API and says how it went."""
