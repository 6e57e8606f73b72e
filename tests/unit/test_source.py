from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Discriminator, Tag, ValidationError

from dutyrules import source
from dutyrules.diagnostics import Diagnostic, InputError, Span
from dutyrules.source import MAX_BYTES, MAX_DEPTH, Node, dump, locate, parse, plain, read

FILE = "book.yaml"


def at(line: int, column: int) -> Span:
    return Span(FILE, line, column)


def rejected(text: str) -> tuple[Diagnostic, ...]:
    with pytest.raises(InputError) as caught:
        parse(text, FILE)
    return caught.value.diagnostics


def rejected_file(path: Path) -> Diagnostic:
    with pytest.raises(InputError) as caught:
        read(path, name=FILE)
    (diagnostic,) = caught.value.diagnostics
    return diagnostic


def member(node: Node, *keys: str | int) -> Node:
    """Follows keys that must exist."""
    for key in keys:
        inner: Any = node.value
        node = inner[key]
    return node


# Scalars ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-7", -7),
        ("18446744073709551616", 2**64),
        ("0.5", Decimal("0.5")),
        ("-10.50", Decimal("-10.50")),
    ],
)
def test_plain_scalars_that_mean_something(text: str, value: object) -> None:
    found = plain(parse(f"a: {text}", FILE))["a"]
    assert (type(found), str(found)) == (type(value), str(value))


@pytest.mark.parametrize(
    "text",
    [
        *("7:55", "07:55", "22:00", "24:00", "1:30:00"),  # 475, 1320 and so on to YAML 1.1
        *("no", "No", "yes", "on", "off", "y", "n", "True", "TRUE", "Null", "NULL"),
        *("2026-10-08", "2026-10-08 13:00", "2026-10", "2026-Q4"),
        *("1_000", "0x1F", "0o17", "007", "+5", "1e3", "1.5e3", ".5", "5.", ".inf", ".nan", "--5"),
        *("1/3", "98%", "$pass_mark", "5.S2b", "５", "1.５", "海棠"),
        "9" * 5000,  # more digits than Python reads
    ],
)
def test_everything_else_stays_text(text: str) -> None:
    assert plain(parse(f"a: {text}\nb: [{text}]", FILE)) == {"a": text, "b": [text]}


@pytest.mark.parametrize("text", ["5", "0.5", "true", "null", "~", "", "<<", "7:55"])
def test_quoted_scalars_stay_text(text: str) -> None:
    assert plain(parse(f"[\"{text}\", '{text}']", FILE)) == [text, text]


def test_block_scalars_stay_text() -> None:
    assert plain(parse("a: |\n  5\nb: >-\n  true\n", FILE)) == {"a": "5\n", "b": "true"}


def test_keys_are_text_however_they_look() -> None:
    book = parse("5: a\n3.5: b\nno: c\nnull: d\n2026-10-08: e\n7:55: f\n海棠: g\n'': h\n'<<': i\n", FILE)
    assert list(plain(book)) == ["5", "3.5", "no", "null", "2026-10-08", "7:55", "海棠", "", "<<"]


# Places -------------------------------------------------------------------------------------------------------------

BOOK = """\
# 区域管家
duties:
  patrol: {role: 管家, at_least: [5, 1/3]}
  visit:
    - per: month
      by:
tests: []
"""


@pytest.mark.parametrize(
    ("keys", "span", "key_span"),
    [
        ((), (2, 1), None),
        (("duties",), (3, 3), (2, 1)),
        (("duties", "patrol"), (3, 11), (3, 3)),
        (("duties", "patrol", "role"), (3, 18), (3, 12)),
        (("duties", "patrol", "at_least"), (3, 32), (3, 22)),
        (("duties", "patrol", "at_least", 1), (3, 36), None),
        (("duties", "visit", 0), (5, 7), None),
        (("duties", "visit", 0, "per"), (5, 12), (5, 7)),
        (("duties", "visit", 0, "by"), (6, 10), (6, 7)),
        (("tests",), (7, 8), (7, 1)),
    ],
)
def test_every_value_knows_its_place(
    keys: tuple[str | int, ...], span: tuple[int, int], key_span: tuple[int, int] | None
) -> None:
    node = member(parse(BOOK, FILE), *keys)
    assert (node.span, node.key_span) == (at(*span), at(*key_span) if key_span else None)


