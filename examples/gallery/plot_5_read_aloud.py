"""
A network read aloud
====================

A network of three hidden neurons can be read like a sentence, and compared with what
one knows.
"""

# %%
# The data are invented rents of flats. A flat costs a certain amount per square metre.
# It is cheaper for every kilometre from the station, up to the third, from where on
# nobody walks. Houses built before 1930 are sought after, the more so the older they
# are. Basements are not.

import numpy as np
import pandas as pd

from sklearn_sparcs import ArchitectureDisplay, SparcsRegressor, export_text

rng = np.random.default_rng(0)
n = 2000
X = pd.DataFrame(
    {
        "area": rng.uniform(25, 120, n),
        "km": rng.uniform(0, 10, n),
        "year": rng.integers(1880, 2020, n).astype(float),
        "floor": rng.integers(-1, 8, n).astype(float),
    }
)
y = 200 + 8 * X["area"] + 60 * np.maximum(3 - X["km"], 0)
y = y + 5 * np.maximum(1930 - X["year"], 0) - 100 * np.maximum(-X["floor"], 0)
y = y + rng.normal(scale=30, size=n)

# %%
# The network has as many neurons as pay. It is printed in words, and as a formula in
# the units of the data:

model = SparcsRegressor(random_state=0).fit(X, y)
print(model.summary())

# %%
print(export_text(model))

# %%
# A relu neuron is zero until its weighted sum is positive. So the formula says where
# each neuron bends, with the other features at their means, and by how much the slope
# changes there. At the third kilometre the fall of the rent ends, at 1930 the price of
# age, and above the ground that of a floor.

form = model.direct_form_
w, b, sent = form.coefs[2, 1], form.intercepts[2], form.coefs[3, 2][0]
for n, j in enumerate(np.abs(w * X.std().to_numpy()).argmax(axis=1)):
    others = w[n] @ X.mean().to_numpy() - w[n, j] * X.iloc[:, j].mean()
    bend, change = -(b[n] + others) / w[n, j], sent[n] * abs(w[n, j])
    print(
        f"h{n + 1}: at {X.columns[j]} = {bend:.1f} the slope changes by {change:+.1f}"
    )

# %%
_ = ArchitectureDisplay.from_estimator(model, X)
