"""The rules of book.yaml once more, by hand, as DuckDB would have them: one query a rule, then the scorecards.

The log is read once into a table whose person and kind are ENUMs (faster than views over the file, by a third here).
Everybody works the statutory workdays and nobody is on leave, so that this needs none of the library's calendar.
Instants are seconds since 1970, as in `Result.breach_table()`; `by 07:55` is on time before 07:56.
"""

from __future__ import annotations

import duckdb
import polars as pl

NOVEMBER = 1_793_491_200

EVENTS = """
create temp table ev as
select person::person_enum as person, kind::kind_enum as kind, epoch("at")::bigint as s, "at"::date as d, target,
       "case" as c, value, outcome, channel, fee, problem_lines, blank_cells, signed_by
from read_parquet('{log}')
where kind <> 'gate.passed' and "at" < '2026-11-01'
"""

TABLES = """
create temp table br(duty varchar, person varchar, day date, reason varchar, expected bigint, actual bigint, c varchar);
create temp table month as select day from workdays where day between '2026-10-01' and '2026-10-31';
create temp table butler as select person::person_enum as person, area from people where role = 'butler';
create temp table pw as select person, area, day, epoch(day)::bigint as t from butler, month;
create temp table place as select unit as target, area from units join buildings using (building)
    union all select building, area from buildings;
create temp table done as select person, s, d, target from ev
    where kind = 'visit.home' and (outcome is null or outcome not in ('not_home', 'refused', 'rescheduled'));
"""

