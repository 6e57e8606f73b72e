"""The outside check of periodic routes: its reader, its own arithmetic, and what it writes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.pvrp import Instance, Reader, best_known, check, main, written
from dutyrules.diagnostics import InputError

SQUARE = """1 2 3 2
40 10
0 0

 0 0 0 0 0 0 0
 1 3 4 5 6 1 2 1 2
 2 0 8 0 4 2 1 3
 3 6 0 1.5 2.5 1 1 1

\x1a
"""


def read(text: str, tmp_path: Path) -> tuple[Instance, Reader]:
    path = tmp_path / "a.txt"
    path.write_text(text, "utf-8")
    reader = Reader(path)
    return reader.instance(), reader


def refused(text: str, tmp_path: Path) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(text, tmp_path)
    return [f"{one.where}: {one.code} {one.found}".replace(f"{tmp_path}/", "") for one in caught.value.diagnostics]


def test_days_are_the_bits_of_a_combination_from_the_left(tmp_path: Path) -> None:
    instance, _ = read(SQUARE, tmp_path)
    assert [[sorted(days) for days in one.combinations] for one in instance.customers] == [
        [],
        [[1], [0]],
        [[0, 1]],
        [[1]],
    ]
    assert instance.limits == ((40.0, 10.0), (float("inf"), float("inf")))
    assert instance.customers[3].service == 1.5
    assert instance.distance(0, 1) == 5.0


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("1 2 3 2", "2 2 3 2", "a.txt:1:1: pvrp.type 2, a multi-depot VRP"),
        ("1 2 3 2", "1 2 3", "a.txt:1:1: pvrp.line 1 2 3"),
        ("1 2 3 2", "1 0 3 2", "a.txt:1:3: pvrp.count 0"),
        ("1 2 3 2", "1 2 3 x", "a.txt:1:7: pvrp.count x"),
        ("1 2 3 2", "1 2 2 2", "a.txt:8:2: pvrp.long 3"),
        ("1 2 3 2", "1 2 4 2", "a.txt:11:1: pvrp.short the end of the file"),
        ("40 10", "-40 10", "a.txt:2:1: pvrp.number -40"),
        ("40 10", "40 nan", "a.txt:2:4: pvrp.number nan"),
        (" 2 0 8 0 4", " 1 0 8 0 4", "a.txt:7:2: pvrp.again 1"),
        (" 2 0 8 0 4 2 1", " 2 0 8 0 4", "a.txt:7:2: pvrp.line 2 0 8 0 4 3"),
        ("5 6 1 2 1 2", "5 6 1 3 1 2", "a.txt:6:14: pvrp.combinations 2 combinations"),
        ("5 6 1 2 1 2", "5 6 1 0", "a.txt:6:14: pvrp.combinations 0 combinations"),
        ("5 6 1 2 1 2", "5 6 1 2 1 4", "a.txt:6:18: pvrp.count 4"),
        ("8 0 4 2 1 3", "8 0 11 2 1 3", "a.txt:7:10: pvrp.demand 11"),
        ("\x1a", "4 1 1 0 0 1 1 1", "a.txt:10:1: pvrp.long 4"),
        (" 3 6 0", " 3 6e300 0", "a.txt:8:4: pvrp.number 6e300"),
        (" 3 6 0", " 3 six 0", "a.txt:8:4: pvrp.number six"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, expected: str, tmp_path: Path) -> None:
    assert old in SQUARE
    assert expected in refused(SQUARE.replace(old, new), tmp_path)


def test_all_bad_customers_are_named_at_once(tmp_path: Path) -> None:
    bad = SQUARE.replace("1 3 4 5 6", "1 3 4 5 -6").replace("3 6 0 1.5", "3 6 0 long")
    assert refused(bad, tmp_path) == ["a.txt:6:10: pvrp.number -6", "a.txt:8:8: pvrp.number long"]


def test_a_combination_of_another_number_of_days_is_only_odd(tmp_path: Path) -> None:
    instance, reader = read(SQUARE.replace("2.5 1 1 1", "2.5 2 1 1"), tmp_path)
    assert [(one.severity, one.code, str(one.where)[-5:]) for one in reader.warnings] == [
        ("warning", "pvrp.frequency", ":8:20")
    ]
    assert instance.customers[3].combinations == (frozenset({1}),)


def test_plans_are_recomputed_by_hand(tmp_path: Path) -> None:
    instance, _ = read(SQUARE, tmp_path)
    good = [[[1, 2]], [[2], [3]]]
    cost, wrong = check(instance, good)
    assert (cost, wrong) == (5 + 5 + 8 + 16 + 12, [])
    assert [line.split() for line in written(instance, good, cost).splitlines()] == [
        ["46.00"],
        ["1", "1", "23.00", "10", "0", "1", "2", "0"],
        ["2", "1", "16.00", "4", "0", "2", "0"],
        ["2", "2", "13.50", "2.5", "0", "3", "0"],
    ]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ([[[1], [2]], [[2]]], ["customer 3: on days []"]),
        ([[[1, 2, 3]], [[2]]], ["day 1, route 1: load 12.5 of 10", "customer 3: on days [1]"]),
        ([[[1, 2]], [[2, 3, 1]]], ["customer 1: on days [1, 2]"]),
        ([[[1], [2], [1]], [[2, 3]]], ["day 1: 3 vehicles of 2", "customer 1: on days [1, 1]"]),
        ([[[1, 2]], [[2, 3], [9]]], ["day 2, route 2: no such customers as [9]"]),
    ],
)
def test_broken_plans_are_found_out(plan: list[list[list[int]]], expected: list[str], tmp_path: Path) -> None:
    instance, _ = read(SQUARE, tmp_path)
    assert check(instance, plan)[1] == expected


def test_a_day_that_is_too_long_is_found_out(tmp_path: Path) -> None:
    instance, _ = read(SQUARE, tmp_path)
    short = replace(instance, limits=((22.5, 10.0), instance.limits[1]))
    assert check(short, [[[1, 2]], [[2, 3]]])[1] == ["day 1, route 1: duration 23.00 of 22.5"]


def test_the_command_plans_what_it_can_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read(SQUARE, tmp_path)
    (tmp_path / "a.res").write_text("40.00\r\n1 1 ...", "utf-8")
    (tmp_path / "b.txt").write_text("4 1 1 1\n", "utf-8")
    out = tmp_path / "out"
    files = [str(tmp_path / name) for name in ("b.txt", "a.txt", "none.txt")]
    assert main([*files, "--time-limit", "0.05", "--out", str(out), "--format", "json"]) == 1
    said = capsys.readouterr()
    assert "b.txt:1:1: error pvrp.type: this is not a periodic VRP" in said.err
    assert "none.txt cannot be read" in said.err
    (result,) = json.loads(said.out)
    assert (result["instance"], result["best_known"], result["feasible"], result["wrong"]) == ("a", 40.0, True, [])
    assert result["cost"] == 16 + (8 + 5 + 5 + 6) == best_known(out / "a.txt")  # 1 lies on the way from 2 to 3
    assert main([files[1], "--time-limit", "0.05", "--out", str(out)]) == 0
    assert "gap: mean 0.00 %, worst 0.00 %; 1 of 1 feasible" in capsys.readouterr().out


@pytest.mark.parametrize("options", [["--time-limit", "0"], ["--time-limit", "nan"], ["--out", "a.txt"]])
def test_options_that_cannot_be_meant_are_usage_errors(
    options: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read("\ufeff" + SQUARE, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["a.txt", "--out", "out", *options])
    assert ended.value.code == 2
    assert f"error: {options[0]}: " in capsys.readouterr().err