def test_an_alias_keeps_the_place_of_its_anchor_and_the_key_of_its_use() -> None:
    book = parse("a: &five [5]\nb: *five\n", FILE)
    assert plain(book) == {"a": [5], "b": [5]}
    assert member(book, "b").span == at(1, 4)
    assert member(book, "b").key_span == at(2, 1)


@pytest.mark.parametrize(
    ("loc", "span"),
    [
        ((), (2, 1)),
        (("duties", "patrol", "role"), (3, 18)),
        (("duties", "patrol", "check=quota", "role"), (3, 18)),
        (("duties", "patrol", "at_least", 1), (3, 36)),
        (("duties", "patrol", "at_least", 9), (3, 32)),
        (("duties", "patrol", "at_least", -1), (3, 32)),
        (("duties", "patrol", "missing"), (3, 11)),
        (("duties", "visit", 0, "per", "deeper", 0), (5, 12)),
    ],
)
def test_locate_takes_the_nearest_ancestor(loc: tuple[str | int, ...], span: tuple[int, int]) -> None:
    assert locate(parse(BOOK, FILE), loc).span == at(*span)


def test_locate_finds_numbered_keys() -> None:
    assert locate(parse("items: {3: {marks: 7}}", FILE), ("items", 3, "marks")).span == at(1, 20)


class Window(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["window"]
    points: int


class Count(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    kind: Literal["count"]
    points: int


class Rules(BaseModel):
    rules: list[
        Annotated[
            Annotated[Window, Tag("kind=window")] | Annotated[Count, Tag("kind=count")],
            Discriminator(lambda value: f"kind={value['kind']}"),
        ]
    ]


def test_locate_follows_pydantic_through_discriminated_unions() -> None:
    book = parse("rules:\n  - kind: window\n    points: x\n  - kind: count\n    pts: 3\n", FILE)
    with pytest.raises(ValidationError) as caught:
        Rules.model_validate(plain(book))
    found = {error["type"]: locate(book, error["loc"]).span for error in caught.value.errors()}
    assert found == {"int_type": at(3, 13), "missing": at(4, 5), "extra_forbidden": at(5, 10)}


# What is refused ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "\ufeff"])
def test_an_empty_file(text: str) -> None:
    assert rejected(text) == (Diagnostic("yaml.empty", "the file holds no value", at(1, 1)),)


def test_all_duplicate_keys_are_reported_with_both_places() -> None:
    text = "a: 1\nb: {c: 1, d: 2, c: 3}\na: 4\n5: x\n'5': y\na: 6\n"
    seen = "first given here"
    assert rejected(text) == (
        Diagnostic("yaml.duplicate-key", "the key 'c' is given twice", at(2, 17), related=((seen, at(2, 5)),)),
        Diagnostic("yaml.duplicate-key", "the key 'a' is given twice", at(3, 1), related=((seen, at(1, 1)),)),
        Diagnostic("yaml.duplicate-key", "the key '5' is given twice", at(5, 1), related=((seen, at(4, 1)),)),
        Diagnostic("yaml.duplicate-key", "the key 'a' is given twice", at(6, 1), related=((seen, at(1, 1)),)),
    )


def test_a_second_document() -> None:
    (diagnostic,) = rejected("---\na: 1\n---\nb: 2\n")
    related = (("the first starts here", at(1, 1)),)
    assert diagnostic == Diagnostic("yaml.documents", "a second document starts", at(3, 1), related=related)


@pytest.mark.parametrize(
    ("text", "where"), [("a:\n\tb: 1\n", (2, 1)), ("a:\t1\n", (1, 3)), ("- 1\t\n", (1, 4)), ("a: x\ty\n", (1, 5))]
)
def test_tabs(text: str, where: tuple[int, int]) -> None:
    message = "a tab stands where only spaces may"
    assert rejected(text) == (Diagnostic("yaml.tab", message, at(*where), hint="indent with spaces"),)


def test_tabs_inside_text_and_comments_are_fine() -> None:
    assert plain(parse('a: "x\ty"  #\tz\n', FILE)) == {"a": "x\ty"}


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("a: [1, 2\n", (2, 1), None),
        ("a: 1\n  b: 2\n", (2, 4), "put text that contains ': ' in quotes"),
        ("a: b: c\n", (1, 5), "put text that contains ': ' in quotes"),
        ("a: @b\n", (1, 4), "put text that starts with this character in quotes"),
        ("标题：区域管家\nb: 1\n", (2, 2), "a key ends with the ASCII ':', not with '：'"),
        ("a: 'x\n", (2, 1), None),
        ("[1]\n[2]\n", (2, 1), None),
    ],
)
def test_syntax(text: str, where: tuple[int, int], hint: str | None) -> None:
    (diagnostic,) = rejected(text)
    assert (diagnostic.code, diagnostic.where, diagnostic.hint) == ("yaml.syntax", at(*where), hint)