# duty: columns as in br
RULES = {
    "project_meeting": """
        select 'project_meeting', person, day, if(s is null, 'missing', 'late'), t + 28500, s, null
        from pw left join (select person, d as day, min(s) as s from ev where kind = 'meeting.project' group by all)
            using (person, day)
        where s is null or s >= t + 28560""",
    "department_meeting": """
        with e as (
            select pw.person, day, t,
                   bool_or(s >= t + 25200 and s < t + 29400) as met,
                   min(s) filter (s >= t + 29400 and s < t + 32460) as late,
                   min(s) filter (s < t + 25200) as early
            from pw left join ev on ev.person = pw.person and ev.d = pw.day and kind = 'meeting.department'
            group by all)
        select 'department_meeting', person, day,
               case when late is not null then 'late' when early is not null then 'early' else 'missing' end,
               t + 29340, coalesce(late, early), null
        from e where met is not true""",
    "grooming": """
        select 'grooming', person, d, 'found', null, coalesce(value::bigint, 1), null
        from ev semi join butler using (person) where kind = 'finding.BM-1.3' and d >= '2026-10-01'""",
    "patrol": """
        with e as (
            select ev.person, d as day, count(distinct target) as n
            from ev join buildings on building = target join butler on butler.person = ev.person
            where kind = 'patrol.building' and buildings.area = butler.area
              and (outcome is null or outcome not in ('not_home', 'refused', 'rescheduled'))
            group by all),
        owed as (select area, least(if(area like 'Q000%', 5, 4), count(*)) as n from buildings group by area)
        select 'patrol', person, day, if(e.n is null, 'missing', 'short'), owed.n, coalesce(e.n, 0), null
        from pw join owed using (area) left join e using (person, day) where coalesce(e.n, 0) < owed.n""",
    "listed": """
        with before as (select day, lag(day) over (order by day) as listed_on from workdays),
        p as (select distinct person, d as day, target from ev semi join butler using (person)
              where kind = 'patrol.building' and d >= '2026-10-01')
        select 'listed', person, day, 'disordered', null, null, null
        from p asof join (select day as since, day as last from workdays) w on p.day > w.since
        anti join (select person, d as last, target from ev where kind = 'plan.building') using (person, last, target)
        """,
    **{
        f"chase_{name}": f"""
        with live as (select unit as target, area, "from", "to" from arrears join units using (unit)
                      join buildings using (building) where fee = '{fee}' {age}),
        size as (select area, day, count(distinct target) as n from live
                 join month on coalesce("from" <= day, true) and coalesce(day <= "to", true) group by all),
        e as (select area, d as day, count(distinct target) as n from ev join live using (target)
              where kind = 'dunning.contact' and fee = '{fee}'
                and (outcome is null or outcome not in ('not_home', 'refused', 'rescheduled'))
                and (s % 86400 between 36000 and 41399 or s % 86400 between 50400 and 55799)
                and coalesce("from" <= d, true) and coalesce(d <= "to", true)
              group by all)
        select 'chase_{name}', person, day, if(e.n is null, 'missing', 'short'), least({least}, size.n),
               coalesce(e.n, 0), null
        from pw join size using (area, day) left join e using (area, day)
        where coalesce(e.n, 0) < least({least}, size.n)"""
        for name, fee, age, least in (
            ("current", "property", "and age = 'current'", 14),
            ("utility", "utility", "", 5),
        )
    },
    "channel": """
        select 'channel', person, d, 'incomplete', null, null, null from ev semi join butler using (person)
        where kind = 'dunning.contact' and d >= '2026-10-01'
          and (channel is null or channel not in ('phone', 'sms', 'home', 'letter'))""",
    "visits": """
        with weeks as (select distinct date_trunc('week', day)::date as week from workdays
                       where date_trunc('week', day) + interval 6 days between '2026-10-01' and '2026-10-31'),
        e as (select done.person, date_trunc('week', d)::date as week, count(distinct target) as n
              from done join place using (target) join butler on butler.person = done.person
              where place.area = butler.area group by all)
        select 'visits', person, week + 6, if(n is null, 'missing', 'short'), 18, coalesce(n, 0), null
        from butler cross join weeks left join e using (person, week) where coalesce(n, 0) < 18""",
    "visit_share": """
        with homes as (select unit as target, area from units join buildings using (building) where state = 'occupied'),
        owed as (select area, ceil(count(*) / 2)::bigint as n from homes group by area),
        e as (select area, count(distinct target) as n from done join homes using (target) where d >= '2026-10-01'
              group by area)
        select 'visit_share', person, '2026-10-31'::date, if(e.n is null, 'missing', 'short'), owed.n,
               coalesce(e.n, 0), null
        from butler join owed using (area) left join e using (area) where coalesce(e.n, 0) < owed.n""",
    "rectify": f"""
        with t as (select person, c, s, (s + 86400) // 60 * 60 + 60 as lim
                   from ev semi join butler using (person) where kind = 'problem.found'),
        f as (select t.c, t.s, min(ev.s) as f from t join ev on ev.c = t.c and ev.s >= t.s
              where kind = 'problem.rectified' group by all)
        select 'rectify', person, make_timestamp((lim - 1) * 1000000)::date,
               if(f is null, 'missing', 'late'), lim - 60, f, c
        from t left join f using (c, s) where lim <= {NOVEMBER} and (f is null or f >= lim)""",
    "rechecked_in_order": """
        select 'rechecked_in_order', e.person, e.d, 'disordered', null, null, e.c
        from ev e semi join butler using (person)
        where kind = 'problem.rechecked' and d >= '2026-10-01' and not exists (
            select 1 from ev f where f.kind = 'problem.found' and f.c = e.c and f.person = e.person and f.s <= e.s)""",
    "repairs": f"""
        with t as (select c, s, d, area from ev join place using (target) where kind = 'repair.requested'),
        next as (select d, min(day) as day from (select distinct d from t) join workdays on day >= d group by all),
        f as (select t.c, t.s, min(ev.s) as f from t join ev on ev.c = t.c and ev.s >= t.s
              where kind in ('repair.dispatched', 'repair.closed') group by all),
        x as (select person, c, f, day, epoch(day)::bigint + 86400 as lim
              from t join butler using (area) join next using (d) left join f using (c, s))
        select 'repairs', person, day, if(f is null, 'missing', 'late'), lim - 60, f, c
        from x where lim <= {NOVEMBER} and (f is null or f >= lim)""",
    "cleaning_filled": """
        select 'cleaning_filled', person, d, 'incomplete', null, null, null from ev semi join butler using (person)
        where kind = 'record.cleaning' and d >= '2026-10-01'
          and (signed_by is null or coalesce(blank_cells, 1) > 0 or coalesce(problem_lines, 0) < 3)""",
    "cleaning_kept": """
        with e as (select person, d as day, min(s) as s, arg_min(coalesce(signed_by, ''), s) as signed
                   from ev where kind = 'record.cleaning' group by all)
        select 'cleaning_kept', person, day,
               case when s is null then 'missing' when s >= t + 61260 then 'late' else 'incomplete' end,
               t + 61200, s, null
        from pw left join e using (person, day) where s is null or s >= t + 61260 or signed = ''""",
    "three_tables": """
        with e as (select person, d as day, count(distinct kind) as n,
                          greatest(min(s) filter (kind = 'record.cleaning'), min(s) filter (kind = 'record.repairs'),
                                   min(s) filter (kind = 'record.dunning')) as s
                   from ev where kind in ('record.cleaning', 'record.repairs', 'record.dunning') group by all)
        select 'three_tables', person, day, case when n is null then 'missing' when n < 3 then 'short' else 'late' end,
               if(n < 3, 3, t + 61200), if(n < 3, n, s), null
        from pw left join e using (person, day) where n is null or n < 3 or s >= t + 61260""",
    "pictures": """
        select 'pictures', person, day, if(s is null, 'missing', 'late'), t + 43140, s, null
        from pw left join (select person, d as day, min(s) as s from ev where kind = 'submit.pictures' group by all)
            using (person, day)
        where s is null or s >= t + 43200""",
    "register": """
        with owed as (select person, t from pw where day = '2026-10-20')
        select 'register', person, '2026-10-20'::date, if(s is null, 'missing', 'late'), t + 61200, s, null
        from owed left join (select person, min(s) as s from ev where kind = 'submit.register' and d >= '2026-10-01'
                             group by all) using (person)
        where s is null or s >= t + 61260""",
    "week_report": """
        with fridays as (select date_trunc('week', day)::date as week, max(day) as day, epoch(max(day))::bigint as t
                         from workdays where isodow(day) <= 5 group by week
                         having max(day) between '2026-10-01' and '2026-10-31'),
        owed as (select * from butler, fridays),
        e as (select person, date_trunc('week', d) as week, min(s) as s from ev where kind = 'report.week' group by all)
        select 'week_report', person, day, if(s is null, 'missing', 'late'), t + 64800, s, null
        from owed left join e using (person, week) where s is null or s >= t + 64860""",
    **{
        name: f"""
        with e as (select person, {case} as c, {day} as day, sum((value * 10000)::bigint)::bigint as total,
                          count(*) as n
                   from ev where kind = '{kind}' and d >= '2026-10-01' group by all)
        select '{name}', person, day, 'short', {mark}, (2 * total + n * 100) // (2 * n * 100) * 100, c
        from e join people using (person) where role = '{role}' and total < {mark} * n"""
        for name, kind, role, case, day, mark in (
            ("satisfaction", "survey.mark", "butler", "null::varchar", "date '2026-10-31'", 800_000),
            ("training", "training.test", "director", "c", "max(d)", 750_000),
        )
    },
    "complaints": """
        select 'complaints', person, '2026-10-31'::date, 'over', 2, count(*), null
        from ev semi join butler using (person)
        where kind = 'complaint.received' and d >= '2026-10-01' group by person having count(*) > 2""",
    "check_posts": """
        with owed as (select person, day, w from people, month, unnest([1, 2]) as u(w) where role = 'director')
        select 'check_posts', person, day, 'missing', 1, 0, null
        from owed anti join (
            select person::varchar as person, d as day, if(s % 86400 < 43200, 1, 2) as w from ev
            where kind = 'check.posts' and s % 86400 >= 30600 and s % 86400 < 64800) using (person, day, w)""",
}

