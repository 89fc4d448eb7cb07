"""What a solver found that trains by epochs."""

from dataclasses import dataclass, field

import numpy as np

from .._networks.growing import GrowingNetwork
from .._networks.spectral import SpectralNetwork
from .._training.epochs import evaluate
from .._training.problem import Problem
from .._training.randomness import generators
from .._training.run import Outcome
from .._training.solver import Snapshot, Solver
from .found import Found, Pruned
from .pruning import prune
from .relax import relax
from .solver import GrowthSolver


@dataclass(frozen=True)
class FoundByEpochs(Found):
    """A network that a solver holds.

    Attributes
    ----------
    solver : Solver
    batch_size : int
        Samples a step, if the network is trained on.
    random_state : RandomState or None
        What shuffles the samples then; None leaves them in order.
    """

    solver: Solver = field(repr=False)
    batch_size: int
    random_state: np.random.RandomState | None = field(repr=False)

    @classmethod
    def of(
        cls,
        outcome: Outcome,
        problem: Problem,
        batch_size: int,
        random_state: np.random.RandomState | None,
    ) -> "FoundByEpochs":
        """What a run came to."""
        solver = outcome.solver
        return cls(
            problem,
            outcome.history,
            outcome.status,
            outcome.best_score,
            solver.penalty.alpha,
            outcome.alpha_max,
            solver,
            batch_size,
            random_state,
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

    def pruned(self, tol: float) -> Pruned:
        """Without the smallest |λ|, and trained on without a penalty if that pays."""
        solver, problem, before = self.solver, self.problem, self.solver.snapshot()
        data = problem.train if problem.valid is None else problem.valid
        prune(solver, lambda: evaluate(solver, data), tol)
        relaxed = self._relax_if_it_pays()
        found = Pruned(problem.form_of(solver.network), relaxed)
        solver.restore(before)
        return found

    def _relax_if_it_pays(self) -> bool:
        """Train the pruned wiring on without a penalty, if validation data say so."""
        solver, valid = self.solver, self.problem.valid
        if valid is None or not isinstance(solver, GrowthSolver):
            return False
        if solver.n_live() == 0:
            return False
        before, pruned = evaluate(solver, valid), solver.snapshot()
        state = self.random_state
        relax(
            solver,
            self.problem.train,
            batch_size=self.batch_size,
            generator=None if state is None else generators(state, 1)[0],
        )
        if evaluate(solver, valid) < before:
            return True
        solver.restore(pruned)
        return False
