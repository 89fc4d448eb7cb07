"""The result of a search by a solver that trains in epochs."""

from dataclasses import dataclass, field

from .._direct.form import DirectForm
from .._first_order.epochs import evaluate
from .._first_order.run import Outcome
from .._first_order.solver import Snapshot, Solver
from .._growth.search_result import SearchResult
from .._networks.growing import GrowingNetwork
from .._networks.spectral import SpectralNetwork
from .._problems.problem import Problem
from .eigenvalue_pruning import prune


@dataclass(frozen=True)
class FirstOrderResult(SearchResult):
    """A network that a solver holds.

    Attributes
    ----------
    solver : Solver
    """

    solver: Solver = field(repr=False)

    @classmethod
    def of(cls, outcome: Outcome, problem: Problem) -> "FirstOrderResult":
        """The result of a run."""
        solver = outcome.solver
        return cls(
            problem,
            outcome.history,
            outcome.status,
            outcome.best_score,
            solver.penalty.alpha,
            outcome.alpha_max,
            solver,
        )

    @property
    def network(self) -> GrowingNetwork | SpectralNetwork:
        """The network that the solver holds."""
        network = self.solver.network
        assert isinstance(network, GrowingNetwork | SpectralNetwork)
        return network

    def snapshot(self) -> Snapshot:
        """The network and its optimiser's moments."""
        return self.solver.snapshot()

    def pruned(self, tol: float) -> DirectForm:
        """Without the smallest |λ|."""
        solver, problem, before = self.solver, self.problem, self.solver.snapshot()
        data = problem.train if problem.valid is None else problem.valid
        prune(solver, lambda: evaluate(solver, data), tol)
        found = problem.form_of(solver.network)
        solver.restore(before)
        return found
