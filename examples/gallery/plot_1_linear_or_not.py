"""
Linear, or not?
===============

Two tables, one question: is a linear model enough?
:class:`~sklearn_sparcs.SparcsRegressorCV` starts at least squares, lets neurons wake as
the penalty falls, and compares by cross-validation what each network is worth.
"""

# %%
# The diabetes data have ten features of 442 patients, and a measure of how far the
# disease is a year later. The simplest network within a standard error of the best is
# what the verdict is about.

from sklearn.datasets import load_diabetes, make_friedman1

from sklearn_sparcs import PathDisplay, SparcsRegressorCV

search = SparcsRegressorCV(20, random_state=0)
diabetes = search.fit(*load_diabetes(return_X_y=True))
print(diabetes.verdict_)

# %%
# Scores along the path, from the linear model on the left, once with rectified neurons
# and once with tanh: neurons do wake, and the score does not rise by more than the
# folds differ. Further on it falls, for there the network learns noise, and the folds
# follow it no more.

display = PathDisplay.from_estimator(diabetes)
_ = display.figure_.suptitle("Diabetes")

# %%
# Friedman's first problem is another matter: a sine of a product, a square, and two
# linear terms.

friedman = SparcsRegressorCV(20, random_state=0)
friedman.fit(*make_friedman1(500, noise=0.5, random_state=0))
print(friedman.verdict_)

# %%
# Here every neuron lifts the score, until there are half a dozen.

display = PathDisplay.from_estimator(friedman)
_ = display.figure_.suptitle("Friedman's first problem")

# %%
# ``hidden_share_`` says how much of the prediction no linear model could give, and
# ``neuron_stability_`` in which share of the folds each neuron of the network came
# back.

print(f"{friedman.hidden_share_:.0%} of the variance is not linear")
print(friedman.neuron_stability_)