def test_syntax_errors_show_what_was_being_read() -> None:
    (diagnostic,) = rejected("a:\n  - [1, 2\nb: 3\n")
    assert diagnostic.related == (("while parsing a flow sequence", at(2, 5)),)


def test_a_syntax_error_does_not_hide_what_came_before() -> None:
    assert [each.code for each in rejected("a: 1\na: 2\nb: [")] == ["yaml.duplicate-key", "yaml.syntax"]


def test_characters_that_are_not_text() -> None:
    message = "the character can't stand in YAML"
    assert rejected("a: 1\nb: 海\x00") == (Diagnostic("yaml.character", message, at(2, 5), found="U+0000"),)
    assert rejected("\ud800") == (Diagnostic("yaml.character", message, at(1, 1), found="U+D800"),)


@pytest.mark.parametrize(
    ("text", "where", "tag"),
    [
        ("a: !!str 5", (1, 4), "tag:yaml.org,2002:str"),
        ("a: !!python/object:os.system {}", (1, 4), "tag:yaml.org,2002:python/object:os.system"),
        ("- ! 5", (1, 3), "!"),
        ("!!map {a: 1}", (1, 1), "tag:yaml.org,2002:map"),
        ("!!str a: 1", (1, 1), "tag:yaml.org,2002:str"),
    ],
)
def test_tags(text: str, where: tuple[int, int], tag: str) -> None:
    expected = Diagnostic("yaml.tag", "tags are not used here", at(*where), found=tag, hint="leave the tag out")
    assert rejected(text) == (expected,)


def test_merge_keys() -> None:
    expected = Diagnostic("yaml.merge-key", "mappings are not merged here", at(2, 5), hint="write the keys out")
    assert rejected("a: &a {x: 1}\nb: {<<: *a, y: 2}") == (expected,)


@pytest.mark.parametrize(
    ("text", "where", "found"),
    [
        ("? [1, 2]\n: 3\n", (1, 3), "a list or mapping"),
        ("{a: 1, {b: 2}: 3}", (1, 8), "a list or mapping"),
        ("a: &x y\n*x : 3\n", (2, 1), "an anchor or alias"),
        ("&x a: 3\n", (1, 1), "an anchor or alias"),
        ("? \n: 3\n", (1, 2), "nothing"),
    ],
)
def test_keys_that_are_not_text(text: str, where: tuple[int, int], found: str) -> None:
    assert rejected(text) == (Diagnostic("yaml.key", "keys are plain text", at(*where), found=found),)


# What is bounded ----------------------------------------------------------------------------------------------------


def test_an_unknown_alias() -> None:
    hint = "did you mean 'five'?"
    expected = Diagnostic("yaml.unknown-alias", "there is no anchor 'fiv' above", at(2, 4), hint=hint)
    assert rejected("a: &five 5\nb: *fiv\n") == (expected,)


def test_a_recursive_alias() -> None:
    related = (("which starts here", at(1, 4)),)
    message = "'x' lies inside of what it stands for"
    assert rejected("a: &x [1, {b: *x}]") == (Diagnostic("yaml.recursive-alias", message, at(1, 15), related=related),)


