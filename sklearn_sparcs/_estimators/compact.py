"""The network that was found, as an estimator of its own, in direct space."""

from numbers import Integral
from typing import Any, ClassVar, Self

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import nn

from .._direct.form import DirectForm
from .._networks.checks import checked_layer_sizes, checked_links
from .._networks.direct import DirectNetwork
from .._networks.export import to_torch
from .._sklearn import Interval, StrOptions, fit_context
from .._training.adam_solver import AdamSolver
from .._training.checkpoint import refuse_changed
from .._training.device import resolve_device
from .._training.penalty import SparseGroupPenalty
from .._training.problem import Problem, Units
from .._training.randomness import generators, own_random_state
from .._training.run import train
from .._training.task import Task
from .epochs import TRAINING_CONSTRAINTS, TrainsByEpochs
from .predictor import Predictor
from .targets import ClassificationTargets, RegressionTargets
from .transaction import unchanged_on_failure


class BaseCompact(TrainsByEpochs, Predictor):
    """A wiring and its weights. Not for use by itself."""

    relaxed_: bool
    feature_names_in_: np.ndarray
    fit_intercept: bool
    activation: str
    links: Any
    hidden_layer_sizes: Any
    learning_rate_init: float
    warm_start: bool
    device: str
    random_state: Any

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **TRAINING_CONSTRAINTS,
        "hidden_layer_sizes": [
            "array-like",
            Interval(Integral, 1, None, closed="left"),
        ],
        "links": ["array-like", None],
    }

    @classmethod
    def from_form(
        cls, form, encoding, *, feature_names=None, relaxed=False, **params
    ) -> Self:
        """Make a fitted estimator of a network, whose ``fit`` trains its weights on.

        Parameters
        ----------
        form : DirectForm
            The network, with weights in raw units.
        encoding : RealEncoding or ClassEncoding
            How its outputs become predictions.
        feature_names : ndarray of str, optional
        relaxed : bool, default=False
            Whether it was trained without a penalty.
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
        estimator.relaxed_ = relaxed
        if feature_names is not None:
            estimator.feature_names_in_ = feature_names
        return estimator

    @property
    def coefs_(self) -> dict[tuple[int, int], np.ndarray]:
        """Weights by (receiver, sender), in raw units."""
        return self.direct_form_.coefs

    @property
    def intercepts_(self) -> dict[int, np.ndarray]:
        """Intercepts by receiver, in raw units."""
        return self.direct_form_.intercepts

    @property
    def feature_bounds_(self) -> tuple[np.ndarray, np.ndarray] | None:
        """Least and greatest value of each feature, which are cut off there."""
        return self.direct_form_.bounds

    def to_torch(self) -> nn.Module:
        """The network as a plain torch module that needs nothing of this package.

        Returns
        -------
        torch.fx.GraphModule
            Takes raw features (n, features), gives raw outputs (n, outputs):
            targets, or the scores that softmax or the logistic function turns into
            probabilities. Built of `nn.Linear` and the activation's own module.
        """
        check_is_fitted(self)
        return to_torch(self.direct_form_)

    # -- training in direct space ------------------------------------------------------

    def _fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        """From the user's data to trained weights, the present ones or fresh ones."""
        with unchanged_on_failure(self):
            sizes, last = self._checked_sizes(), self._last_form()
            task = self._task(X, y, sample_weight, fresh=last is None)
            problem = self._problem(task, last)
            shuffling, starting = generators(own_random_state(self.random_state), 2)
            network = self._network(problem, sizes, starting, last)
            outcome = train(
                AdamSolver(
                    network,
                    problem.loss,
                    SparseGroupPenalty(0.0),
                    self.learning_rate_init,
                ),
                problem,
                self._schedule(len(problem.train)),
                shuffling,
            )
            form = network.form(last.layers, last.neurons) if last else network.form()
            self.direct_form_ = problem.in_raw_units(form)
            self.loss_curve_ = [row["train_loss"] for row in outcome.history]
            self.n_iter_ = len(outcome.history)
            self.relaxed_ = True
        self._warn(outcome.status)
        return self

    def _checked_sizes(self) -> tuple[int, ...]:
        return checked_layer_sizes(self.hidden_layer_sizes)

    def _last_form(self) -> DirectForm | None:
        """The network to train on, where that is asked for and there is one.

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
                # one can be added, but not taken away
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

    def _problem(self, task: Task, last: DirectForm | None) -> Problem:
        bounds = None if last is None else last.bounds
        device = resolve_device(self.device)
        units = Units(device, self.fit_intercept, bounds=bounds)
        return Problem.of(task, units, start_linear=last is None)

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


class CompactRegressor(RegressionTargets, BaseCompact):
    """A small network with named links, for regression: what `SparcsRegressor` finds.

    Every link carries a weight of its own [4.5]. As ``pruned_estimator_`` it comes
    fitted, and ``fit`` trains its weights on; by itself it trains any wiring from a
    start at least squares.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=()
        Neurons of each hidden layer.
    links : array-like of (receiver, sender), optional
        Which layers feed which, layers numbered from 1, the input. All by default.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
        Activation of the hidden layers.
    fit_intercept : bool, default=True
        Feed a constant to every layer.
    learning_rate_init : float, default=0.001
        Adam's step size. It is halved when the loss stalls.
    batch_size : int or "auto", default="auto"
        Samples a step; "auto" is ``min(200, n_samples)``.
    max_iter : int, default=1000
        Most epochs.
    shuffle : bool, default=True
        Shuffle the samples before each epoch.
    tol : float, default=1e-4
        Progress of the loss less than this counts as none.
    n_iter_no_change : int, default=10
        Epochs without progress before the learning rate is halved; training ends
        when that happens a fifth time.
    warm_start : bool, default=False
        Let ``fit`` go on from the present weights. True in a ``pruned_estimator_``.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Draws the start and shuffles. An int makes fits reproducible.
    verbose : bool or int, default=False
        Print a line an epoch.

    Attributes
    ----------
    coefs_ : dict of (receiver, sender) to ndarray of shape (N_receiver, N_sender)
        Weights, in raw units. An absent link is zero.
    intercepts_ : dict of receiver to ndarray of shape (N_receiver,)
        Intercepts, in raw units.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    relaxed_ : bool
        Whether the weights were trained without a penalty.
    feature_bounds_ : (low, high), ndarrays of shape (n_features,), or None
        Features are cut off there first, as they were in the search.
    active_architecture_ : Architecture
        The neurons that compute, and which layers feed which.
    n_iter_ : int
        Epochs run in ``fit``.
    loss_curve_ : list of float
        Loss after each epoch of ``fit``.
    n_features_in_ : int
        Features seen in ``fit``.
    n_outputs_ : int
        Outputs of the network.
    feature_names_in_ : ndarray of str
        Their names, where X has some.
    encoding_ : RealEncoding
        How targets become the network's, and its outputs predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import CompactRegressor
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = CompactRegressor((4,), links=[(2, 1), (3, 1), (3, 2)], tol=1e-2)
    >>> model.set_params(random_state=0).fit(X, y).active_architecture_
    Architecture(10 → 4 → 1)
    """

    def __init__(
        self,
        hidden_layer_sizes=(),
        *,
        links=None,
        activation="relu",
        fit_intercept=True,
        learning_rate_init=0.001,
        batch_size="auto",
        max_iter=1000,
        shuffle=True,
        tol=1e-4,
        n_iter_no_change=10,
        warm_start=False,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.links = links
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the weights of the wiring.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight)


class CompactClassifier(ClassificationTargets, BaseCompact):
    """A small network with named links, for classes: what `SparcsClassifier` finds.

    Every link carries a weight of its own [4.5]. As ``pruned_estimator_`` it comes
    fitted, and ``fit`` trains its weights on; by itself it trains any wiring from a
    start at logistic regression.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=()
        Neurons of each hidden layer.
    links : array-like of (receiver, sender), optional
        Which layers feed which, layers numbered from 1, the input. All by default.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
        Activation of the hidden layers.
    fit_intercept : bool, default=True
        Feed a constant to every layer.
    learning_rate_init : float, default=0.001
        Adam's step size. It is halved when the loss stalls.
    batch_size : int or "auto", default="auto"
        Samples a step; "auto" is ``min(200, n_samples)``.
    max_iter : int, default=1000
        Most epochs.
    shuffle : bool, default=True
        Shuffle the samples before each epoch.
    tol : float, default=1e-4
        Progress of the loss less than this counts as none.
    n_iter_no_change : int, default=10
        Epochs without progress before the learning rate is halved; training ends
        when that happens a fifth time.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by label; "balanced" makes them inversely proportional
        to the classes' frequencies.
    warm_start : bool, default=False
        Let ``fit`` go on from the present weights. True in a ``pruned_estimator_``.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Draws the start and shuffles. An int makes fits reproducible.
    verbose : bool or int, default=False
        Print a line an epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels; for a multilabel y, the labels' indices.
    coefs_ : dict of (receiver, sender) to ndarray of shape (N_receiver, N_sender)
        Weights, in raw units. An absent link is zero.
    intercepts_ : dict of receiver to ndarray of shape (N_receiver,)
        Intercepts, in raw units.
    active_architecture_ : Architecture
        The neurons that compute, and which layers feed which.
    n_iter_ : int
        Epochs run in ``fit``.
    loss_curve_ : list of float
        Loss after each epoch of ``fit``.
    n_features_in_ : int
        Features seen in ``fit``.
    n_outputs_ : int
        Outputs of the network.
    feature_names_in_ : ndarray of str
        Their names, where X has some.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    encoding_ : ClassEncoding
        How targets become the network's, and its outputs predictions.
    feature_bounds_ : (low, high), ndarrays of shape (n_features,), or None
        Features are cut off there first, as they were in the search.
    relaxed_ : bool
        Whether the weights were trained without a penalty.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from sklearn_sparcs import CompactClassifier
    >>> X, y = make_moons(300, noise=0.1, random_state=0)
    >>> model = CompactClassifier((8,), tol=1e-2, random_state=0)
    >>> model.fit(X, y).active_architecture_
    Architecture(2 → 8 → 1)
    """

    _parameter_constraints = {
        **BaseCompact._parameter_constraints,
        "class_weight": [dict, StrOptions({"balanced"}), None],
    }

    def __init__(
        self,
        hidden_layer_sizes=(),
        *,
        links=None,
        activation="relu",
        fit_intercept=True,
        learning_rate_init=0.001,
        batch_size="auto",
        max_iter=1000,
        shuffle=True,
        tol=1e-4,
        n_iter_no_change=10,
        class_weight=None,
        warm_start=False,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.links = links
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.warm_start = warm_start
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Train the weights of the wiring.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self
        """
        return self._fit(X, y, sample_weight)
