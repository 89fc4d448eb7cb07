"""`SparcsRegressorCV`, `SparcsClassifierCV`: network size by cross-validation."""

from .._sklearn import fit_context
from .base_cv import BaseSparcsCV
from .compact import CompactClassifier, CompactRegressor
from .targets import (
    CLASSIFICATION_CONSTRAINTS,
    REGRESSION_CONSTRAINTS,
    ClassificationTargets,
    RegressionTargets,
)


class SparcsRegressorCV(RegressionTargets, BaseSparcsCV):
    """`SparcsRegressor` with alpha, activation and depth chosen by cross-validation.

    It answers how large a network the data support, and whether a linear model is
    enough. In every fold a network starts at the linear model and follows a path of
    decreasing alphas, along which neurons are added; the mean score over the folds
    selects a network, which is then fitted to all the data.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Maximum number of neurons of each hidden layer. With several layers, only the
        last one may have neurons at first; earlier ones are opened one at a time, as
        long as the best mean score improves.
    n_alphas : int, default=25
        Number of alphas in the grid, which is geometric and starts at the smallest
        alpha at which all folds are linear. The folds follow it as long as their mean
        score improves.
    eps : float in (0, 1), default=1e-4
        Smallest alpha of the grid, as a fraction of the largest.
    alphas : array-like, optional
        A grid to use instead of the one that ``n_alphas`` and ``eps`` define.
    cv : int, splitter or iterable of splits, default=None
        Cross-validation splits, as elsewhere in scikit-learn. None means five folds.
    scoring : str or callable, default=None
        Score by which networks are compared. None means the estimator's own ``score``.
    selection : float, "best" or "1se", default=0.25
        Rule by which a network is selected: the fewest live neurons whose mean score is
        within this many standard errors of the best. "best" means 0 and "1se" means 1.
        Unless it is 0, the linear model is selected if the best network is not better
        in more than half of the folds, nor by more than chance explains; the difference
        must be larger if the whole data show no more than noise. A classifier's default
        ``scoring`` selects it, too, if it is within a standard error of the best, and
        the samples that the folds leave out are likelier in it.
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
    activation : {"auto", "relu", "tanh", "logistic", "gelu", "identity"}, \
default="auto"
        Activation function of the hidden layers. With "auto", the folds choose between
        "relu", which suits kinks and noisy data, and "tanh", which suits smooth
        functions.
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
    prediction_margin : float or None, default=None
        Restrict predictions to the range of the training targets, extended at both ends
        by this fraction of its width; 0 restricts them to the range itself. None does
        not restrict them: for rows unlike all training data, a network with piecewise
        linear activation may then predict values far outside the range.
    prune_tol : float, default=0.05
        Maximum relative increase of the loss in pruning to ``pruned_estimator_``.
    n_jobs : int, default=None
        Number of folds that are fitted in parallel.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA if it is available.
    random_state : int, RandomState instance or None, default=None
        Randomness of candidate neurons and splits. Every fold has a seed of its own, so
        that what the folds have in common is not owed to common random numbers.
    verbose : bool or int, default=False
        Show a progress bar over the folds.

    Attributes
    ----------
    alpha_ : float
        The selected alpha.
    activation_ : str
        The selected activation function.
    clip_ : float or None
        Standard deviations from the mean at which features are clipped; None if they
        are not.
    depth_ : int
        Number of hidden layers that were open to neurons.
    alphas_ : ndarray of shape (n_alphas,)
        The grid of alphas, in descending order.
    cv_curves_ : list of (depth, activation)
        The paths that were compared: how many hidden layers were open, and which
        activation function they had.
    cv_scores_path_ : ndarray of shape (n_curves, n_alphas, n_folds)
        Score of each fold at every alpha that was reached; nan at the others.
    cv_architectures_path_ : list (curves) of lists (folds) of lists of Architecture
        Architecture that each fold found at every alpha that was reached.
    best_score_ : float
        Best mean score over the folds.
    best_score_error_ : float
        Standard error of ``best_score_``.
    constant_score_ : float
        Mean score over the folds of a constant prediction: the mean of the targets, or
        the class frequencies. ``verdict_`` says so if no network is better than it by
        more than a standard error of the difference.
    alpha_1se_ : float
        Alpha of the simplest network whose mean score is within a standard error of the
        best.
    estimator_1se_ : CompactRegressor
        The simplest network whose mean score is within a standard error of the best,
        fitted to all the data and pruned as ``pruned_estimator_`` is.
    linear_suffices_ : bool
        Whether ``estimator_1se_`` is linear.
    hidden_share_ : float
        Share of the variance of the predictions that no linear function of the features
        explains: what the hidden neurons contribute. Zero for a linear model.
    verdict_ : str
        Whether a linear model suffices, in words; or that no network is better than a
        constant; or that the data, beyond 2²⁵ numbers or 2000 inputs, are too large to
        ask, and only a linear model was fitted.
    path_ : SparcsPath
        The path over all the data, down to ``alpha_``. Its last network is the selected
        one, before neurons are removed that the loss can spare at a rise of one per
        cent.
    pruned_estimator_ : CompactRegressor
        A smaller network, as an estimator of its own: neurons are removed as long as
        the loss rises by no more than ``prune_tol``. If the selected network has hidden
        neurons, at least one remains, because the folds found the linear model to be
        worse.
    fold_architectures_ : list of Architecture
        Architecture that each fold found at ``alpha_``, neurons included that the loss
        could spare.
    depth_stability_ : float
        Share of the folds that found as many hidden layers as ``active_architecture_``
        has.
    neuron_stability_ : ndarray of shape (n_hidden,)
        For each neuron of ``active_architecture_``, the share of folds with a neuron
        whose signal has a correlation above 0.9 with its own.
    active_architecture_ : Architecture
        The live neurons of the selected network, and which layers feed which. Neurons
        are left out that the loss can spare at a rise of one per cent.
    eigenvalues_ : list of B + 1 arrays
        Eigenvalues λ of the input, each hidden layer and the output. A hidden layer
        that is too narrow to transmit the linear map is widened by relays: neurons that
        never fire.
    eigenvectors_ : list of B arrays
        Eigenvectors φ_k, of shape (N_{k+1}, N_k), with scaled features as input.
    alpha_max_ : float
        Smallest ``alpha`` at which no neuron is added.
    n_outputs_ : int
        Number of outputs of the network.
    n_features_in_ : int
        Number of features seen in ``fit``.
    feature_names_in_ : ndarray of str
        Names of the features, if X has any.
    linear_coef_ : ndarray of shape (n_features,) or (n_outputs, n_features)
        Weights of the linear part of the network, without the hidden neurons, in the
        original units.
    linear_coef_std_ : ndarray of the same shape
        Standard errors of ``linear_coef_``, if all other weights are estimated too.
        Without hidden neurons they are those of least squares. nan if they are not
        known.
    linear_p_value_ : float
        p-value of a test whether a linear model suffices: the share of simulated data,
        for which it does, that show as much evidence against it as these data. The test
        is by random neurons, and residuals are drawn anew. nan if there are hardly more
        samples than features, more than 2000 features, or after ``partial_fit`` or a
        random start.
    feature_importances_ : ndarray of shape (n_features,)
        Importance of each feature: the mean squared change of the predicted targets, in
        standard deviations, if the value of this feature alone is replaced by that of
        another training sample. Importances sum to one, or are all zero if no feature
        is used.
    linear_alpha_ : float
        The ``linear_alpha`` that was used.
    hidden_alpha_ : float
        The ``hidden_alpha`` that was used; 0 with a solver that trains in epochs.
    loss_curve_ : list of float
        Training loss of each network of ``path_``.
    n_iter_ : int
        Number of alphas on the path over all the data.
    direct_form_ : DirectForm
        The network in direct space, with weights for features in their original units.
        It makes the predictions.
    encoding_ : RealEncoding
        How targets are encoded for the network, and outputs decoded to predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_friedman1
    >>> from sklearn_sparcs import SparcsRegressorCV
    >>> X, y = make_friedman1(300, random_state=0)
    >>> model = SparcsRegressorCV(8, n_alphas=10, cv=3, random_state=0).fit(X, y)
    >>> model.linear_suffices_
    False
    >>> model.depth_
    1
    """

    _compact = CompactRegressor
    _parameter_constraints = {
        **BaseSparcsCV._parameter_constraints,
        **REGRESSION_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        n_alphas=25,
        eps=1e-4,
        alphas=None,
        cv=None,
        scoring=None,
        selection=0.25,
        linear_alpha="auto",
        hidden_alpha="auto",
        l1_ratio=1.0,
        depth_factor=1.0,
        activation="auto",
        fit_intercept=True,
        standardize=True,
        clip="auto",
        hidden_clip=5.0,
        prediction_margin=None,
        prune_tol=0.05,
        n_jobs=None,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_alphas = n_alphas
        self.eps = eps
        self.alphas = alphas
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.linear_alpha = linear_alpha
        self.hidden_alpha = hidden_alpha
        self.l1_ratio = l1_ratio
        self.depth_factor = depth_factor
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.clip = clip
        self.hidden_clip = hidden_clip
        self.prediction_margin = prediction_margin
        self.prune_tol = prune_tol
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, groups=None):
        """Select a network by cross-validation, and fit it to all the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            Used in training and in scores, except by a scorer that asks for none
            (``set_score_request(sample_weight=False)``, under metadata routing).
        groups : array-like of shape (n_samples,), optional
            For a ``cv`` that keeps groups together.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why.
        """
        with self._as_task(X, y):
            return self._fit(X, y, sample_weight, groups)