def test_an_anchor_given_twice() -> None:
    related = (("first given here", at(1, 4)),)
    expected = Diagnostic("yaml.duplicate-anchor", "the anchor 'x' is given twice", at(2, 4), related=related)
    assert rejected("a: &x 1\nb: &x 2\n") == (expected,)


def test_values_are_counted_each_time_an_alias_is_used() -> None:
    text = "a: &a [1, 2, 3]\nb: [*a, *a]\n"  # the mapping, 4 for a, 9 for b
    assert parse(text, FILE, max_nodes=14).span == at(1, 1)
    with pytest.raises(InputError) as caught:
        parse(text, FILE, max_nodes=13)
    message = "the document has too many values, counting what each alias stands for"
    assert caught.value.diagnostics == (Diagnostic("yaml.alias-bomb", message, at(2, 9), expected="at most 13"),)


def test_an_alias_bomb_goes_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    (diagnostic,) = rejected("\n".join(lines))
    assert (diagnostic.code, diagnostic.where) == ("yaml.alias-bomb", at(5, 45))


def too_deep(line: int, column: int) -> Diagnostic:
    message, expected = "lists and mappings are nested too deeply", f"at most {MAX_DEPTH} levels"
    return Diagnostic("yaml.depth", message, at(line, column), expected=expected)


