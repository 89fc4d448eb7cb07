"""Second derivatives of a linear model's loss, a block an output.

Of f = W x + b, with v_ik the curvature ∂²ℓ_i/∂f_ik² of sample i in output k, the
block is A_k = Σ_i v_ik x_i x_i' / n and the ridge. Features are centred for
each output, Σ_i v_ik x_i = 0, so that its constant stands apart. What softmax has
between its outputs is left out.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from .ridge import Linear

#: What is added to a block, to its mean diagonal, that it can be factored.
_FLOOR = 1e-12


def positive(v: np.ndarray) -> np.ndarray:
    """Curvatures that can be divided by: a sample may be certain."""
    return v.clip(np.finfo(float).tiny)


def first_sums(x: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The Σ_i v_ik (outputs,) and Σ_i v_ik x_i (outputs, features)."""
    return v.sum(axis=0), np.asarray(v.T @ x)


def centres_of(total: np.ndarray, pulled: np.ndarray, intercept: bool) -> np.ndarray:
    """The centres of the features for each output, from `first_sums`."""
    centres: np.ndarray = pulled / total[:, None] * float(intercept)
    return centres


def scatter(x: np.ndarray, v: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """The Σ_i v_ik x_i x_i' about centres, (outputs, features, features)."""
    found = np.empty((v.shape[1], x.shape[1], x.shape[1]))
    for k, centre in enumerate(centres):
        z = (x - centre) * np.sqrt(v[:, k : k + 1])
        found[k] = z.T @ z
    return found


@dataclass(frozen=True)
class OutputBlocks:
    """The blocks, factored: coordinates in which they are the identity.

    Attributes
    ----------
    factors : ndarray of shape (outputs, features, features)
        L_k, lower triangular, with L_k L_k' = A_k.
    centres : ndarray of shape (outputs, features)
    constants : ndarray of shape (outputs,)
        Roots of the second derivatives by the constants.
    """

    factors: np.ndarray
    centres: np.ndarray
    constants: np.ndarray

    @classmethod
    def of(
        cls, x: np.ndarray, v: np.ndarray, ridge: float, intercept: bool
    ) -> "OutputBlocks":
        """Blocks for features (n, features) and curvatures (n, outputs)."""
        v = positive(v)
        centres = centres_of(*first_sums(x, v), intercept)
        return cls.of_sums(
            len(x), v.sum(axis=0), scatter(x, v, centres), centres, ridge
        )

    @classmethod
    def of_sums(
        cls,
        n: int,
        total: np.ndarray,
        squares: np.ndarray,
        centres: np.ndarray,
        ridge: float,
    ) -> "OutputBlocks":
        """Blocks from sums over n samples: curvatures (outputs,), and `scatter`."""
        factors = np.empty_like(squares)
        for k, A in enumerate(squares / n):
            floor = max(_FLOOR * A.trace() / len(A), np.finfo(float).tiny ** 0.5)
            A.flat[:: len(A) + 1] += ridge + floor
            factors[k] = np.linalg.cholesky(A)
        return cls(factors, centres, np.sqrt(total / n))

    def of_linear(self, linear: Linear) -> np.ndarray:
        """Coordinates (outputs · (features + 1),) of a linear model."""
        W, b = linear
        z = np.einsum("kji,kj->ki", self.factors, W)
        constant = (b + (W * self.centres).sum(axis=1)) * self.constants
        return np.concatenate([z.ravel(), constant])

    def linear(self, flat: np.ndarray) -> Linear:
        """The linear model at some coordinates."""
        z = flat[: self.centres.size].reshape(self.centres.shape)
        W = np.stack(
            [
                solve_triangular(L, row, lower=True, trans="T", check_finite=False)
                for L, row in zip(self.factors, z, strict=True)
            ]
        )
        constant = flat[self.centres.size :] / self.constants
        return W, constant - (W * self.centres).sum(axis=1)

    def slope(self, slope: Linear) -> np.ndarray:
        """Slopes by coordinates, from those by W and b."""
        of_W, of_b = slope
        of_W = of_W - of_b[:, None] * self.centres
        z = [
            solve_triangular(L, row, lower=True, check_finite=False)
            for L, row in zip(self.factors, of_W, strict=True)
        ]
        return np.concatenate([*z, of_b / self.constants])

    def leverage(self, x: np.ndarray, intercept: bool) -> np.ndarray:
        """x_i' A_k⁻¹ x_i / n of each sample, constant included, (n, outputs)."""
        h = np.empty((len(x), len(self.centres)))
        for k, (L, centre) in enumerate(zip(self.factors, self.centres, strict=True)):
            z = solve_triangular(L, (x - centre).T, lower=True, check_finite=False)
            h[:, k] = np.square(z).sum(axis=0) + intercept / self.constants[k] ** 2
        return h / len(x)


@dataclass(frozen=True)
class NoBlocks:
    """The weights themselves as coordinates.

    Attributes
    ----------
    shape : tuple of int
        Outputs, features.
    """

    shape: tuple[int, int]

    def of_linear(self, linear: Linear) -> np.ndarray:
        """Coordinates (outputs · (features + 1),) of a linear model."""
        W, b = linear
        return np.concatenate([W.ravel(), b])

    def linear(self, flat: np.ndarray) -> Linear:
        """The linear model at some coordinates."""
        c, p = self.shape
        return flat[: c * p].reshape(c, p), flat[c * p :]

    def slope(self, slope: Linear) -> np.ndarray:
        """Slopes by coordinates, from those by W and b."""
        return self.of_linear(slope)
