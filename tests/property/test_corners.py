"""Corners in which the engine once differed from the reference, each as a world that a person can read."""

from tests.property.strategies import WorldFiles
from tests.property.test_engine_matches_reference import agree

HEAD = "book: drawn\nsource: {id: T}\npublished_on: 2020-01-01\nroles: {butler: {}}\n"
ESTATE = "estate: drawn\nareas: {A: {}, B: {}}\nbooks: [book.yaml]\n"
POSTS = "person,role,area,from,to\nli,butler,A,,\n"
LEAVES = (("li", "17:30"), ("wang", "17:29"))
COVERED = "source,kinds,from,to,status\nall,,,,complete\n"


def world(book: str, log: str, *, people: str = POSTS, coverage: str = COVERED) -> WorldFiles:
    files = {"estate.yaml": ESTATE, "book.yaml": HEAD + book, "people.csv": people, "coverage.csv": coverage}
    files |= {"buildings.csv": "building,area\nb1,A\n", "log.csv": log}
    return WorldFiles("2026-09", None, files, ["log.csv"])


def test_a_post_that_ended_in_a_week_that_ends_in_the_period() -> None:
    """31 August is the Monday of week 36; the post in B ended that day, and what it missed is on the sheet of li."""
    book = (
        "events: {walk: {target: building}}\n"
        "duties: {walk: {clause: 1, check: quota, event: walk, at_least: 2, per: week, prorate: none}}\n"
        "fines: {walk: {clause: 2, role: butler, breaches: [walk.missing], each: 10, currency: CNY}}\n"
    )
    posts = "person,role,area,from,to\nli,butler,A,2026-08-31,\nli,butler,B,,2026-08-31\n"
    agree(world(book, "at,person,kind,target\n2026-09-09 10:00:00,li,walk,b1\n", people=posts))


def test_a_mean_over_days_of_which_one_is_not_covered() -> None:
    """The case began on the 8th; who knows what was logged on the 9th."""
    book = (
        "events: {mark: {case: true, value: mark}}\n"
        "duties: {mean: {clause: 1, check: metric, event: mark, value: mean, of_each: case, at_least: 75}}\n"
    )
    log = "at,person,kind,case,value\n2026-09-08 10:00:00,li,mark,C1,75\n2026-09-10 10:00:00,li,mark,C1,75\n"
    agree(world(book, log, coverage=f"{COVERED}app,mark,2026-09-09,2026-09-09,outage\n"))


def test_a_role_of_two_books_stands_for_those_of_both() -> None:
    """The guard of the second book owes what the first book asks of all staff."""
    book = (
        "roles: {staff: {includes: [butler]}, butler: {}}\n"
        "events: {in: {}}\n"
        "duties: {come: {role: staff, clause: 1, check: attendance, event: in, by: 09:00}}\n"
    )
    other = "book: other\nsource: {id: U}\nroles: {staff: {includes: [guard]}, guard: {}}\n"
    drawn = world("", "at,person,kind,target\n2026-09-09 10:00:00,wang,in,\n", people=POSTS + "wang,guard,B,,\n")
    files = drawn.files | {
        "estate.yaml": ESTATE.replace("[book.yaml]", "[book.yaml, other.yaml]"),
        "book.yaml": HEAD.partition("roles:")[0] + book,
        "other.yaml": other,
    }
    agree(WorldFiles("2026-09", None, files, ["log.csv"]))


def test_who_is_on_leave_until_the_shift_ends_leaves_early() -> None:
    """Li's leave ends with the shift, wang's a minute before it."""
    book = (
        "events: {out: {}}\n"
        "duties: {stay: {clause: 1, check: attendance, event: out, from: shift.end, by: shift.end + 8 hours}}\n"
    )
    drawn = world(book, "at,person,kind\n2026-09-09 12:00:00,li,out\n", people=POSTS + "wang,butler,B,,\n")
    rows = ["person,from,until,approved", *(f"{who},2026-09-09 12:00,2026-09-09 {end},true" for who, end in LEAVES)]
    agree(WorldFiles("2026-09", None, drawn.files | {"leave.csv": "\n".join(rows) + "\n"}, ["log.csv"]))


def test_home_after_a_night_shift() -> None:
    """Out five minutes after the night, a minute too early, and only on the way to the next night."""
    book = (
        "events: {out: {}}\n"
        "duties: {stay: {clause: 1, check: attendance, event: out, from: shift.end, by: shift.end + 8 hours}}\n"
    )
    nights = "".join(f"li,2026-09-{day:02d},20:00,08:00\n" for day in (8, 9, 10, 14))
    log = "".join(f"2026-09-{at}:00,li,out\n" for at in ("09 08:05", "10 07:59", "11 19:59", "14 21:00", "15 16:01"))
    drawn = world(book, f"at,person,kind\n{log}", people="person,role,area,from,to\nli,butler,A,2026-09-01,\n")
    files = drawn.files | {"roster.csv": f"person,date,start,end\n{nights}"}
    agree(WorldFiles("2026-09", None, files, ["log.csv"]))


def test_an_attribute_that_three_kinds_declare_differently() -> None:
    """One column holds whether, how many and until when; each duty reads what its own kind declares."""
    book = (
        "events:\n"
        "  call: {case: true, attributes: {due_at: boolean, blank_cells: text}}\n"
        "  sheet: {attributes: {blank_cells: integer}}\n"
        "  job: {case: true, attributes: {due_at: instant}}\n"
        "  done: {case: true}\n"
        "duties:\n"
        "  answer: {clause: 1, check: response, trigger: {event: call, where: {due_at: false}}, follow_up: done, "
        "within: same_day}\n"
        "  say: {clause: 2, check: record, of: call, fields: [due_at]}\n"
        "  fill: {clause: 3, check: record, of: sheet, blanks: 0}\n"
        "  finish: {clause: 4, check: response, trigger: job, follow_up: done, within: case.due_at}\n"
    )
    log = (
        "at,person,kind,case,due_at,blank_cells\n"
        "2026-09-08 10:00:00,li,call,C1,no,many\n2026-09-08 10:00:00,li,call,C2,yes,\n"
        "2026-09-08 11:00:00,li,sheet,,,0\n2026-09-08 12:00:00,li,sheet,,,2\n"
        "2026-09-08 10:00:00,li,job,C3,2026-09-09 09:00,\n2026-09-09 08:00:00,li,done,C3,,\n"
        "2026-09-08 10:00:00,li,job,C4,2026-09-09 09:00,\n2026-09-09 10:00:00,li,done,C4,,\n"
    )
    agree(world(book, log))


def test_an_unbound_limit_behind_one_that_is_given() -> None:
    """The first job says when it is due; of the second nobody knows."""
    book = (
        "parameters:\n"
        "  days: {type: duration, clause: 1}\n"
        "  hour: {type: time, clause: 2}\n"
        "events: {job: {case: true, attributes: {due_at: instant}}, done: {case: true}}\n"
        "duties:\n"
        "  job: {clause: 1, check: response, trigger: job, follow_up: done, within: [case.due_at, $days]}\n"
        "  today: {clause: 2, check: response, trigger: job, follow_up: done, "
        "within: [case.due_at, {same_day: $hour}]}\n"
    )
    log = "at,person,kind,case,due_at\n2026-09-08 10:00:00,li,job,C1,2026-09-09 09:00\n2026-09-08 10:00:00,li,job,C2,\n"
    agree(world(book, log))
