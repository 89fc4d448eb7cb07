"""`SparcsClassifier`: classification that grows from logistic regression."""

from .._sklearn import fit_context
from .base import BaseSparcs
from .compact import CompactClassifier
from .targets import CLASSIFICATION_CONSTRAINTS, ClassificationTargets

#: What alpha="auto" is where epochs train, for classes.
ALPHA_BY_EPOCHS = 0.0005


class SparcsClassifier(ClassificationTargets, BaseSparcs):
    """Classification that starts at logistic regression and grows where it pays.

    The same network as `SparcsRegressor`, with the cross-entropy for its loss: of
    softmax for several classes, of each label for a multilabel y. The start is a
    logistic regression, with as much of a ridge as samples left out ask for.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The *largest* network allowed: most neurons of each hidden layer. ``()`` is a
        linear model. Its size costs little, since only live neurons are trained.
    alpha : float or "auto", default="auto"
        Strength of the penalty on the hidden eigenvalues (the paper's ρ): what a
        neuron must be worth to live. At ``alpha >= alpha_max_`` none is, and the fit
        is the linear model. "auto" follows a path of thirteen alphas down to a
        thousandth of ``alpha_max_`` and takes the one that the likelihood prefers, two
        nats a weight; where epochs train, it is 0.002, and 0.0005 for classes.
    linear_alpha : float or "auto", default="auto"
        Strength of the linear part's own ridge, ½ linear_alpha ‖W‖² of the weights that
        scaled features have straight to the outputs, averaged over outputs as the loss
        is: `Ridge` at ``alpha = n_samples * linear_alpha / 2``, or `LogisticRegression`
        at ``C = 1 / (n_samples * linear_alpha)``. "auto" takes what errs least on
        samples left out one at a time, in every fold anew. Regressions have none, least
        squares, where samples are twenty a feature or more, or a ridge saves less than
        1 % of the error; classes have 1e-4 from two hundred a feature on. Epochs of
        Adam start at that model, and train without the ridge.
    l1_ratio : float in [0, 1], default=1.0
        1 selects neurons (ℓ₁), 0 selects layers (each layer's unsquared norm, the
        paper's "L2"), between them the sparse group lasso.
    depth_factor : float, default=1.0
        The penalty of a hidden layer is multiplied by this for every hidden layer
        after it: above one, earlier layers are dearer.
    min_significance : float, default=2.5
        A neuron wakes only if, besides, the rate at which it lowers the loss exceeds
        this many of its standard errors: noise is no reason to grow. Zero leaves the
        decision to ``alpha``. Whole-number sample weights count as repeated samples.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
        Activation of the hidden layers.
    solver : {"growth", "second_order", "first_order", "adam"}, default="growth"
        The first three start linear, wake neurons that pay and train only those that
        are live; earlier hidden layers open only where the later ones are not enough.
        "second_order" leads the network along falling alphas, close to its optimum
        at each, by Levenberg and Marquardt's method. "first_order" trains it at one
        alpha in epochs of Adam. "growth" is the best that the size affords:
        second-order unless samples times inputs exceed 2²⁵, or inputs 2000, or
        something only epochs have is asked for (``callbacks``, ``init="xavier"``).
        "adam" trains every neuron of the ungated network from the start, with the
        penalty's subgradient: the paper's recipe, with ``init="xavier"``.
    input_eigenvalues : bool, default=False
        Train and penalise the input's eigenvalues too, as the paper's first experiment
        does; one that is not zero wakes every neuron of the first hidden layer. For
        ``solver="adam"`` only.
    init : {"least_squares", "xavier"}, default="least_squares"
        Start at the linear model, least squares or logistic regression, or at a
        random one, which second-order growth does not.
    fit_intercept : bool, default=True
        Feed a constant to every layer.
    standardize : bool, default=True
        Scale features, and the targets of a regression, to mean zero and variance one
        inside; sparse features that epochs train on, or that are too large for
        second-order growth, to variance one alone. The fitted weights take raw units.
    clip : float, "auto" or None, default="auto"
        With ``standardize``, cut features off this many standard deviations from their
        mean, in training and ever after: a sensor's slip decides nothing, and nothing
        is extrapolated further than that. Standard deviation and mean are of what lies
        within twenty robust ones of the median. "auto" tries 5 where any value lies
        beyond (or, without folds to choose by, where a few rows decide by themselves),
        and takes it if the linear models of folds are clearly better with it. None
        leaves features as they are: so does "auto" where epochs train.
    hidden_clip : float or None, default=5.0
        With ``standardize``, hidden neurons hear a feature no further than this many
        standard deviations from its mean, while the linear part hears it whole: what
        lies far out is extrapolated by a straight line. Where epochs train, and with
        None, they hear it whole too.
    learning_rate_init : float or "auto", default="auto"
        Adam's step size where epochs train, halved when the objective stalls. "auto" is
        0.01 where an epoch is one or two batches, falling to 0.005 at four, as batches
        are noisy.
        Eigenvalues take shorter steps where an epoch has more than two batches, down to
        0.3 times this, whether it is given or "auto": the noise of batches would
        otherwise put neurons to sleep.
    batch_size : int or "auto", default="auto"
        Samples a step where epochs train; "auto" is ``min(200, n_samples)``.
    max_iter : int, default=1000
        Most epochs, in each round of the search for the depth; or most iterations at
        an ``alpha`` that is given, of which second-order growth makes twenty at most.
    shuffle : bool, default=True
        Shuffle the samples before each epoch, where epochs train.
    tol : float, default=3e-4
        Progress less than this counts as none: of an epoch, or of an iteration,
        relative to the objective. A loss below it also ends the search for the depth:
        nothing is left for a deeper network to explain.
    n_iter_no_change : int or inf, default=20
        Epochs without progress before the learning rate is halved; training ends
        when that happens a fifth time, and never before ``max_iter`` if it is inf.
        Second-order growth does not ask.
    early_stopping : bool, default=False
        Set a validation part aside, stratified by class where there are some, and judge
        by the loss on it: depth and pruning; the best iterate where epochs train; and
        else the alpha, down to ``alpha``, or to 1e-4 of ``alpha_max_``.
    validation_fraction : float in (0, 1), default=0.1
        Size of that part.
    prune_tol : float, default=0.05
        Largest relative rise of the loss that ``pruned_estimator_`` may cost.
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
        Let ``fit`` go on from the last fit, at ``alpha``, "auto" being ``alpha_``.
    callbacks : list of skorch callbacks, optional
        Used as they are: EarlyStopping, EpochScoring, LRScheduler, ProgressBar and
        others. They see epochs, so that Adam trains. Those that act on gradients
        (GradientNormClipping) or freeze parameters (Freezer) are refused.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Draws candidates, shuffles and splits. An int makes fits reproducible to the
        last bit on the same machine and number of threads.
    verbose : bool or int, default=False
        Show a line an alpha, or an epoch: printed, or given to the logger
        ``sklearn_sparcs`` where that logs information.

    Attributes
    ----------
    active_architecture_ : Architecture
        The neurons that compute, and which layers feed which.
    eigenvalues_ : list of B + 1 arrays
        λ of the input, each hidden layer and the output. A hidden layer too narrow to
        pass the linear map on is widened by relays, neurons that never fire.
    eigenvectors_ : list of B arrays
        φ_k, shape (N_{k+1}, N_k), with the scaled features as input.
    pruned_estimator_ : CompactClassifier
        The smaller network that ``prune_tol`` allows, an estimator of its own: without
        the neurons that are worth least, the rest trained again, or, where epochs
        train, without the smallest eigenvalues.
    alpha_ : float
        The ``alpha`` that was used; ``alpha_max_`` if that is linear.
    alpha_max_ : float
        Smallest ``alpha`` at which no neuron wakes (not for solver "adam").
    clip_ : float or None
        Where features are cut off, if they are, in standard deviations.
    linear_alpha_ : float
        The strength of the linear part's ridge that was used.
    label_smoothing_ : float
        The share that was spread, wherever there were hidden neurons.
    loss_curve_ : list of float
        Objective, loss and penalty, of each row of ``history_``.
    validation_scores_ : list of float or None
        Accuracy on the validation part, of each row of ``history_``.
    history_ : skorch.history.History
        A row an epoch, or, for second-order growth, a row an alpha: "alpha",
        "train_loss", "objective", "n_live", and "valid_loss" and "valid_score" with
        ``early_stopping``; the last is of the network kept, trained until it settles.
        At an ``alpha`` that is given, there is a row for each survey.
    n_iter_ : int
        Rows of ``history_``: alphas passed, or epochs.
    classes_ : ndarray of shape (n_classes,)
        Class labels; for a multilabel y, the labels' indices.
    n_outputs_ : int
        Outputs of the network.
    n_features_in_ : int
        Features seen in ``fit``.
    feature_names_in_ : ndarray of str
        Their names, where X has some.
    linear_p_value_ : float
        Share of data for which a linear model suffices that would say as much against
        it as these do, in a test by random neurons and residuals drawn anew.
        nan where that cannot be told: samples hardly more than features, more than 2000
        weights of a linear model, or fits by ``partial_fit`` or from a random start.
    feature_importances_ : ndarray of shape (n_features,)
        What each feature decides: the mean square by which probabilities change where
        that feature alone is as in another training sample. Shares of the sum over
        features; zeros if none is heard.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    encoding_ : ClassEncoding
        How targets become the network's, and its outputs predictions.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models". The gated network and growth are this package's own; the user
    guide says how they work.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from sklearn_sparcs import SparcsClassifier
    >>> X, y = make_moons(300, noise=0.1, random_state=0)
    >>> model = SparcsClassifier(random_state=0).fit(X, y)
    >>> model.active_architecture_.is_linear
    False
    >>> model.score(X, y) > 0.95
    True
    """

    _alpha_by_epochs = ALPHA_BY_EPOCHS
    _compact = CompactClassifier
    _parameter_constraints = {
        **BaseSparcs._parameter_constraints,
        **CLASSIFICATION_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        alpha="auto",
        linear_alpha="auto",
        l1_ratio=1.0,
        depth_factor=1.0,
        min_significance=2.5,
        activation="relu",
        solver="growth",
        input_eigenvalues=False,
        init="least_squares",
        fit_intercept=True,
        standardize=True,
        clip="auto",
        hidden_clip=5.0,
        learning_rate_init="auto",
        batch_size="auto",
        max_iter=1000,
        shuffle=True,
        tol=3e-4,
        n_iter_no_change=20,
        early_stopping=False,
        validation_fraction=0.1,
        prune_tol=0.05,
        class_weight=None,
        label_smoothing="auto",
        warm_start=False,
        callbacks=None,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.alpha = alpha
        self.linear_alpha = linear_alpha
        self.l1_ratio = l1_ratio
        self.depth_factor = depth_factor
        self.min_significance = min_significance
        self.activation = activation
        self.solver = solver
        self.input_eigenvalues = input_eigenvalues
        self.init = init
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.clip = clip
        self.hidden_clip = hidden_clip
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.prune_tol = prune_tol
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing
        self.warm_start = warm_start
        self.callbacks = callbacks
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None):
        """Fit to data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Its dtype, float32 or float64, is the one computed in.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Classes of any type, or an indicator matrix of labels.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why.
        """
        with self._as_task(X, y):
            return self._fit(X, y, sample_weight, stream=False)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """One epoch of Adam on a part of the data, from where the last call stopped.

        Until a hundred rows have come, each call begins anew with all of them, and
        finds the scaling and the linear start; only the last hidden layer grows, unless
        an earlier ``fit`` opened others. Neurons are looked for in the last five
        hundred rows, which the estimator holds, but no pickle of it.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        classes : array-like of shape (n_classes,), optional
            Every class that will ever be seen. Needed in the first call, unless its
            y has them all.
        sample_weight : array-like of shape (n_samples,), optional

        Returns
        -------
        self

        Raises
        ------
        ValueError
            If y has classes, or X features, that the first call did not, or ``classes``
            are others.
        """
        return self._fit(X, y, sample_weight, stream=True, classes=classes)
