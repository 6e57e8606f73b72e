"""Exports of other systems: the mapping of 员工巡楼, and what is wrong with mappings and exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from dutyrules.activity.imports import Imported, import_files, write_log_csv
from dutyrules.activity.kinds import BOOLEAN, Kind
from dutyrules.activity.read import read_log
from dutyrules.diagnostics import InputError

HEADER = ["巡楼编号", "标题", "员工ID", "员工姓名", "楼栋编号", "有无异常", "巡楼内容", "登记时间"]
STAFF = {"staff_id": {"30518": "li", "E7": "wang"}}

Export = Callable[..., Path]


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """Writes rows as the system does: one title row, the header, the rows."""

    def export(*rows: Sequence[object], header: Sequence[str] = HEADER, name: str = "巡楼.xlsx") -> Path:
        path = tmp_path / name
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("说明").write(0, 0, "导出说明")
            sheet = book.add_worksheet("员工巡楼")
            moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            sheet.merge_range(0, 0, 0, 7, "员工巡楼")
            for number, row in enumerate([header, *rows], start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, datetime):
                        sheet.write_datetime(number, column, cell, moment)
                    else:
                        sheet.write(number, column, cell)
        return path

    return export


def patrol(**cells: object) -> list[object]:
    usual: dict[str, object] = {
        "巡楼编号": "P1", "标题": "日常巡楼", "员工ID": "30518", "员工姓名": "李", "楼栋编号": "b1", "有无异常": "无",
        "巡楼内容": "--", "登记时间": "2026-10-08 09:05:00",
    }  # fmt: skip
    return [{**usual, **cells}[label] for label in HEADER]


def run(*paths: Path, mapping: Path | str = "microcommunity_patrol") -> Imported:
    return import_files(mapping, paths, lookups=STAFF)


def rejected(imported: Imported) -> list[tuple[object, ...]]:
    return imported.rejects.select("row", "column", "value", "reason", "hint").rows()


def codes(error: InputError) -> list[tuple[str, str, str | None]]:
    return [(each.code, str(each.where).rsplit("/", 1)[-1], each.hint) for each in error.diagnostics]


def test_an_export_becomes_rows_of_the_log(export: Export) -> None:
    imported = run(
        export(
            patrol(),
            patrol(
                巡楼编号=1002.0,
                员工ID=30518,
                楼栋编号=12,
                有无异常="有",
                巡楼内容=" 灯坏 ",
                登记时间=datetime(2026, 10, 8, 9, 6),
            ),
            patrol(巡楼编号="--", 员工ID="E7", 有无异常="--", 登记时间=46303.5),
        )
    )
    assert rejected(imported) == []
    assert imported.rows.columns == [
        "at", "person", "kind", "target", "event_id", "source", "origin", "note", "abnormal",
    ]  # fmt: skip
    kind, source = "patrol.building", "microcommunity"
    assert imported.rows.rows() == [
        ("2026-10-08 09:05:00", "li", kind, "b1", "P1", source, "巡楼.xlsx:3", None, "false"),
        ("2026-10-08 09:06:00", "li", kind, "12", "1002", source, "巡楼.xlsx:4", "灯坏", "true"),
        ("2026-10-08 12:00:00", "wang", kind, "b1", None, source, "巡楼.xlsx:5", None, None),
    ]


def test_what_was_imported_reads_as_a_log(export: Export, tmp_path: Path) -> None:
    write_log_csv(run(export(patrol(巡楼内容="+1 灯坏"), patrol(巡楼编号="P2"))), tmp_path / "log.csv")
    assert "'+1 灯坏" in (tmp_path / "log.csv").read_text("utf-8-sig")
    kinds = {"patrol.building": Kind("patrol.building", target="building", attributes={"abnormal": BOOLEAN})}
    log = read_log([tmp_path / "log.csv"], kinds=kinds, persons=["li"], targets={"building": ["b1"]})
    assert log.rejected_rows == 0
    assert log.frame.select("person", "target", "abnormal", "row").rows() == [
        (0, log.targets.to_list().index("b1"), False, 2),
        (0, log.targets.to_list().index("b1"), False, 3),
    ]


def test_bad_rows_are_rejected_with_their_rows_in_the_export(export: Export) -> None:
    path = export(
        patrol(员工ID="99"),
        ["", "", "", "", "", "", "", ""],
        patrol(员工ID="--", 登记时间="yesterday"),
        patrol(有无异常="有吗"),
        patrol(登记时间=""),
        patrol(登记时间="2026-10-08"),
        patrol(),
    )
    imported = run(path)
    assert rejected(imported) == [
        (3, "员工ID", "99", "not in the look-up staff_id", "add it there, or leave the row out"),
        (5, "登记时间", "yesterday", "not an instant", "write 2026-10-08 07:55"),
        (5, "员工ID", None, "no person", None),
        (6, "有无异常", "有吗", "not one of 有, 无", "did you mean '有'?"),
        (7, "登记时间", None, "no at", None),
        (8, "登记时间", "2026-10-08", "not an instant", "write 2026-10-08 07:55"),
    ]
    assert imported.rejects["file"].unique().to_list() == [str(path)]
    assert (imported.rejected_rows, imported.rows.height) == (5, 1)


def test_an_export_without_rows_is_an_empty_log(export: Export) -> None:
    imported = run(export())
    assert (imported.rows.height, imported.rejected_rows) == (0, 0)
    assert imported.rows.columns[:3] == ["at", "person", "kind"]


def test_problems_of_all_exports_are_raised_together(export: Export, tmp_path: Path) -> None:
    (tmp_path / "text.xlsx").write_text("no workbook")
    paths = [
        tmp_path / "none.xlsx",
        tmp_path / "text.xlsx",
        export(header=["a", "b"], name="other.xlsx"),
        export(header=[*HEADER[:5], "有无异状", *HEADER[6:]], name="column.xlsx"),
    ]
    with pytest.raises(InputError) as caught:
        run(*paths)
    assert sorted(codes(caught.value)) == [
        ("import.bad-xlsx", "text.xlsx:row 1", None),
        ("import.missing-column", "column.xlsx:row 2", "did you mean '有无异状'?"),
        ("import.no-header", "other.xlsx:row 1", None),
        ("import.unreadable-file", "none.xlsx:row 1", None),
    ]


def test_a_look_up_without_table_is_an_error(export: Export) -> None:
    with pytest.raises(InputError) as caught:
        import_files("microcommunity_patrol", [export(patrol())], lookups={"staff": {}})
    assert [(each.code, each.hint) for each in caught.value.diagnostics] == [
        ("import.no-lookup", "did you mean 'staff'?")
    ]


def test_of_several_sources_the_first_that_is_filled_counts(export: Export, tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "format: xlsx\nsource: own\nheader: [员工ID]\nnull: ['--']\ncolumns:\n"
        "  at: {from: 登记时间}\n  person: {from: 员工ID}\n  note: {from: [巡楼内容, 标题]}\nconstants: {kind: x}\n"
    )
    imported = run(export(patrol(), patrol(巡楼内容="x")), mapping=mapping)
    assert imported.rows["note"].to_list() == ["日常巡楼", "x"]


CSV_MAPPING = """\
format: csv
source: own
header: [日期, 工人]
columns:
  at: {from: 日期}
  person: {from: 工人, lookup: staff_id}
  note: {from: 文字}
