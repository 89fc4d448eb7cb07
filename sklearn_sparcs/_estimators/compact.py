"""`CompactRegressor` and `CompactClassifier`: small networks of a given wiring."""

from .._sklearn import fit_context
from .base_compact import BaseCompact
from .targets import (
    CLASSIFICATION_CONSTRAINTS,
    REGRESSION_CONSTRAINTS,
    ClassificationTargets,
    RegressionTargets,
)


class CompactRegressor(RegressionTargets, BaseCompact):
    """Regression by a small network with given links between its layers.

    Every link between two layers has a weight matrix of its own ([4.5] of the paper).
    As the ``pruned_estimator_`` of `SparcsRegressor` it is fitted already, and ``fit``
    trains its weights further. By itself it trains a network of any given wiring, from
    a start at least squares.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=()
        Number of neurons of each hidden layer.
    links : array-like of (receiver, sender), optional
        Which layers feed which; layers are numbered from 1, the input. None means that
        every layer feeds every later one.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
        Activation function of the hidden layers.
    solver : {"auto", "second_order", "adam"}, default="auto"
        "second_order" is Levenberg and Marquardt's method, or quasi-Newton's where the
        wiring is large or there are more than two classes, under a small ridge in units
        of the noise that is left. "adam" trains in epochs, without a ridge. "auto" is
        second-order unless samples times inputs exceed 2²⁵, or inputs 2000.
    fit_intercept : bool, default=True
        Add a constant input to every layer.
    learning_rate_init : float, default=0.001
        Initial step size of Adam. It is halved when the loss stops improving.
    batch_size : int or "auto", default="auto"
        Number of samples in a batch, for solvers that train in epochs. "auto" is
        ``min(200, n_samples)``.
    max_iter : int, default=1000
        Maximum number of iterations or epochs. Four iterations of the quasi-Newton
        method count as one.
    shuffle : bool, default=True
        Shuffle the samples before each epoch, for solvers that train in epochs.
    tol : float, default=1e-4
        Minimum improvement of the loss: an epoch that improves it by less counts as no
        progress, and second-order iterations end when the relative improvement is less.
    n_iter_no_change : int or inf, default=10
        Number of epochs without progress after which the learning rate is halved.
        Training ends when this happens for the fifth time; if it is inf, only after
        ``max_iter`` epochs. Second-order training ignores it.
    prediction_margin : float or None, default=None
        Restrict predictions to the range of the training targets, extended at both ends
        by this fraction of its width; 0 restricts them to the range itself. None does
        not restrict them: for rows unlike all training data, a network with piecewise
        linear activation may then predict values far outside the range.
    warm_start : bool, default=False
        Let ``fit`` continue from the present weights. True in a ``pruned_estimator_``.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA if it is available.
    random_state : int, RandomState instance or None, default=None
        Randomness of initial weights and shuffling. With an int, fits are reproducible.
    verbose : bool or int, default=False
        Show a line for each epoch, or every few iterations. It is printed, or logged if
        the logger ``sklearn_sparcs`` is enabled for INFO.

    Attributes
    ----------
    coefs_ : dict of (receiver, sender) to ndarray of shape (N_receiver, N_sender)
        Weights of each link, in the original units. Absent links have no entry.
    intercepts_ : dict of receiver to ndarray of shape (N_receiver,)
        Intercepts of each layer, in the original units.
    direct_form_ : DirectForm
        The network in direct space, with weights for features in their original units.
        It makes the predictions.
    feature_bounds_ : (low, high), ndarrays of shape (n_features,)
        Bounds that features are clipped to; infinite if they are not clipped.
    hidden_bounds_ : (low, high), ndarrays of shape (n_features,)
        Bounds that features are clipped to for hidden neurons; infinite if they are not
        clipped.
    active_architecture_ : Architecture
        The live neurons, and which layers feed which.
    n_iter_ : int
        Number of iterations or epochs.
    loss_curve_ : list of float
        Loss after each iteration or epoch, with the ridge if there is one.
    n_features_in_ : int
        Number of features seen in ``fit``.
    n_outputs_ : int
        Number of outputs of the network.
    feature_names_in_ : ndarray of str
        Names of the features, if X has any.
    linear_coef_ : ndarray of shape (n_features,) or (n_outputs, n_features)
        Weights of the linear part of the network, without the hidden neurons, in the
        original units.
    linear_coef_std_ : ndarray of the same shape
        Standard errors of ``linear_coef_``, if all other weights are estimated too.
        Without hidden neurons they are those of least squares. nan if they are not
        known.
    feature_importances_ : ndarray of shape (n_features,)
        Importance of each feature: the mean squared change of the predicted targets, in
        standard deviations, if the value of this feature alone is replaced by that of
        another training sample. Importances sum to one, or are all zero if no feature
        is used.
    encoding_ : RealEncoding
        How targets are encoded for the network, and outputs decoded to predictions.

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
        """Train the weights of the network.

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
    """Classification by a small network with given links between its layers.

    Every link between two layers has a weight matrix of its own ([4.5] of the paper).
    As the ``pruned_estimator_`` of `SparcsClassifier` it is fitted already, and ``fit``
    trains its weights further. By itself it trains a network of any given wiring, from
    a start at logistic regression.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=()
        Number of neurons of each hidden layer.
    links : array-like of (receiver, sender), optional
        Which layers feed which; layers are numbered from 1, the input. None means that
        every layer feeds every later one.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
        Activation function of the hidden layers.
    solver : {"auto", "second_order", "adam"}, default="auto"
        "second_order" is Levenberg and Marquardt's method, or quasi-Newton's where the
        wiring is large or there are more than two classes, under a small ridge in units
        of the noise that is left. "adam" trains in epochs, without a ridge. "auto" is
        second-order unless samples times inputs exceed 2²⁵, or inputs 2000.
    fit_intercept : bool, default=True
        Add a constant input to every layer.
    learning_rate_init : float, default=0.001
        Initial step size of Adam. It is halved when the loss stops improving.
    batch_size : int or "auto", default="auto"
        Number of samples in a batch, for solvers that train in epochs. "auto" is
        ``min(200, n_samples)``.
    max_iter : int, default=1000
        Maximum number of iterations or epochs. Four iterations of the quasi-Newton
        method count as one.
    shuffle : bool, default=True
        Shuffle the samples before each epoch, for solvers that train in epochs.
    tol : float, default=1e-4
        Minimum improvement of the loss: an epoch that improves it by less counts as no
        progress, and second-order iterations end when the relative improvement is less.
    n_iter_no_change : int or inf, default=10
        Number of epochs without progress after which the learning rate is halved.
        Training ends when this happens for the fifth time; if it is inf, only after
        ``max_iter`` epochs. Second-order training ignores it.
    class_weight : dict, "balanced" or None, default=None
        Weights of the classes, by label. "balanced" makes them inversely proportional
        to the class frequencies.
    label_smoothing : float in [0, 1) or "auto", default="auto"
        Fraction of the probability of each label that is spread evenly over all classes
        in training. "auto" is 0.1 if the linear model predicts every training sample
        correctly, so that its loss can hardly be lowered, and 0 otherwise. It applies
        to networks with hidden neurons only: the linear model remains a logistic
        regression. With Adam, "auto" is 0. Probabilities are calibrated afterwards.
    warm_start : bool, default=False
        Let ``fit`` continue from the present weights. True in a ``pruned_estimator_``.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA if it is available.
    random_state : int, RandomState instance or None, default=None
        Randomness of initial weights and shuffling. With an int, fits are reproducible.
    verbose : bool or int, default=False
        Show a line for each epoch, or every few iterations. It is printed, or logged if
        the logger ``sklearn_sparcs`` is enabled for INFO.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels. For multilabel targets, the indices of the labels.
    coefs_ : dict of (receiver, sender) to ndarray of shape (N_receiver, N_sender)
        Weights of each link, in the original units. Absent links have no entry.
    intercepts_ : dict of receiver to ndarray of shape (N_receiver,)
        Intercepts of each layer, in the original units.
    active_architecture_ : Architecture
        The live neurons, and which layers feed which.
    n_iter_ : int
        Number of iterations or epochs.
    loss_curve_ : list of float
        Loss after each iteration or epoch, with the ridge if there is one.
    label_smoothing_ : float
        The ``label_smoothing`` that was used, once ``fit`` has trained the network.
    temperature_ : float
        What the outputs of the network were divided by, to calibrate its probabilities
        on samples that were left out.
    n_features_in_ : int
        Number of features seen in ``fit``.
    n_outputs_ : int
        Number of outputs of the network.
    feature_names_in_ : ndarray of str
        Names of the features, if X has any.
    feature_importances_ : ndarray of shape (n_features,)
        Importance of each feature: the mean squared change of the predicted
        probabilities if the value of this feature alone is replaced by that of another
        training sample. Importances sum to one, or are all zero if no feature is used.
    direct_form_ : DirectForm
        The network in direct space, with weights for features in their original units.
        It makes the predictions.
    encoding_ : ClassEncoding
        How targets are encoded for the network, and outputs decoded to predictions.
    feature_bounds_ : (low, high), ndarrays of shape (n_features,)
        Bounds that features are clipped to; infinite if they are not clipped.
    hidden_bounds_ : (low, high), ndarrays of shape (n_features,)
        Bounds that features are clipped to for hidden neurons; infinite if they are not
        clipped.

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
        """Train the weights of the network.

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
