"""How long a search may go on: counted in work, which is the same everywhere, or by the clock."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

ARCS_PER_UNIT = 100_000_000
"""Arcs of networks that are looked at in about the time that CP-SAT calls one unit."""


@dataclass
class Budget:
    """What is left.

    Attributes:
        units: Of work, in CP-SAT's deterministic time; a roster that is searched for so long is the same on every run.
        seconds: By the clock instead: the roster then depends on the machine.
        interrupted: Whether Ctrl-C was pressed.
    """

    units: float
    seconds: float | None = None
    spent: float = 0.0
    interrupted: bool = False
    begun: float = field(default_factory=time.monotonic)

    def arcs(self, number: int) -> None:
        """Work done on networks."""
        self.spent += number / ARCS_PER_UNIT

    @property
    def left(self) -> float:
        """Units, or seconds where the clock decides."""
        if self.seconds is not None:
            return max(0.0, self.seconds - (time.monotonic() - self.begun))
        return max(0.0, self.units - self.spent)

    def go_on(self) -> bool:
        """Whether there is anything left."""
        return self.left > 0

    def solver(self, units: float) -> cp_model.CpSolver:
        """A solver with one worker that takes at most so many units, and no longer than is left."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 1
        if self.seconds is not None:
            solver.parameters.max_time_in_seconds = max(0.01, min(units, self.left))
        else:
            solver.parameters.max_deterministic_time = max(0.001, min(units, self.left))
        return solver

    def solve(
        self, model: cp_model.CpModel, units: float, callback: cp_model.CpSolverSolutionCallback | None = None
    ) -> tuple[cp_model.CpSolverStatus, cp_model.CpSolver]:
        """Solves and counts the work; Ctrl-C stops the solver, which then has what it has found so far."""
        solver = self.solver(units)
        solver.parameters.catch_sigint_signal = False  # it would stop, and tell nobody why
        # Python hears of Ctrl-C only between its own steps, so another thread waits for the solver.
        with ThreadPoolExecutor(max_workers=1) as pool:
            solved = pool.submit(solver.solve, model, callback)
            while True:
                try:
                    status = solved.result(timeout=0.1)
                    break
                except KeyboardInterrupt:
                    self.interrupted = True
                except TimeoutError:
                    if self.interrupted:
                        solver.stop_search()
        self.spent += solver.response_proto.deterministic_time
        return status, solver
