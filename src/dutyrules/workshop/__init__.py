"""The workshop: tests that a book brings along, run by the real engine, and what they cover."""

from dutyrules.workshop.booktest import BookReport, Outcome, perform, read_scenes, run_book_tests
from dutyrules.workshop.coverage import Coverage, Tally

__all__ = ["BookReport", "Coverage", "Outcome", "Tally", "perform", "read_scenes", "run_book_tests"]
