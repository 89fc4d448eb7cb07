"""Tests of scikit-learn that do not apply here, and why, a short reason each.

Patterns of names; one without parameters stands for all of them.
"""

WORDS = "asks for words of theirs"
COUNTS = "counts iterations of a solver of theirs"
COEFFICIENTS = "asks for the coefficients, or the alphas, of an ℓ₁ penalty"
NOISE = "asks that a network remember noise"
DTYPE = "asks for float32 weights, where those of raw features are float64"
DUAL_GAP = "asks for `dual_gap_`"
POSITIVE = "has a parameter of theirs, `positive`"
PRECOMPUTE = "has a parameter of theirs, `precompute`"
CHECK_INPUT = "has a parameter of theirs, `check_input`"
RATE = "has a parameter of theirs, `learning_rate`"
MAX_FUN = "has a parameter of theirs, `max_fun`"
L1_RATIO = "asks for `l1_ratio_`, where no ratio is chosen here"
PRIVATE = "reads or sets private state of theirs"
LAST_EPOCH = "asks `fit` for its last epoch, where it keeps the best"
ALL_EPOCHS = "asks for the epochs of one fit, where `n_iter_` is of all it goes on from"
STREAMS = "asks that `partial_fit` be refused where it works here"
GROUPS = "asks that groups be refused"
EVIDENCE = "asks that twice the rows, or whole weights, be no more evidence"
#: Weights are what repeated rows are to the last bit where a network is linear.
DRAWN = "compares weights with repeated rows, of which other neurons are drawn"
ALPHA_MAX = "asks that the linear part vanish at the largest alpha"
#: These would pass whatever ours did.
NO_ESTIMATOR = "fits no estimator"

_MLP = {
    "test_fit": PRIVATE,
    "test_gradient": PRIVATE,
    "test_lbfgs_regression": NOISE,
    "test_lbfgs_(classification|regression)_maxfun": MAX_FUN,
    "test_learning_rate_warmstart": RATE,
    "test_multilabel_classification": NOISE,
    "test_partial_fit_regression": LAST_EPOCH,
    "test_partial_fit_errors": STREAMS,
    "test_nonfinite_params": WORDS,
    "test_predict_proba_binary": "takes logarithms of probabilities for the more exact",
    "test_predict_proba_multilabel": NOISE,
    "test_verbose_sgd": WORDS,
    "test_adaptive_learning_rate": RATE,
    "test_warm_start": "asks that a warm start with fewer classes be refused",
    "test_warm_start_full_iteration": ALL_EPOCHS,
    "test_n_iter_no_change(_inf)?": PRIVATE,
    "test_early_stopping_stratified": "asks that a class of one member be refused",
    r"test_mlp_param_dtypes\[.*float32\]": DTYPE,
    r"test_preserve_feature_names\[MLPClassifier\]": "fits a single class",
    "test_mlp_warm_start_no_convergence": ALL_EPOCHS,
    "test_mlp_partial_fit_after_fit": STREAMS,
    "test_mlp_diverging_loss": "asks that training diverge",
    "test_mlp_vs_poisson_glm_equivalent": "has a parameter of theirs, `loss`",
    "test_minimum_input_sample_size": "asks that a validation part of a row be refused",
}

_COORDINATE_DESCENT = {
    "test_set_order_(dense|sparse)": NO_ESTIMATOR,
    "test_cython_solver_equivalence": NO_ESTIMATOR,
    "test_lasso_zero": DUAL_GAP,
    "test_enet_nonfinite_params": WORDS,
    "test_(lasso|enet)_toy": COEFFICIENTS,
    "test_lasso_dual_gap": DUAL_GAP,
    "test_lasso_cv": COEFFICIENTS,
    "test_(lasso|enet)(_cv)?_positive_constraint": POSITIVE,
    "test_lassocv_alphas_validation": WORDS,
    "test_lasso_path_return_models_vs_new_return_gives_same_coefficients": COEFFICIENTS,
    "test_enet_path": L1_RATIO,
    "test_lasso_alpha_warning": WORDS,
    "test_uniform_targets": COEFFICIENTS,
    "test_multi_task_lasso_vs_skglm": COEFFICIENTS,
    "test_multi_task_lasso_and_enet": DUAL_GAP,
    "test_lasso_readonly_data": COEFFICIENTS,
    "test_multi_task_lasso_readonly_data": DUAL_GAP,
    "test_enet_multitarget": DUAL_GAP,
    "test_multioutput_enetcv_error": "asks that several targets be refused",
    "test_multitask_enet_and_lasso_cv": COEFFICIENTS,
    "test_1d_multioutput_enet_and_multitask_enet_cv": L1_RATIO,
    "test_elasticnet_precompute_incorrect_gram": PRECOMPUTE,
    "test_warm_start_convergence(_with_regularizer_decrement)?": COUNTS,
    "test_enet_path_positive": POSITIVE,
    "test_path_unknown_parameter": WORDS,
    "test_check_input_false": CHECK_INPUT,
    "test_enet_copy_X_False_check_input_False": CHECK_INPUT,
    "test_overridden_gram_matrix": PRECOMPUTE,
    "test_enet_float_precision": DTYPE,
    "test_enet_l1_ratio": WORDS,
    "test_enet_coordinate_descent_raises_convergence": COUNTS,
    "test_sparse_input_convergence_warning": COUNTS,
    "test_lassoCV_does_not_set_precompute": PRECOMPUTE,
    "test_enet_cv_sample_weight_correctness": DRAWN,
    "test_enet_cv_grid_search": L1_RATIO,
    "test_enet_cv_sample_weight_consistency": EVIDENCE,
    r"test_sample_weight_invariance\[estimator1\]": EVIDENCE,
    "test_cv_estimators_reject_params_with_no_routing_enabled": GROUPS,
    r"test_enet_alpha_max\[\w+-(False-.*|True-.*-ElasticNetCV-ElasticNet)\]": ALPHA_MAX,
    r"test_enet_alpha_max\[\w+-True-.*-MultiTaskElasticNet\]": NO_ESTIMATOR,
    "test_enet_path_check_input_false": CHECK_INPUT,
    "test_path_function_deprecated_n_alphas": WORDS,
}

NOT_APPLICABLE = {
    "sklearn.neural_network.tests.test_mlp": _MLP,
    "sklearn.linear_model.tests.test_coordinate_descent": _COORDINATE_DESCENT,
}
