"""`SparcsClassifier`: a network for classes, grown from logistic regression."""

from .._sklearn import fit_context
from .compact import CompactClassifier
from .streams import LearnsStreams
from .targets import CLASSIFICATION_CONSTRAINTS, ClassificationTargets

#: What alpha="auto" is where epochs train, for classes.
ALPHA_BY_EPOCHS = 0.0005


class SparcsClassifier(ClassificationTargets, LearnsStreams):
    """Classification by a network that starts linear and adds neurons where they pay.

    The network is that of `SparcsRegressor`, and the loss is the cross-entropy: of the
    softmax for several classes, of each label for multilabel targets. The start is a
    logistic regression under an L2 penalty that leave-one-out chooses.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Maximum number of neurons of each hidden layer. The fit decides how many of them
        are used; ``()`` fits a linear model. A large maximum costs little, because only
        neurons that are used are trained.
    alpha : float, "auto" or "criterion", default="auto"
        Strength of the penalty on the hidden eigenvalues (the paper's ρ). A neuron is
        added only if it lowers the loss by more than its penalty. At
        ``alpha >= alpha_max_`` no neuron does, and the fit is the linear model. "auto"
        follows a path of thirteen alphas, from ``alpha_max_`` down to a thousandth of
        it, and takes the one with the lowest information criterion: the negative
        log-likelihood plus two nats for each effective weight. From 500 to 100,000
        samples a fifth is then held out, and if a path on the others predicts it better
        at a smaller alpha, by more than a standard error, that alpha is taken.
        "criterion" does without that, and takes less time. With both, a network of
        classes is kept only if samples that were left out are likelier in it than in
        the linear model. With a solver that trains in epochs, both are 0.002 for
        regression and 0.0005 for classification.
    linear_alpha : float or "auto", default="auto"
        Strength of an L2 penalty (ridge) on the linear part of the network: ½
        linear_alpha ‖W‖², where W are the weights from the scaled features directly to
        the outputs. Like the loss, it is averaged over outputs. It corresponds to
        `Ridge` with ``alpha = n_samples * linear_alpha / 2``, or `LogisticRegression`
        with ``C = 1 / (n_samples * linear_alpha)``. "auto" chooses the value with the
        lowest leave-one-out error, anew in every fold of a cross-validation. Where the
        choice matters little it is fixed: for regression at zero (ordinary least
        squares), if there are at least twenty samples per feature or if a ridge would
        lower the error by less than 1 %; for classification at 1e-4, if there are at
        least two hundred samples per feature. Solvers that train in epochs start at
        this linear model, and continue without the ridge.
    hidden_alpha : float or "auto", default="auto"
        Strength of an L2 penalty (ridge) on the weights θ of hidden neurons, for scaled
        features: ½ hidden_alpha ‖θ‖² / n_samples is added to the mean loss, for
        regression times twice the loss that is left. It is the precision of a normal
        prior of these weights, in units of the noise of a sample. "auto" is 0.3; where
        ``alpha="auto"`` holds a fifth of the samples out, it is 0.1 for each feature
        and the intercept, if that is 0.6 or more and predicts them better.
        Cross-validation does not choose it. Solvers that train in epochs have no such
        penalty.
    l1_ratio : float in [0, 1], default=1.0
        Type of the penalty. 1 is an ℓ₁ penalty, which selects single neurons; 0 is the
        norm of each layer's eigenvalues, not squared (the paper's "L2"), which selects
        whole layers; values in between are a sparse group lasso.
    depth_factor : float, default=1.0
        The penalty of a hidden layer is multiplied by this factor once for every hidden
        layer after it: with values above one, neurons in earlier layers cost more.
    min_significance : float, default=2.5
        Minimum significance of a new neuron: the rate at which it lowers the loss must
        exceed this many standard errors of that rate, so that the network does not grow
        on noise. With 0, ``alpha`` alone decides. Whole-number sample weights count as
        repeated samples.
    activation : {"relu", "tanh", "logistic", "gelu", "identity"}, default="relu"
        Activation function of the hidden layers.
    solver : {"growth", "second_order", "first_order", "adam"}, default="growth"
        The first three start linear, wake neurons that pay and train only those that
        are live; earlier hidden layers open only where the later ones are not enough.
        "second_order" leads the network along falling alphas, close to its optimum
        at each, by Levenberg and Marquardt's method. "first_order" trains it at one
        alpha in epochs of Adam. "growth" is the best that the size affords:
        second-order for an array of up to 64 inputs, for other X unless samples times
        inputs exceed 2²⁵, or inputs 2000, or something only epochs have is asked for
        (``callbacks``, ``init="xavier"``). "adam" trains every neuron of the ungated
        network from the start, with the penalty's subgradient: the paper's recipe,
        with ``init="xavier"``.
    input_eigenvalues : bool, default=False
        Train and penalise the eigenvalues of the input layer too, as in the paper's
        first experiment. An input eigenvalue that is not zero activates every neuron of
        the first hidden layer. Only for ``solver="adam"``.
    init : {"least_squares", "xavier"}, default="least_squares"
        Where training starts: at the best linear model (least squares or logistic
        regression), or at random weights. Second-order growth always starts at the
        linear model.
    fit_intercept : bool, default=True
        Add a constant input to every layer.
    standardize : bool, default=True
        Scale features, and the targets of a regression, to mean zero and variance one
        internally. Sparse features are scaled but not centred if a solver trains on
        them in epochs, or if they are too large for second-order growth. The fitted
        weights refer to the original units.
    clip : float, "auto" or None, default="auto"
        With ``standardize``: clip every feature to this many standard deviations from
        its mean, in training and in prediction. A single faulty measurement then cannot
        dominate the fit, and the network does not extrapolate beyond these bounds. Mean
        and standard deviation are those of the values within twenty robust standard
        deviations of the median. "auto" considers 5 if any value lies beyond it (in an
        estimator without folds: if a few rows dominate the fit of a feature), and uses
        it if cross-validated linear models are clearly better with it. None does not
        clip. Neither does "auto" with a solver that trains in epochs.
    hidden_clip : float or None, default=5.0
        With ``standardize``: clip the features that hidden neurons receive to this many
        standard deviations from their mean. The linear part of the network receives
        them unclipped, so that predictions for extreme values are extrapolated
        linearly. None does not clip; solvers that train in epochs do not clip either.
    learning_rate_init : float or "auto", default="auto"
        Initial step size of Adam, for solvers that train in epochs. It is halved when
        the objective stops improving. "auto" is 0.01 if an epoch has one or two
        batches, and falls to 0.005 at four or more, because gradients are then noisier.
        Eigenvalues take shorter steps if an epoch has more than two batches, down to
        0.3 times this value, whether it is given or "auto": otherwise the noise would
        remove neurons.
    batch_size : int or "auto", default="auto"
        Number of samples in a batch, for solvers that train in epochs. "auto" is
        ``min(200, n_samples)``.
    max_iter : int, default=1000
        Maximum number of epochs, in each round of the search for the number of hidden
        layers; or maximum number of second-order iterations at a given ``alpha``, of
        which there are never more than twenty.
    shuffle : bool, default=True
        Shuffle the samples before each epoch, for solvers that train in epochs.
    tol : float, default=3e-4
        Minimum improvement of the objective: an epoch that improves it by less counts
        as no progress, and second-order iterations end when the relative improvement is
        less. The search for the number of hidden layers also ends when the loss is
        below ``tol``, because nothing is left for a deeper network to explain, and the
        choice of "auto" then stands without being validated.
    n_iter_no_change : int or inf, default=20
        Number of epochs without progress after which the learning rate is halved.
        Training ends when this happens for the fifth time; if it is inf, only after
        ``max_iter`` epochs. Second-order growth ignores it.
    early_stopping : bool, default=False
        Set part of the data aside for validation, stratified by class for
        classification, and use the loss on it to choose the number of hidden layers and
        how far to prune; in training by epochs, also the best epoch; in second-order
        growth, also the alpha, on a path that ends at ``alpha``, or at 1e-4 times
        ``alpha_max_`` if that is "auto".
    validation_fraction : float in (0, 1), default=0.1
        Fraction of the data that ``early_stopping`` sets aside.
    prune_tol : float, default=0.05
        Maximum relative increase of the loss in pruning to ``pruned_estimator_``.
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
        Let ``fit`` continue from the last fit, at ``alpha``, or at ``alpha_`` if that
        is "auto".
    callbacks : list of skorch callbacks, optional
        Callbacks of skorch, such as EarlyStopping, EpochScoring, LRScheduler or
        ProgressBar. They are called in epochs, so that giving any selects training with
        Adam. Those that act on gradients (GradientNormClipping) or freeze parameters
        (Freezer) are refused.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA if it is available.
    random_state : int, RandomState instance or None, default=None
        Randomness of candidate neurons, shuffling and splits. With an int, fits on the
        same machine and number of threads are reproducible to the last bit.
    verbose : bool or int, default=False
        Show a line for each alpha or epoch. It is printed, or logged if the logger
        ``sklearn_sparcs`` is enabled for INFO.

    Attributes
    ----------
    active_architecture_ : Architecture
        The live neurons, and which layers feed which.
    eigenvalues_ : list of B + 1 arrays
        Eigenvalues λ of the input, each hidden layer and the output. A hidden layer
        that is too narrow to transmit the linear map is widened by relays: neurons that
        never fire.
    eigenvectors_ : list of B arrays
        Eigenvectors φ_k, of shape (N_{k+1}, N_k), with scaled features as input.
    pruned_estimator_ : CompactClassifier
        A smaller network, as an estimator of its own: neurons are removed as long as
        the loss rises by no more than ``prune_tol``. In second-order growth, the
        neurons that are worth least go first and the others are trained again; in
        training by epochs, the smallest eigenvalues go first.
    alpha_ : float
        The ``alpha`` that was used; ``alpha_max_`` if "auto" has chosen the linear
        model.
    alpha_max_ : float
        Smallest ``alpha`` at which no neuron is added (not for ``solver="adam"``).
    clip_ : float or None
        Standard deviations from the mean at which features are clipped; None if they
        are not.
    linear_alpha_ : float
        The ``linear_alpha`` that was used.
    hidden_alpha_ : float
        The ``hidden_alpha`` that was used; 0 with a solver that trains in epochs.
    label_smoothing_ : float
        The ``label_smoothing`` that was used for networks with hidden neurons.
    temperature_ : float
        What the outputs of the trained network were divided by, to calibrate its
        probabilities on samples that were left out. One for a linear model, and after
        training by epochs or an interrupt, which do not calibrate.
    loss_curve_ : list of float
        Objective, that is loss plus penalty, in each row of ``history_``.
    validation_scores_ : list of float or None
        Accuracy on the validation data, in each row of ``history_``. None without
        ``early_stopping``.
    history_ : skorch.history.History
        A row for each epoch, or, in second-order growth, a row for each alpha: "alpha",
        "train_loss", "objective", "n_live", and with ``early_stopping`` also
        "valid_loss" and "valid_score". The last row is that of the final network,
        trained until its weights settle. If ``alpha`` is given, there is a row for each
        survey for new neurons.
    n_iter_ : int
        Number of rows of ``history_``: of alphas or epochs.
    classes_ : ndarray of shape (n_classes,)
        Class labels. For multilabel targets, the indices of the labels.
    n_outputs_ : int
        Number of outputs of the network.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of str
        Names of the features, if X has any.
    linear_p_value_ : float
        p-value of a test whether a linear model suffices: the share of simulated data,
        for which it does, that show as much evidence against it as these data. The test
        is by random neurons, and residuals are drawn anew. nan if there are hardly more
        samples than features, more than 2000 weights in the linear model, or after
        ``partial_fit`` or a random start.
    feature_importances_ : ndarray of shape (n_features,)
        Importance of each feature: the mean squared change of the predicted
        probabilities if the value of this feature alone is replaced by that of another
        training sample. Importances sum to one, or are all zero if no feature is used.
    direct_form_ : DirectForm
        The network in direct space, with weights for features in their original units.
        It makes the predictions.
    encoding_ : ClassEncoding
        How targets are encoded for the network, and outputs decoded to predictions.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural
    Network Models". The gated network and its growth are this package's own; the user
    guide explains them.

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
        **LearnsStreams._parameter_constraints,
        **CLASSIFICATION_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        alpha="auto",
        linear_alpha="auto",
        hidden_alpha="auto",
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
        self.hidden_alpha = hidden_alpha
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
        """Fit the network to data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Computations are in its dtype, float32 or float64.
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
            return self._fit(X, y, sample_weight)

    @fit_context(prefer_skip_nested_validation=True)
    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch of Adam on part of the data, continuing the last call.

        Until a hundred rows have been given, each call starts anew with all of them,
        and determines the scaling and the linear start. Neurons are added to the last
        hidden layer only, unless an earlier ``fit`` opened others. Surveys for new
        neurons use the last five hundred rows, which the estimator keeps in memory and
        which are not pickled.

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
        return self._fit_piece(X, y, sample_weight, classes)
