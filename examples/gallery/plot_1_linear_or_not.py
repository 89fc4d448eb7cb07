"""
Linear, or not?
===============

Two tables, one question: is a linear model enough?
:class:`~sklearn_sparcs.SparcsRegressorCV` starts at least squares, lets neurons wake as
the penalty falls, and compares by cross-validation what each network is worth.
"""

# %%
# The diabetes data have ten features of 442 patients, and a measure of the progression
# of the disease after one year. The verdict is about the simplest network within a
# standard error of the best one.

from sklearn.datasets import load_diabetes, make_friedman1

from sklearn_sparcs import PathDisplay, SparcsRegressorCV

search = SparcsRegressorCV(20, random_state=0)
diabetes = search.fit(*load_diabetes(return_X_y=True))
print(diabetes.verdict_)

# %%
# The plot shows the scores along the path, with the linear model on the left, once for
# rectified neurons and once for tanh. Neurons do wake, but the score rises by no more
# than the folds differ. Further on it falls, since the network learns noise there, and
# the folds stop following the path.

display = PathDisplay.from_estimator(diabetes)
_ = display.figure_.suptitle("Diabetes")

# %%
# Friedman's first problem is another matter: a sine of a product, a square, and two
# linear terms.

friedman = SparcsRegressorCV(20, random_state=0)
friedman.fit(*make_friedman1(500, noise=0.5, random_state=0))
print(friedman.verdict_)

# %%
# Here every neuron raises the score, until there are half a dozen.

display = PathDisplay.from_estimator(friedman)
_ = display.figure_.suptitle("Friedman's first problem")

# %%
# ``hidden_share_`` is the share of the prediction's variance that no linear model could
# give. ``neuron_stability_`` gives, for each neuron of the network, the share of the
# folds in which it was found again.

print(f"{friedman.hidden_share_:.0%} of the variance is not linear")
print(friedman.neuron_stability_)