class SparcsClassifierCV(ClassificationTargets, BaseSparcsCV):
    """`SparcsClassifier` with alpha, activation and depth chosen by cross-validation.

    It answers how large a network the data support, and whether a linear model is
    enough. In every fold a network starts at the linear model and follows a path of
    decreasing alphas, along which neurons are added; the mean score over the folds
    selects a network, which is then fitted to all the data.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        Maximum number of neurons of each hidden layer. With several layers, only the
        last one may have neurons at first; earlier ones are opened one at a time, as
        long as the best mean score improves.
    n_alphas : int, default=25
        Number of alphas in the grid, which is geometric and starts at the smallest
        alpha at which all folds are linear. The folds follow it as long as their mean
        score improves.
    eps : float in (0, 1), default=1e-4
        Smallest alpha of the grid, as a fraction of the largest.
    alphas : array-like, optional
        A grid to use instead of the one that ``n_alphas`` and ``eps`` define.
    cv : int, splitter or iterable of splits, default=None
        Cross-validation splits, as elsewhere in scikit-learn. None means five folds.
    scoring : str or callable, default=None
        Score by which networks are compared. None means the estimator's own ``score``.
    selection : float, "best" or "1se", default=0.25
        Rule by which a network is selected: the fewest live neurons whose mean score is
        within this many standard errors of the best. "best" means 0 and "1se" means 1.
        Unless it is 0, the linear model is selected if the best network is not better
        in more than half of the folds, nor by more than chance explains; the difference
        must be larger if the whole data show no more than noise. A classifier's default
        ``scoring`` selects it, too, if it is within a standard error of the best, and
        the samples that the folds leave out are likelier in it.
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
    activation : {"auto", "relu", "tanh", "logistic", "gelu", "identity"}, \
default="auto"
        Activation function of the hidden layers. With "auto", the folds choose between
        "relu", which suits kinks and noisy data, and "tanh", which suits smooth
        functions.
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
    n_jobs : int, default=None
        Number of folds that are fitted in parallel.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA if it is available.
    random_state : int, RandomState instance or None, default=None
        Randomness of candidate neurons and splits. Every fold has a seed of its own, so
        that what the folds have in common is not owed to common random numbers.
    verbose : bool or int, default=False
        Show a progress bar over the folds.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels. For multilabel targets, the indices of the labels.
    alpha_ : float
        The selected alpha.
    activation_ : str
        The selected activation function.
    clip_ : float or None
        Standard deviations from the mean at which features are clipped; None if they
        are not.
    depth_ : int
        Number of hidden layers that were open to neurons.
    alphas_ : ndarray of shape (n_alphas,)
        The grid of alphas, in descending order.
    cv_curves_ : list of (depth, activation)
        The paths that were compared: how many hidden layers were open, and which
        activation function they had.
    cv_scores_path_ : ndarray of shape (n_curves, n_alphas, n_folds)
        Score of each fold at every alpha that was reached; nan at the others.
    cv_architectures_path_ : list (curves) of lists (folds) of lists of Architecture
        Architecture that each fold found at every alpha that was reached.
    best_score_ : float
        Best mean score over the folds.
    best_score_error_ : float
        Standard error of ``best_score_``.
    constant_score_ : float
        Mean score over the folds of a constant prediction: the mean of the targets, or
        the class frequencies. ``verdict_`` says so if no network is better than it by
        more than a standard error of the difference.
    alpha_1se_ : float
        Alpha of the simplest network whose mean score is within a standard error of the
        best.
    estimator_1se_ : CompactClassifier
        The simplest network whose mean score is within a standard error of the best,
        fitted to all the data and pruned as ``pruned_estimator_`` is.
    linear_suffices_ : bool
        Whether ``estimator_1se_`` is linear.
    hidden_share_ : float
        Share of the variance of the network's outputs, before softmax or the logistic
        function, that no linear function of the features explains: what the hidden
        neurons contribute. Zero for a linear model.
    verdict_ : str
        Whether a linear model suffices, in words; or that no network is better than a
        constant; or that the data, beyond 2²⁵ numbers or 2000 inputs, are too large to
        ask, and only a linear model was fitted.
    path_ : SparcsPath
        The path over all the data, down to ``alpha_``. Its last network is the selected
        one, before neurons are removed that the loss can spare at a rise of one per
        cent.
    pruned_estimator_ : CompactClassifier
        A smaller network, as an estimator of its own: neurons are removed as long as
        the loss rises by no more than ``prune_tol``. If the selected network has hidden
        neurons, at least one remains, because the folds found the linear model to be
        worse.
    fold_architectures_ : list of Architecture
        Architecture that each fold found at ``alpha_``, neurons included that the loss
        could spare.
    depth_stability_ : float
        Share of the folds that found as many hidden layers as ``active_architecture_``
        has.
    neuron_stability_ : ndarray of shape (n_hidden,)
        For each neuron of ``active_architecture_``, the share of folds with a neuron
        whose signal has a correlation above 0.9 with its own.
    active_architecture_ : Architecture
        The live neurons of the selected network, and which layers feed which. Neurons
        are left out that the loss can spare at a rise of one per cent.
    alpha_max_ : float
        Smallest ``alpha`` at which no neuron is added.
    direct_form_ : DirectForm
        The network in direct space, with weights for features in their original units.
        It makes the predictions.
    eigenvalues_ : list of B + 1 arrays
        Eigenvalues λ of the input, each hidden layer and the output. A hidden layer
        that is too narrow to transmit the linear map is widened by relays: neurons that
        never fire.
    eigenvectors_ : list of B arrays
        Eigenvectors φ_k, of shape (N_{k+1}, N_k), with scaled features as input.
    encoding_ : ClassEncoding
        How targets are encoded for the network, and outputs decoded to predictions.
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
    linear_alpha_ : float
        The ``linear_alpha`` that was used.
    hidden_alpha_ : float
        The ``hidden_alpha`` that was used; 0 with a solver that trains in epochs.
    label_smoothing_ : float
        The ``label_smoothing`` that was used for networks with hidden neurons.
    temperature_ : float
        What the outputs of the trained network were divided by, to calibrate its
        probabilities on the samples that the folds leave out. One for a linear model.
    loss_curve_ : list of float
        Training loss of each network of ``path_``.
    n_features_in_ : int
        Number of features seen in ``fit``.
    n_iter_ : int
        Number of alphas on the path over all the data.
    n_outputs_ : int
        Number of outputs of the network.

    Examples
    --------
    >>> from sklearn.datasets import make_moons
    >>> from sklearn_sparcs import SparcsClassifierCV
    >>> X, y = make_moons(300, noise=0.1, random_state=0)
    >>> model = SparcsClassifierCV(8, n_alphas=10, cv=3, random_state=0).fit(X, y)
    >>> model.linear_suffices_
    False
    """

    _compact = CompactClassifier
    _parameter_constraints = {
        **BaseSparcsCV._parameter_constraints,
        **CLASSIFICATION_CONSTRAINTS,
    }

    def __init__(
        self,
        hidden_layer_sizes=(100,),
        *,
        n_alphas=25,
        eps=1e-4,
        alphas=None,
        cv=None,
        scoring=None,
        selection=0.25,
        linear_alpha="auto",
        hidden_alpha="auto",
        l1_ratio=1.0,
        depth_factor=1.0,
        activation="auto",
        fit_intercept=True,
        standardize=True,
        clip="auto",
        hidden_clip=5.0,
        prune_tol=0.05,
        class_weight=None,
        label_smoothing="auto",
        n_jobs=None,
        device="cpu",
        random_state=None,
        verbose=False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.n_alphas = n_alphas
        self.eps = eps
        self.alphas = alphas
        self.cv = cv
        self.scoring = scoring
        self.selection = selection
        self.linear_alpha = linear_alpha
        self.hidden_alpha = hidden_alpha
        self.l1_ratio = l1_ratio
        self.depth_factor = depth_factor
        self.activation = activation
        self.fit_intercept = fit_intercept
        self.standardize = standardize
        self.clip = clip
        self.hidden_clip = hidden_clip
        self.prune_tol = prune_tol
        self.class_weight = class_weight
        self.label_smoothing = label_smoothing
        self.n_jobs = n_jobs
        self.device = device
        self.random_state = random_state
        self.verbose = verbose

    @fit_context(prefer_skip_nested_validation=True)
    def fit(self, X, y, sample_weight=None, groups=None):
        """Select a network by cross-validation, and fit it to all the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        sample_weight : array-like of shape (n_samples,), optional
            Used in training and in scores, except by a scorer that asks for none
            (``set_score_request(sample_weight=False)``, under metadata routing).
        groups : array-like of shape (n_samples,), optional
            For a ``cv`` that keeps groups together.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            For data or parameters that cannot be used; the message says why.
        """
        with self._as_task(X, y):
            return self._fit(X, y, sample_weight, groups)