def test_depth_is_bounded() -> None:
    assert parse("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH, FILE).span == at(1, 1)
    assert rejected("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1)) == (too_deep(1, MAX_DEPTH + 1),)


@pytest.mark.parametrize(
    ("text", "column"), [("[" * 10_000, 41), ("- " * 10_000, 81), ("{a: " * 10_000, 161), ("? " * 10_000, 81)]
)
def test_ten_thousand_levels_do_not_exhaust_the_stack(text: str, column: int) -> None:
    assert too_deep(1, column) in rejected(text)


def test_aliases_can_not_hide_depth() -> None:
    nested = "[" * 30 + "{}" + "]" * 30
    assert parse(f"a: &a {nested}\nb: [[[[[[[[*a]]]]]]]]", FILE).span == at(1, 1)
    assert rejected(f"a: &a {nested}\nb: [[[[[[[[[*a]]]]]]]]]") == (too_deep(2, 13),)


def test_depth_is_counted_from_the_anchor_not_from_the_root() -> None:
    text = "a: " + "[" * 35 + "&x [1]" + "]" * 35 + "\nb: " + "[" * 38 + "*x" + "]" * 38
    assert parse(text, FILE).span == at(1, 1)


def test_size_is_bounded(tmp_path: Path) -> None:
    expected = Diagnostic("yaml.size", "the file is too large", at(1, 1), expected="at most 4 MiB")
    fits = "a: 1\n#" + "x" * (MAX_BYTES - 6)
    assert plain(parse(fits, FILE)) == {"a": 1}
    assert rejected(fits + "x") == (expected,)
    assert rejected("#" + "海" * (MAX_BYTES // 3 + 1)) == (expected,)
    path = tmp_path / "large.yaml"
    path.write_text(fits + "x", encoding="utf-8")
    assert rejected_file(path) == expected


# Files --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_files_are_utf_8_with_or_without_a_mark(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "book.yaml"
    path.write_text("海棠: 1\n", encoding=encoding)
    node = read(path)
    assert plain(node) == {"海棠": 1}
    assert node.span == Span(str(path), 1, 1)
    assert member(read(path, name="haitang.yaml"), "海棠").span == Span("haitang.yaml", 1, 5)


def test_a_file_in_gb18030_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "book.yaml"
    path.write_bytes("book: x\ntitle: 区域管家\n".encode("gb18030"))
    hint = "it reads as GB18030; save it as UTF-8"
    found = "the byte 0xC7"
    expected = Diagnostic("yaml.encoding", "the file is not UTF-8", at(2, 8), found=found, hint=hint)
    assert rejected_file(path) == expected


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_bad_byte_is_found_in_characters_not_bytes(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "book.yaml"
    path.write_bytes(mark + "海: 1\n海棠: ".encode() + b"\xff\n")
    expected = Diagnostic("yaml.encoding", "the file is not UTF-8", at(2, 5), found="the byte 0xFF")
    assert rejected_file(path) == expected


def test_a_missing_file(tmp_path: Path) -> None:
    assert rejected_file(tmp_path / "none.yaml") == Diagnostic("yaml.not-found", "there is no such file", at(1, 1))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert rejected_file(tmp_path).code == "yaml.unreadable"


# Writing ------------------------------------------------------------------------------------------------------------


def test_dump_quotes_only_what_would_be_read_otherwise() -> None:
    book = {
        "at": "07:55",
        "word": "no",
        "day": "2026-10-08",
        "5": "5",
        "区域": ["1.5", "true", "", Decimal(2)],
        "n": {},
    }
    assert dump(book) == (
        "at: 07:55\nword: no\nday: 2026-10-08\n5: '5'\n区域:\n- '1.5'\n- 'true'\n- ''\n- 2.0\nn: {}\n"
    )


@pytest.mark.parametrize("text", ["\x85", "a\nb", "a\r\nb\n", "\u2028", "\t", " a", "a\u3000", "\x07", "🌸"])
def test_no_character_is_lost_in_writing(text: str) -> None:
    assert plain(parse(dump({text: [text]}), FILE)) == {text: [text]}


def test_dump_refuses_keys_that_are_not_text() -> None:
    with pytest.raises(TypeError, match="a key must be text: 5"):
        dump({"book": {5: None}})


@pytest.mark.parametrize("value", [0.5, Decimal("NaN"), {"a": {1, 2}}, [b"x"], object()])
def test_dump_refuses_what_can_not_be_read_back(value: object) -> None:
    with pytest.raises(TypeError, match="no place in a rule file"):
        dump(value)


_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufeff\ufffe\uffff"))
_scalars: st.SearchStrategy[Any] = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | _text
    | st.sampled_from(
        ["7:55", "no", "null", "5", "0.5", "<<", "- a", "a: b", "# c", "'", "&a", "*a", "!a", " a ", "1/3"]
    )
)


def _nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    keys = _text | st.sampled_from(["5", "<<", "no", "~", ""])
    return st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)


@settings(deadline=None)  # what it costs is not the question here
@given(st.recursive(_scalars, _nested, max_leaves=12))
def test_what_is_dumped_reads_back(value: object) -> None:
    again = plain(parse(dump([value]), FILE))
    assert again == [value]
    assert types(again) == types([value])


def types(value: object) -> object:
    """What equality does not tell apart: 1, True and Decimal(1)."""
    match value:
        case dict():
            return {key: types(each) for key, each in value.items()}
        case list():
            return [types(each) for each in value]
        case _:
            return type(value)


# Two parsers --------------------------------------------------------------------------------------------------------

SOUND = """\
roles: {butler: {title: {zh-Hans: 管家, en: "a 'butler'"}}}   # who
duties:
  meet: &meet
    at: [7:55, 12:00]
    text: >-
      folded
      text
  again: *meet
tests:
- |2
    literal
- ''
"""
_pieces = st.sampled_from([*":-?[]{},#&*!|>'\"%@`~<= \t\n\r\x85\ufeff\x07海", ": ", " #", "- ", "---", "|-", "\u2028"])


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(SOUND)), st.integers(0, 3), _pieces), min_size=1, max_size=3))
def test_it_does_not_matter_which_parser_is_there(spoils: list[tuple[int, int, str]]) -> None:
    text = SOUND
    for place, length, piece in spoils:
        text = text[:place] + piece + text[place + length :]
    assert outcome(text) == outcome(text, yaml.SafeLoader)


def outcome(text: str, loader: Any = None) -> Node | tuple[Diagnostic, ...]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source, "_FAST", loader or source._FAST)
        parse.cache_clear()
        try:
            return parse(text, FILE)
        except InputError as error:
            return error.diagnostics


@pytest.mark.skipif(source._FAST is yaml.SafeLoader, reason="this PyYAML was built without libyaml")
def test_sound_text_needs_the_fast_one_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "SafeLoader", None)
    parse.cache_clear()
    assert plain(member(parse(SOUND, FILE), "duties", "again")) == {"at": ["7:55", "12:00"], "text": "folded text"}
