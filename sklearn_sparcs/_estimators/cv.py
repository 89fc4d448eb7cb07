"""`SparcsRegressorCV`, `SparcsClassifierCV`: how much network the data want."""

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
    """`SparcsRegressor` along a path of alphas, chosen by cross-validation.

    Answers how much network the data want, from none: every fold begins at least
    squares, and neurons wake as alpha falls.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The *largest* network allowed. Of several layers the last is tried first, then
        one more at a time while the best mean score rises.
    n_alphas : int, default=25
        Length of the grid, geometric from the alpha at which every fold is linear.
        The folds follow it as far as their mean score rises.
    eps : float in (0, 1), default=1e-4
        Smallest alpha, as a share of the largest.
    alphas : array-like, optional
        A grid of one's own.
    cv : int, splitter or iterable of splits, default=None
        As everywhere in scikit-learn; None is five folds.
    scoring : str or callable, default=None
        What is best; None is the estimator's own ``score``.
    selection : float, "best" or "1se", default=0.25
        The fewest live neurons whose mean score is within so many standard errors of
        the best; "best" is none, and "1se" one. Unless it is none, the linear model
        stays where the best is better in half of the folds at most, and by no more
        than chance explains; less is chance where all the data show only noise.
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
    activation : {"auto", "relu", "tanh", "logistic", "gelu", "identity"}, \
default="auto"
        Activation of the hidden layers; "auto" lets the folds choose between relu,
        which suits kinks and noise, and tanh, which suits what is smooth.
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
    prediction_margin : float or None, default=None
        Keep predictions within the range of the training targets, widened at either
        end by this share of its width; 0 keeps to the range. None lets a network of
        linear pieces say what it says of rows unlike all that it was trained on.
    prune_tol : float, default=0.05
        Largest relative rise of the loss that ``pruned_estimator_`` may cost.
    n_jobs : int, default=None
        Folds at a time.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Folds get seeds of their own, so that what they share is not the draw's.
    verbose : bool or int, default=False
        Show how far the folds have come, in a bar.

    Attributes
    ----------
    alpha_ : float
        The alpha chosen.
    activation_ : str
        The activation chosen.
    clip_ : float or None
        Where features are cut off, if they are, in standard deviations.
    depth_ : int
        How many hidden layers were open.
    alphas_ : ndarray of shape (n_alphas,)
        The path, from the largest alpha down.
    cv_curves_ : list of (depth, activation)
        What the folds followed the alphas with: how many hidden layers were open, and
        which activation they had.
    cv_scores_path_ : ndarray of shape (n_curves, n_alphas, n_folds)
        Score of each fold at every alpha that it came to, and nan beyond.
    cv_architectures_path_ : list (curves) of lists (folds) of lists of Architecture
        What each fold found at every alpha that it came to.
    best_score_ : float
        Best mean score over the folds.
    best_score_error_ : float
        Standard error of that mean.
    constant_score_ : float
        Mean score over the folds of what knows no features: the mean of the targets,
        or the shares of the classes. The verdict says so where no network is better
        by more than a standard error of the difference.
    alpha_1se_ : float
        The alpha of the simplest network within a standard error of the best.
    estimator_1se_ : CompactRegressor
        The simplest network within a standard error of the best, fitted to all the
        data, then pruned as ``pruned_estimator_`` is.
    linear_suffices_ : bool
        Whether the network at ``alpha_1se_`` is linear.
    hidden_share_ : float
        Share of the prediction's variance that no linear function of the features
        has: what the hidden neurons are there for. Zero for a linear model.
    verdict_ : str
        Whether a linear model suffices, in words; or that no network is better than a
        constant; or that the data, beyond 2²⁵ numbers or 2000 inputs, are too large to
        ask, and only a linear model was fitted.
    path_ : SparcsPath
        The path over all the data, down to ``alpha_``. Its last network is the one
        chosen, before the neurons went that the loss can spare by one per cent.
    pruned_estimator_ : CompactRegressor
        The smaller network that ``prune_tol`` allows, though never a linear model, as
        the folds said that one is worse.
    fold_architectures_ : list of Architecture
        What each fold found at ``alpha_``, idle neurons included.
    depth_stability_ : float
        Share of the folds that found as many hidden layers as
        ``active_architecture_`` has.
    neuron_stability_ : ndarray of shape (n_hidden,)
        For each neuron of ``active_architecture_``, the share of folds in which one
        fires alike: their signals' correlation exceeds 0.9.
    active_architecture_ : Architecture
        The neurons that compute, and which layers feed which: those of the network
        chosen, less the ones that the loss can spare by one per cent.
    eigenvalues_ : list of B + 1 arrays
        λ of the input, each hidden layer and the output. A hidden layer too narrow to
        pass the linear map on is widened by relays, neurons that never fire.
    eigenvectors_ : list of B arrays
        φ_k, shape (N_{k+1}, N_k), with the scaled features as input.
    alpha_max_ : float
        Smallest ``alpha`` at which no neuron wakes.
    n_outputs_ : int
        Outputs of the network.
    n_features_in_ : int
        Features seen in ``fit``.
    feature_names_in_ : ndarray of str
        Their names, where X has some.
    linear_coef_ : ndarray of shape (n_features,) or (n_outputs, n_features)
        Weights of the linear part, beside the neurons', in raw units.
    linear_coef_std_ : ndarray of the same shape
        Their standard errors, all other weights being free as well; those of least
        squares if there are no neurons. nan where nothing is known.
    linear_p_value_ : float
        Share of data for which a linear model suffices that would say as much against
        it as these do, in a test by random neurons and residuals drawn anew.
        nan where that cannot be told: samples hardly more than features, more than 2000
        features, or fits by ``partial_fit`` or from a random start.
    feature_importances_ : ndarray of shape (n_features,)
        What each feature decides: the mean square by which targets that are predicted,
        in standard deviations, change where that feature alone is as in another
        training sample. Shares of the sum over features; zeros if none is heard.
    linear_alpha_ : float
        The strength of the linear part's ridge that was used.
    loss_curve_ : list of float
        Training loss of each network of ``path_``.
    n_iter_ : int
        Alphas followed over all the data.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    encoding_ : RealEncoding
        How targets become the network's, and its outputs predictions.

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
        """Choose on folds, and fit to all the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        sample_weight : array-like of shape (n_samples,), optional
            In training and in scores.
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
    """`SparcsClassifier` along a path of alphas, chosen by cross-validation.

    Answers how much network the data want, from none: every fold begins at logistic
    regression, and neurons wake as alpha falls.

    Parameters
    ----------
    hidden_layer_sizes : int or array-like of int, default=(100,)
        The *largest* network allowed. Of several layers the last is tried first, then
        one more at a time while the best mean score rises.
    n_alphas : int, default=25
        Length of the grid, geometric from the alpha at which every fold is linear.
        The folds follow it as far as their mean score rises.
    eps : float in (0, 1), default=1e-4
        Smallest alpha, as a share of the largest.
    alphas : array-like, optional
        A grid of one's own.
    cv : int, splitter or iterable of splits, default=None
        As everywhere in scikit-learn; None is five folds.
    scoring : str or callable, default=None
        What is best; None is the estimator's own ``score``.
    selection : float, "best" or "1se", default=0.25
        The fewest live neurons whose mean score is within so many standard errors of
        the best; "best" is none, and "1se" one. Unless it is none, the linear model
        stays where the best is better in half of the folds at most, and by no more
        than chance explains; less is chance where all the data show only noise.
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
    activation : {"auto", "relu", "tanh", "logistic", "gelu", "identity"}, \
default="auto"
        Activation of the hidden layers; "auto" lets the folds choose between relu,
        which suits kinks and noise, and tanh, which suits what is smooth.
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
    n_jobs : int, default=None
        Folds at a time.
    device : str, default="cpu"
        "cpu", "cuda", "cuda:1" …, or "auto": CUDA where there is one.
    random_state : int, RandomState instance or None, default=None
        Folds get seeds of their own, so that what they share is not the draw's.
    verbose : bool or int, default=False
        Show how far the folds have come, in a bar.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Class labels; for a multilabel y, the labels' indices.
    alpha_ : float
        The alpha chosen.
    activation_ : str
        The activation chosen.
    clip_ : float or None
        Where features are cut off, if they are, in standard deviations.
    depth_ : int
        How many hidden layers were open.
    alphas_ : ndarray of shape (n_alphas,)
        The path, from the largest alpha down.
    cv_curves_ : list of (depth, activation)
        What the folds followed the alphas with: how many hidden layers were open, and
        which activation they had.
    cv_scores_path_ : ndarray of shape (n_curves, n_alphas, n_folds)
        Score of each fold at every alpha that it came to, and nan beyond.
    cv_architectures_path_ : list (curves) of lists (folds) of lists of Architecture
        What each fold found at every alpha that it came to.
    best_score_ : float
        Best mean score over the folds.
    best_score_error_ : float
        Standard error of that mean.
    constant_score_ : float
        Mean score over the folds of what knows no features: the mean of the targets,
        or the shares of the classes. The verdict says so where no network is better
        by more than a standard error of the difference.
    alpha_1se_ : float
        The alpha of the simplest network within a standard error of the best.
    estimator_1se_ : CompactClassifier
        The simplest network within a standard error of the best, fitted to all the
        data, then pruned as ``pruned_estimator_`` is.
    linear_suffices_ : bool
        Whether the network at ``alpha_1se_`` is linear.
    hidden_share_ : float
        Share of the variance of the network's outputs, whose softmax or logistic
        function the probabilities are, that no linear function of the features has:
        what the hidden neurons are there for. Zero for a linear model.
    verdict_ : str
        Whether a linear model suffices, in words; or that no network is better than a
        constant; or that the data, beyond 2²⁵ numbers or 2000 inputs, are too large to
        ask, and only a linear model was fitted.
    path_ : SparcsPath
        The path over all the data, down to ``alpha_``. Its last network is the one
        chosen, before the neurons went that the loss can spare by one per cent.
    pruned_estimator_ : CompactClassifier
        The smaller network that ``prune_tol`` allows, though never a linear model, as
        the folds said that one is worse.
    fold_architectures_ : list of Architecture
        What each fold found at ``alpha_``, idle neurons included.
    depth_stability_ : float
        Share of the folds that found as many hidden layers as
        ``active_architecture_`` has.
    neuron_stability_ : ndarray of shape (n_hidden,)
        For each neuron of ``active_architecture_``, the share of folds in which one
        fires alike: their signals' correlation exceeds 0.9.
    active_architecture_ : Architecture
        The neurons that compute, and which layers feed which: those of the network
        chosen, less the ones that the loss can spare by one per cent.
    alpha_max_ : float
        Smallest ``alpha`` at which no neuron wakes.
    direct_form_ : DirectForm
        The network that predicts, in direct space, with weights of raw features.
    eigenvalues_ : list of B + 1 arrays
        λ of the input, each hidden layer and the output. A hidden layer too narrow to
        pass the linear map on is widened by relays, neurons that never fire.
    eigenvectors_ : list of B arrays
        φ_k, shape (N_{k+1}, N_k), with the scaled features as input.
    encoding_ : ClassEncoding
        How targets become the network's, and its outputs predictions.
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
    linear_alpha_ : float
        The strength of the linear part's ridge that was used.
    label_smoothing_ : float
        The share that was spread, wherever there were hidden neurons.
    loss_curve_ : list of float
        Training loss of each network of ``path_``.
    n_features_in_ : int
        Features seen in ``fit``.
    n_iter_ : int
        Alphas followed over all the data.
    n_outputs_ : int
        Outputs of the network.

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
        """Choose on folds, and fit to all the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
        sample_weight : array-like of shape (n_samples,), optional
            In training and in scores.
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
