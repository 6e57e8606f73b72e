"""The best choice of one roster for each person, of those that are listed."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import ceil, isfinite
from typing import Final

from ortools.math_opt.python import mathopt

from dutyrules.roster.budget import Budget
from dutyrules.roster.master import Crew, Rows
from dutyrules.roster.network import Ints

NOTHING: Final = 1 << 40
"""What nothing can cost: there is no such choice."""

_TOLERANCE: Final = 1e-6
_NODES_PER_UNIT: Final = 5


def best_choice(
    crew: Crew,
    columns: Mapping[str, Sequence[Ints]],
    hint: Mapping[str, Ints],
    budget: Budget,
    nodes: int,
    *,
    share: float = 1.0,
) -> tuple[Rows | None, int]:
    """(the best that is found, what no choice among the listed is below).

    Args:
        hint: A roster to begin with; it need not be listed.
        nodes: Branches at most.
        share: Of the time that is left, where the clock decides.
    """
    if not all(columns.values()):
        return None, NOTHING
    programme = mathopt.Model()
    serving: list[list[mathopt.LinearBase]] = [[] for _ in crew.demands]
    cost: list[mathopt.LinearBase] = []
    picked = {}
    values = {}
    for name, rows in columns.items():
        chosen = [programme.add_binary_variable() for _ in rows]
        programme.add_linear_constraint(mathopt.fast_sum(chosen) == 1.0)
        picked[name] = chosen
        target = hint[name].tobytes() if name in hint else b""
        for variable, row in zip(chosen, rows, strict=True):
            values[variable] = float(row.tobytes() == target)
            own = crew.own_cost(name, row)
            if own:
                cost.append(float(own) * variable)
            for number in crew.served(row):
                serving[number].append(variable)
    for demand, variables in zip(crew.demands, serving, strict=True):
        if demand.need > 0 and demand.under:
            under = programme.add_integer_variable(lb=0.0, ub=float(demand.need))
            programme.add_linear_constraint(mathopt.fast_sum(variables) + under >= float(demand.need))
            cost.append(float(demand.under) * under)
        if demand.most is not None and demand.over and len(variables) > demand.most:
            over = programme.add_integer_variable(lb=0.0, ub=float(len(columns)))
            programme.add_linear_constraint(mathopt.fast_sum(variables) - over <= float(demand.most))
            cost.append(float(demand.over) * over)
    programme.minimize(mathopt.fast_sum(cost) + float(crew.constant))
    limit = timedelta(seconds=max(0.05, budget.left * share)) if budget.seconds is not None else None
    each = (1 + len(values) / 5_000) / _NODES_PER_UNIT
    if limit is None:
        nodes = min(nodes, max(1, int(budget.left / each)))
    parameters = mathopt.SolveParameters(random_seed=1, node_limit=nodes, time_limit=limit)
    hints = mathopt.ModelSolveParameters(solution_hints=[mathopt.SolutionHint(variable_values=values)])
    result = mathopt.solve(programme, mathopt.SolverType.GSCIP, params=parameters, model_params=hints)
    budget.spent += (1 + result.solve_stats.node_count) * each
    if result.termination.reason == mathopt.TerminationReason.INFEASIBLE:
        return None, NOTHING
    proven = result.best_objective_bound()
    bound = ceil(proven - _TOLERANCE) if isfinite(proven) else 0
    if not result.has_primal_feasible_solution():
        return None, bound
    found = result.variable_values()
    return {
        name: columns[name][[round(found[variable]) for variable in chosen].index(1)] for name, chosen in picked.items()
    }, bound