_LINES = (
    # item, line, breaches, points: n = how many, m = how much is missing
    ("presence", "1", "project_meeting.late department_meeting.late department_meeting.early", "n * 5000"),
    ("presence", "2", "project_meeting.missing department_meeting.missing", "n * 20000"),
    ("patrol", "1", "patrol.missing patrol.short", "m * 5000"),
    ("patrol", "2", "listed.disordered", "n // 3 * 10000"),
    ("fees", "1", "chase_current.missing chase_current.short", "m * 1000"),
    ("fees", "2", "chase_utility.missing chase_utility.short", "m * 2000"),
    ("fees", "3", "channel.incomplete", "n // 5 * 5000"),
    ("fees", "4", "visits.missing visits.short", "n * 10000"),
    ("fees", "5", "visit_share.missing visit_share.short", "30000"),
    ("cases", "1", "rectify.missing rectify.late rechecked_in_order.disordered", "k * 10000"),
    ("cases", "2", "repairs.missing repairs.late", "n * 20000"),
    ("forms", "1", "three_tables.missing three_tables.short three_tables.late", "n * 10000"),
    ("forms", "2", "cleaning_filled.incomplete cleaning_kept.incomplete", "n * 5000"),
    ("forms", "3", "register.missing register.late week_report.missing week_report.late", "n * 10000"),
    ("forms", "4", "pictures.missing pictures.late", "n * 5000"),
    ("service", "1", "satisfaction.short", "40000"),
    ("service", "2", "complaints.over", "20000"),
    ("posts", "1", "check_posts.missing", "if(n = 2 * days and 60000 >= n * 30000, 60000, 0)"),
    ("posts", "2", "check_posts.missing", "if(n = 2 * days and 60000 >= n * 30000, 0, n * 30000)"),
    ("training", "1", "training.short", "n * 30000"),
    (None, "late", "project_meeting.missing project_meeting.late", "n * 100000"),
    (None, "grooming", "grooming.found", "a * 100000"),
    (None, "no_record", "cleaning_kept.missing", "n // 2 * 200000"),
)


