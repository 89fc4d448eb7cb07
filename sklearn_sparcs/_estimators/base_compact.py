"""Stages of ``fit`` that the compact estimators share."""

from dataclasses import replace
from numbers import Integral
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from .._data.features import Bounds, unbounded
from .._direct.form import DirectForm
from .._first_order.adam_solver import AdamSolver
from .._first_order.checkpoint import refuse_changed
from .._first_order.run import train
from .._fitted.encoding import Encoding
from .._fitted.importances import feature_importances
from .._fitted.predictor import Predictor
from .._growth.given_wiring import GivenWiring
from .._growth.linear_start import linear_start
from .._growth.prior import EVEN
from .._growth.temperature import cooled
from .._losses.bridge import BridgePenalty
from .._losses.losses import ClassificationLoss
from .._losses.penalty import SparseGroupPenalty
from .._networks.checks import checked_layer_sizes, checked_links
from .._networks.direct import DirectNetwork
from .._networks.wiring import Wiring
from .._numerics.device import resolve_device
from .._numerics.library_defaults import library_defaults
from .._numerics.randomness import generators, own_random_state, seeds
from .._numerics.status import Status
from .._numerics.threads import suitable_threads
from .._problems.problem import Problem, Units
from .._problems.task import Task
from .._sklearn import Interval, StrOptions
from .epochs import TRAINING_CONSTRAINTS, TrainsByEpochs
from .solvers import affords_second_order
from .transaction import atomic


class Fitted(NamedTuple):
    """A trained network in scaled units, and how it was trained.

    Attributes
    ----------
    form : DirectForm
    losses : list of float
        In training.
    status : Status
        How training ended.
    temperature : float
        What the outputs have been divided by.
    """

    form: DirectForm
    losses: list[float]
    status: Status
    temperature: float = 1.0


