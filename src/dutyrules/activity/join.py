"""Two logs of one estate as one: what happened, and what is planned."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.log import Log

Codes = npt.NDArray[np.int32]


def joined(first: Log, second: Log) -> Log:
    """The rows of both; equal rows are not looked for.

    Both must have been read for the same estate: persons, kinds and registered targets have the same codes.
    """
    registered = _common(first.targets, second.targets)
    targets, target_code = _merged(first.targets, second.targets, registered)
    cases, case_code = _merged(first.cases, second.cases, 0)
    words = [_recategorised(second.frame[name], first.frame[name].dtype) for name in _shared_words(first, second)]
    moved = second.frame.with_columns(
        *words,
        target=_recoded(second.frame["target"], target_code),
        case=_recoded(second.frame["case"], case_code),
        file=(pl.col("file") + len(first.files)).cast(pl.Int16),
    )
    return replace(
        first,
        frame=pl.concat([first.frame, moved], how="diagonal_relaxed").rechunk(),
        targets=targets,
        cases=cases,
        files=first.files + second.files,
        rejects=pl.concat([first.rejects, second.rejects]),
        notices=first.notices + second.notices,
        planned=first.planned + second.planned,
        planned_kinds=first.planned_kinds | second.planned_kinds,
        late=pl.concat([first.late, second.late]),
    )


def _shared_words(first: Log, second: Log) -> list[str]:
    """Attributes of words that both logs have; each log keeps its words as numbers of its own."""
    here, there = first.frame.schema, second.frame.schema
    return [name for name, kind in there.items() if isinstance(kind, pl.Categorical) and name in here]


def _recategorised(words: pl.Series, categories: pl.DataType) -> pl.Series:
    return words.cast(pl.String).cast(categories)


def _common(first: pl.Series, second: pl.Series) -> int:
    """How many words both begin with."""
    size = min(len(first), len(second))
    differ = (first.head(size) != second.head(size)).arg_max() if size else None
    return size if differ is None or first[differ] == second[differ] else differ


def _merged(first: pl.Series, second: pl.Series, same: int) -> tuple[pl.Series, Codes]:
    """All words, and the new code of each of the second's."""
    code = {word: number for number, word in enumerate(first.slice(same).to_list(), same)}
    words = second.slice(same).to_list()
    fresh = [word for word in words if word not in code]
    code |= {word: number for number, word in enumerate(fresh, len(first))}
    codes = np.array([*range(same), *(code[word] for word in words)], np.int32)
    return pl.concat([first, pl.Series(first.name, fresh, dtype=pl.String)]), codes


def _recoded(codes: pl.Series, code: Codes) -> pl.Series:
    old = codes.to_numpy()
    return pl.Series(codes.name, np.where(old >= 0, np.append(code, -1)[old], old).astype(np.int32))