constants: {kind: note}
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5"])
def test_exports_may_be_csv(tmp_path: Path, encoding: str) -> None:
    """A title above the header, a cell of two lines, a short row, a wrong moment, a long row."""
    (tmp_path / "mapping.yaml").write_text(CSV_MAPPING, "utf-8")
    text = '工作,,\n日期,工人,文字\n2026-10-08 09:05,30518,"一,\n二"\n2026-10-08 09:06,E7\n'
    text += "soon,E7,\n2026-10-08 09:07,E7,x,y\n"
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    imported = run(tmp_path / "export.csv", mapping=tmp_path / "mapping.yaml")
    assert imported.rows.select("at", "person", "note").rows() == [
        ("2026-10-08 09:05:00", "li", "一,\n二"),
        ("2026-10-08 09:06:00", "wang", None),
    ]
    assert rejected(imported) == [
        (5, "日期", "soon", "not an instant", "write 2026-10-08 07:55"),
        (6, None, "y", "more cells than the header has", None),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", "import.no-header"), (b"\xff\xff\xff", "log.bad-encoding"), (b'a,"b\n', "log.bad-csv")],
)
def test_an_export_that_is_no_csv_is_an_error(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "mapping.yaml").write_text(CSV_MAPPING, "utf-8")
    (tmp_path / "export.csv").write_bytes(data)
    with pytest.raises(InputError) as caught:
        run(tmp_path / "export.csv", mapping=tmp_path / "mapping.yaml")
    assert [each.code for each in caught.value.diagnostics] == [code]


BROKEN = """\
format: xls
sorce: own
header: 员工ID
null: [1]
columns:
  at: 登记时间
  person: {form: 员工ID}
  note: {from: 3, values: [a]}
constants: {kind: [x]}
"""


def test_everything_wrong_with_a_mapping_is_found_in_its_place(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(BROKEN)
    with pytest.raises(InputError) as caught:
        run(mapping=mapping)
    assert codes(caught.value) == [
        ("mapping.missing-key", "mapping.yaml:1:1", None),
        ("mapping.unknown-format", "mapping.yaml:1:9", None),
        ("mapping.unknown-key", "mapping.yaml:2:1", "did you mean 'source'?"),
        ("mapping.not-a-list", "mapping.yaml:3:9", None),
        ("mapping.not-a-list", "mapping.yaml:4:7", None),
        ("mapping.not-a-mapping", "mapping.yaml:6:7", None),
        ("mapping.missing-key", "mapping.yaml:7:11", None),
        ("mapping.unknown-key", "mapping.yaml:7:12", "did you mean 'from'?"),
        ("mapping.not-a-text", "mapping.yaml:8:16", None),
        ("mapping.not-a-table", "mapping.yaml:8:27", None),
        ("mapping.not-a-table", "mapping.yaml:9:12", None),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [("- a\n", "mapping.not-a-mapping"), ("format: xlsx\nsource: x\nheader: [a]\ncolumns: {}\n", "mapping.no-columns")],
)
def test_a_mapping_of_another_shape_is_an_error(tmp_path: Path, text: str, code: str) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text)
    with pytest.raises(InputError) as caught:
        run(mapping=mapping)
    assert [each.code for each in caught.value.diagnostics] == [code]


def test_a_mapping_that_is_not_shipped_is_an_error() -> None:
    with pytest.raises(InputError) as caught:
        run(mapping="microcomunity_patrol")
    assert [(each.code, each.hint) for each in caught.value.diagnostics] == [
        ("mapping.unknown", "did you mean 'microcommunity_patrol'?")
    ]