class BaseCompact(TrainsByEpochs, Predictor):
    """Base of the compact estimators. Not for use by itself."""

    solver: str
    feature_names_in_: np.ndarray
    fit_intercept: bool
    activation: str
    links: Any
    hidden_layer_sizes: Any
    learning_rate_init: float
    warm_start: bool
    device: str
    random_state: Any
    temperature_: float

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **TRAINING_CONSTRAINTS,
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "links": ["array-like", None],
        "solver": [StrOptions({"auto", "second_order", "adam"})],
    }

    @classmethod
    def from_form(
        cls,
        form: DirectForm,
        encoding: Encoding,
        *,
        feature_names: Any = None,
        importances: Any = None,
        temperature: float | None = None,
        **params: Any,
    ) -> Self:
        """Make a fitted estimator of a network, whose ``fit`` trains its weights on.

        Parameters
        ----------
        form : DirectForm
            The network, with weights in raw units.
        encoding : RealEncoding or ClassEncoding
            How its outputs become predictions.
        feature_names : ndarray of str, optional
        importances : ndarray of shape (n_features,), optional
            For ``feature_importances_``, which only data tell.
        temperature : float, optional
            What a classifier's outputs have been divided by: ``temperature_``.
        **params
            Other parameters of the estimator.

        Returns
        -------
        CompactRegressor or CompactClassifier
        """
        estimator = cls(
            hidden_layer_sizes=form.layer_sizes[1:-1],
            links=tuple(sorted(form.coefs)),
            activation=form.activation,
            warm_start=True,
            **params,
        )
        estimator.direct_form_, estimator.encoding_ = form, encoding
        estimator.n_features_in_ = form.layer_sizes[0]
        if feature_names is not None:
            estimator.feature_names_in_ = feature_names
        if importances is not None:
            estimator.feature_importances_ = importances
        if temperature is not None:
            estimator.temperature_ = temperature
        return estimator

    @property
    def coefs_(self) -> dict[tuple[int, int], np.ndarray]:
        """Weights by (receiver, sender), in raw units."""
        check_is_fitted(self)
        return self.direct_form_.coefs

    @property
    def intercepts_(self) -> dict[int, np.ndarray]:
        """Intercepts by receiver, in raw units."""
        check_is_fitted(self)
        return self.direct_form_.intercepts

    @property
    def feature_bounds_(self) -> Bounds:
        """Least and greatest value of each feature, which are cut off there."""
        check_is_fitted(self)
        return self._given_bounds(self.direct_form_.bounds)

    @property
    def hidden_bounds_(self) -> Bounds:
        """Least and greatest value of each feature that hidden neurons hear."""
        check_is_fitted(self)
        return self._given_bounds(self.direct_form_.hidden_bounds)

    def _given_bounds(self, bounds: Bounds | None) -> Bounds:
        """Bounds, which are infinite where there are none."""
        if bounds is not None:
            return bounds
        return unbounded(self.direct_form_.layer_sizes[0])

    # -- training in direct space ------------------------------------------------------

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        """Fit to the user's data, from the present weights or new ones."""
        self._warn(self._learn(X, y, sample_weight))
        return self

    @atomic
    def _learn(self, X: Any, y: Any, sample_weight: Any) -> Status:
        """Fit without warnings, and return how the fit ended."""
        with library_defaults():
            sizes, last = self._checked_sizes(), self._last_form()
            task = self._task(X, y, sample_weight, fresh=last is None)
            with suitable_threads(task.n_entries):
                return self._learn_task(task, sizes, last)

    def _learn_task(
        self, task: Task, sizes: tuple[int, ...], last: DirectForm | None
    ) -> Status:
        """Fit to checked data, from the last weights or anew."""
        self.encoding_ = self._encoding_of(task.y, task.weight)
        solver, fitted = self._solver(task), self._by_epochs
        if solver == "second_order":
            task, fitted = task.dense(), self._to_second_order
        problem = self._problem(task, last, solver)
        form, losses, status, temperature = fitted(problem, sizes, last)
        self._pass_interrupt_on(status)
        self.loss_curve_ = losses
        self._record_loss(problem.loss, temperature)
        self.direct_form_ = problem.in_raw_units(form)
        self._record_spread(problem, BridgePenalty(0.0, prior=EVEN))
        self.n_iter_ = len(self.loss_curve_)
        self.feature_importances_ = feature_importances(
            self.direct_form_, self.encoding_, task.samples()
        )
        return status

    def _solver(self, task: Task) -> str:
        """Which solver fits these data."""
        n_samples, n_features = task.X.shape
        if self.solver != "auto":
            return self.solver
        affordable = affords_second_order(n_samples, n_features + self.fit_intercept)
        return "second_order" if affordable else "adam"

    def _checked_sizes(self) -> tuple[int, ...]:
        return checked_layer_sizes(self.hidden_layer_sizes)

    def _last_form(self) -> DirectForm | None:
        """The last fit's network, if ``warm_start`` and there is one.

        Raises
        ------
        ValueError
            If its wiring is no longer what the parameters say.
        """
        if not (self.warm_start and self.__sklearn_is_fitted__()):
            return None
        form, sizes = self.direct_form_, self._checked_sizes()
        links = checked_links(self.links, len(sizes) + 2)
        bare = not any(b.any() for b in form.intercepts.values())
        refuse_changed(
            {
                "hidden_layer_sizes": form.layer_sizes[1:-1],
                "links": sorted(form.coefs),
                "activation": form.activation,
                # an intercept can be added, but not removed
                "fit_intercept": self.fit_intercept or not bare,
            },
            {
                "hidden_layer_sizes": sizes,
                "links": links,
                "activation": self.activation,
                "fit_intercept": self.fit_intercept,
            },
        )
        return form

    def _problem(self, task: Task, last: DirectForm | None, solver: str) -> Problem:
        """The training problem, with the last network's bounds."""
        units = Units(resolve_device(self.device), self.fit_intercept)
        if last is not None:
            reach = last.hidden_bounds if solver == "second_order" else None
            units = replace(units, bounds=last.bounds, hidden_bounds=reach)
        # no penalty is trained under; classes may need one for there to be a start
        strength = None if isinstance(task.loss, ClassificationLoss) else 0.0
        return Problem.of(
            task,
            units,
            start_linear=last is None,
            linear_alpha=strength,
            smooth=self._smooths
            and solver == "second_order"
            and bool(self._checked_sizes()),
        )

    def _to_second_order(
        self, problem: Problem, sizes: tuple[int, ...], last: DirectForm | None
    ) -> Fitted:
        """Train by the method of Levenberg and Marquardt.

        What has been calibrated goes on from the weights before.
        """
        state = own_random_state(self.random_state)
        (drawing, starting), (seed,) = generators(state, 2), seeds(state, 1)
        shape, bias = (problem.n_features, *sizes, problem.n_outputs), problem.bias
        links = checked_links(self.links, len(shape))
        like = torch.empty(0, **problem.options)
        wiring = Wiring.of(links, shape, bias, like)
        given = GivenWiring.of(problem, wiring)
        if last is None:
            linear = linear_start(problem, len(sizes), self.activation)
            network = given.begun(linear, sizes, starting)
        else:
            form = problem.in_scaled_units(last)
            network = wiring.network(form, bias, problem.reach)
            network = cooled(network, 1 / getattr(self, "temperature_", 1.0))
        told = self._told()
        trained = given.trained(network, self.max_iter, self.tol, drawing, told)
        trained = given.calibrated(trained, seed)
        form = trained.network.form(links)
        if last is not None:
            form = replace(form, layers=last.layers)
        losses = list(trained.values)
        return Fitted(form, losses, trained.status, trained.temperature)

    def _by_epochs(
        self, problem: Problem, sizes: tuple[int, ...], last: DirectForm | None
    ) -> Fitted:
        """Train by Adam."""
        shuffling, starting = generators(own_random_state(self.random_state), 2)
        network = self._network(problem, sizes, starting, last)
        step = self.learning_rate_init
        outcome = train(
            AdamSolver(network, problem.loss, SparseGroupPenalty(0.0), step),
            problem,
            self._schedule(len(problem.train)),
            shuffling,
        )
        form = network.form(last.layers, last.neurons) if last else network.form()
        losses = [row["train_loss"] for row in outcome.history]
        return Fitted(form, losses, outcome.status)

    def _network(
        self,
        problem: Problem,
        sizes: tuple[int, ...],
        generator: torch.Generator,
        last: DirectForm | None,
    ) -> DirectNetwork:
        """The wiring, with the present weights or at the linear start."""
        if last is not None:
            form = problem.in_scaled_units(last)
            return DirectNetwork.of(form, bias=self.fit_intercept, **problem.options)
        network = DirectNetwork(
            problem.n_features,
            sizes,
            problem.n_outputs,
            links=self.links,
            activation=self.activation,
            bias=self.fit_intercept,
            generator=generator,
            **problem.options,
        )
        linked = (len(network.sizes), 1) in network.links
        if problem.linear_map is not None and linked:
            network.start_at(problem.linear_map)
        return network
