"""
Out into plain torch
====================

The result of a fit is a small network with skip connections. As a torch module it no
longer needs this package.
"""

# %%
# Handwritten digits, eight pixels by eight. A linear model makes next to no mistake on
# the training rows, so the default, which requires significance, would stay linear.

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from sklearn_sparcs import ArchitectureDisplay, SparcsClassifier

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)
model = SparcsClassifier(alpha=1e-4, min_significance=0, random_state=0).fit(X, y)
small = model.pruned_estimator_
linear = SparcsClassifier(hidden_layer_sizes=()).fit(X, y)
for found in (linear, small):
    accuracy = found.score(X_test, y_test)
    print(found.active_architecture_, f"accuracy {accuracy:.3f}")

# %%
# The plot shows the 30 of 64 inputs with the strongest links.

fig, ax = plt.subplots(figsize=(6.4, 6), layout="constrained")
_ = ArchitectureDisplay.from_estimator(small, X, max_links=200, ax=ax)

# %%
# ``to_torch`` builds a module of ``torch.nn.Linear`` layers. Its code shows what it
# computes: features are clipped to the bounds of the training data, then layer follows
# layer.

module = small.to_torch()
print(module)

# %%
# It takes raw features and gives scores, the same to rounding.

with torch.no_grad():
    scores = module(torch.from_numpy(X_test))
probabilities = scores.softmax(dim=1).numpy()
print(abs(probabilities - small.predict_proba(X_test)).max() < 1e-12)

# %%
# The weights alone, without a module, are arrays by (receiver, sender):

for link, weight in sorted(small.coefs_.items()):
    print(link, weight.shape)
