"""The network that was found, as an estimator of its own, in direct space."""

from .._sklearn import fit_context
from .base_compact import BaseCompact
from .targets import (
    CLASSIFICATION_CONSTRAINTS,
    REGRESSION_CONSTRAINTS,
    ClassificationTargets,
    RegressionTargets,
)


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
    solver : {"auto", "second_order", "adam"}, default="auto"
        "second_order" is Levenberg and Marquardt's method, or quasi-Newton's where the
        wiring is large or there are more than two classes, under a small ridge in units
        of the noise that is left. "adam" trains in epochs, without a ridge. "auto" is
        second-order unless samples times inputs exceed 2²⁵, or inputs 2000.
    fit_intercept : bool, default=True
        Feed a constant to every layer.
    learning_rate_init : float, default=0.001
        Adam's step size where epochs train. It is halved when the loss stalls.
    batch_size : int or "auto", default="auto"
        Samples a step where epochs train; "auto" is ``min(200, n_samples)``.
    max_iter : int, default=1000
        Most iterations, quasi-Newton's counting a quarter each, or most epochs.
    shuffle : bool, default=True
        Shuffle the samples before each epoch, where epochs train.
    tol : float, default=1e-4
        Progress of the loss less than this counts as none: of an iteration, relative to
        the loss, or of an epoch.
    n_iter_no_change : int or inf, default=10
        Epochs without progress before the learning rate is halved; training ends
        when that happens a fifth time, and never before ``max_iter`` if it is inf.
        Second-order steps do not ask.
    prediction_margin : float or None, default=None
        Keep predictions within the range of the training targets, widened at either
        end by this share of its width; 0 keeps to the range. None lets a network of
        linear pieces say what it says of rows unlike all that it was trained on.
    warm_start : bool, default=False
        Let ``fit`` go on from the present weights. True in a ``pruned_estimator_``.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Draws the start and shuffles. An int makes fits reproducible.
    verbose : bool or int, default=False
        Show a line every few iterations, or an epoch: printed, or given to the logger
        ``sklearn_sparcs`` where that logs information.

    Attributes
    ----------
    coefs_ : dict of (receiver, sender) to ndarray of shape (N_receiver, N_sender)
        Weights, in raw units. An absent link is zero.
    intercepts_ : dict of receiver to ndarray of shape (N_receiver,)
        Intercepts, in raw units.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    feature_bounds_ : (low, high), ndarrays of shape (n_features,)
        Features are cut off there first, as they were in the search; infinite where
        they are not.
    hidden_bounds_ : (low, high), ndarrays of shape (n_features,)
        Hidden neurons hear features no further than there; infinite likewise.
    active_architecture_ : Architecture
        The neurons that compute, and which layers feed which.
    n_iter_ : int
        Iterations or epochs run in ``fit``.
    loss_curve_ : list of float
        Loss, with the ridge if there is one, after each of them.
    n_features_in_ : int
        Features seen in ``fit``.
    n_outputs_ : int
        Outputs of the network.
    feature_names_in_ : ndarray of str
        Their names, where X has some.
    linear_coef_ : ndarray of shape (n_features,) or (n_outputs, n_features)
        Weights of the linear part, beside the neurons', in raw units.
    linear_coef_std_ : ndarray of the same shape
        Their standard errors, all other weights being free as well; those of least
        squares if there are no neurons. nan where nothing is known.
    feature_importances_ : ndarray of shape (n_features,)
        What each feature decides: the mean square by which targets that are predicted,
        in standard deviations, change where that feature alone is as in another
        training sample. Shares of the sum over features; zeros if none is heard.
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

    _parameter_constraints = {
        **BaseCompact._parameter_constraints,
        **REGRESSION_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(),
        *,
        links=None,
        activation="relu",
        solver="auto",
        fit_intercept=True,
        learning_rate_init=0.001,
        batch_size="auto",
        max_iter=1000,
        shuffle=True,
        tol=1e-4,
        n_iter_no_change=10,
        prediction_margin=None,
        warm_start=False,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.links = links
        self.activation = activation
        self.solver = solver
        self.fit_intercept = fit_intercept
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.prediction_margin = prediction_margin
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
        with self._as_task(X, y):
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
    solver : {"auto", "second_order", "adam"}, default="auto"
        "second_order" is Levenberg and Marquardt's method, or quasi-Newton's where the
        wiring is large or there are more than two classes, under a small ridge in units
        of the noise that is left. "adam" trains in epochs, without a ridge. "auto" is
        second-order unless samples times inputs exceed 2²⁵, or inputs 2000.
    fit_intercept : bool, default=True
        Feed a constant to every layer.
    learning_rate_init : float, default=0.001
        Adam's step size where epochs train. It is halved when the loss stalls.
    batch_size : int or "auto", default="auto"
        Samples a step where epochs train; "auto" is ``min(200, n_samples)``.
    max_iter : int, default=1000
        Most iterations, quasi-Newton's counting a quarter each, or most epochs.
    shuffle : bool, default=True
        Shuffle the samples before each epoch, where epochs train.
    tol : float, default=1e-4
        Progress of the loss less than this counts as none: of an iteration, relative to
        the loss, or of an epoch.
    n_iter_no_change : int or inf, default=10
        Epochs without progress before the learning rate is halved; training ends
        when that happens a fifth time, and never before ``max_iter`` if it is inf.
        Second-order steps do not ask.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by label; "balanced" makes them inversely proportional
        to the classes' frequencies.
    label_smoothing : float in [0, 1) or "auto", default="auto"
        Share of each label's probability that is spread over all classes, in training
        alone; predicted probabilities are less sure then. "auto" spreads 0.1 of them
        where the linear model is right on every sample, so that its loss has hardly
        anything left to lower: for networks with hidden neurons, the linear model
        staying a logistic regression. Adam smooths only by what is given.
    warm_start : bool, default=False
        Let ``fit`` go on from the present weights. True in a ``pruned_estimator_``.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Draws the start and shuffles. An int makes fits reproducible.
    verbose : bool or int, default=False
        Show a line every few iterations, or an epoch: printed, or given to the logger
        ``sklearn_sparcs`` where that logs information.

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
        Iterations or epochs run in ``fit``.
    loss_curve_ : list of float
        Loss, with the ridge if there is one, after each of them.
    n_features_in_ : int
        Features seen in ``fit``.
    n_outputs_ : int
        Outputs of the network.
    feature_names_in_ : ndarray of str
        Their names, where X has some.
    feature_importances_ : ndarray of shape (n_features,)
        What each feature decides: the mean square by which probabilities change where
        that feature alone is as in another training sample. Shares of the sum over
        features; zeros if none is heard.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    encoding_ : ClassEncoding
        How targets become the network's, and its outputs predictions.
    feature_bounds_ : (low, high), ndarrays of shape (n_features,)
        Features are cut off there first, as they were in the search; infinite where
        they are not.
    hidden_bounds_ : (low, high), ndarrays of shape (n_features,)
        Hidden neurons hear features no further than there; infinite likewise.

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
        **CLASSIFICATION_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(),
        *,
        links=None,
        activation="relu",
        solver="auto",
        fit_intercept=True,
        learning_rate_init=0.001,
        batch_size="auto",
        max_iter=1000,
        shuffle=True,
        tol=1e-4,
        n_iter_no_change=10,
        class_weight=None,
        label_smoothing="auto",
        warm_start=False,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.links = links
        self.activation = activation
        self.solver = solver
        self.fit_intercept = fit_intercept
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing
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
        with self._as_task(X, y):
            return self._fit(X, y, sample_weight)