def _points() -> str:
    lines = [
        f"""select person, {"null" if item is None else repr(item)} as item, '{line}' as line, {points} as points
            from (select person, sum(n) as n, sum(m) as m, sum(k) as k, sum(a) as a, any_value(days) as days from agg
                  where duty || '.' || reason in ({", ".join(map(repr, breaches.split()))}) group by person)"""
        for item, line, breaches, points in _LINES
        if "k *" not in points
    ]
    lines.append("""select person, 'cases', '1', count(distinct c) * 10000 from br
                    where duty in ('rectify', 'rechecked_in_order') group by person""")
    lines.append("""select person::varchar, 'service', '3', sum(coalesce(value::bigint, 1)) * 20000 from ev
                    where kind = 'finding.BM-10.service.3' and d >= '2026-10-01' group by person""")
    return f"""
        with agg as (select duty, person, reason, count(*) as n, sum(expected - actual) as m, 0 as k, sum(actual) as a,
                            (select count(*) from month) as days from br group by all)
        select person, item, line, points::bigint as points from ({" union all ".join(lines)}) where points > 0"""


POINTS = _points()


def connect(threads: int = 2) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"set threads = {threads}")
    return connection


def register(connection: duckdb.DuckDBPyConnection, tables: dict[str, pl.DataFrame], kinds: list[str]) -> None:
    """Gives DuckDB what an estate knows apart from its log; this time is not counted."""
    for name, frame in tables.items():
        connection.register("given", frame.to_arrow())
        connection.execute(f"create table {name} as select * from given")
        connection.unregister("given")
    words = {"person_enum": tables["people"]["person"].to_list(), "kind_enum": kinds}
    for name, members in words.items():
        connection.execute(f"create type {name} as enum ({', '.join(map(repr, members))})")


def score(connection: duckdb.DuckDBPyConnection, log: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Every breach, and the points of every line and fine."""
    connection.execute(EVENTS.format(log=log))
    for statement in TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    for query in RULES.values():
        connection.execute(f"insert into br {query}")
    return connection.sql("select * from br").pl(), connection.sql(POINTS).pl()
