"""The proximal step of the sparse-group penalty, in the metric of an optimiser."""

from dataclasses import dataclass

from .._numerics.array_library import Array, ArrayLibrary

#: Newton's iterations for the norm of a group: two more than reach rounding.
_N_ITERATIONS = 8


@dataclass(frozen=True)
class ProximalStep:
    """The penalty's proximal step for hidden layers of given sizes.

    Its eigenvalues are those of all hidden layers, one after another.

    Parameters
    ----------
    arrays : ArrayLibrary
        What computes.
    l1_ratio : float
    strengths : array (n,)
        alpha w_i of each neuron's layer.
    groups : tuple of slice
        The layers whose norm counts: none where that has no weight.
    """

    arrays: ArrayLibrary
    l1_ratio: float
    strengths: Array
    groups: tuple[slice, ...]

    def __call__(self, lam: Array, orthant: Array, metric: Array, step: float) -> None:
        """argmin_x Σ_n metric_n (x_n − λ_n)² / (2 step) + alpha Ω(x) over an orthant.

        Exact, in place. After a step of Adam, its own metric is √v̂ + ε.

        Parameters
        ----------
        lam : array (n,)
            The eigenvalues.
        orthant : array (n,)
            The sign each is to have, or 0: beyond the kink at zero the gradient that
            led there says nothing.
        metric : array (n,)
        step : float
        """
        thresholds = self.strengths / metric
        thresholds *= step
        lam *= orthant
        lam -= thresholds * self.l1_ratio
        self.arrays.activation("relu").forward(lam, out=lam)
        if self.groups:
            thresholds *= 1 - self.l1_ratio
        for layer in self.groups:
            lam[layer] = _group_step(self.arrays, lam[layer], thresholds[layer])
        lam *= orthant


def _group_step(arrays: ArrayLibrary, z: Array, step: Array) -> Array:
    """argmin_x Σ_n (x_n − z_n)² / (2 step_n) + ‖x‖₂.

    At the solution x = z r / (r + step) with r = ‖x‖: a metric of different steps has
    no closed form. 1 / ‖z / (r + step)‖ is nearly linear in r, so Newton's method on
    it, from a lower bound of r, is exact to rounding in six iterations.
    """
    xp = arrays.xp
    r = (xp.sqrt((z * z).sum()) - step.max()).clip(0)
    for _ in range(_N_ITERATIONS):
        square = (z / (r + step)) ** 2
        n2 = square.sum()
        r = r + n2 * (xp.sqrt(n2) - 1) / (square / (r + step)).sum()
    # where a learning rate is zero, so is the step, and z / step no number at zero
    awake = (xp.where(z != 0, z / step, 0) ** 2).sum() > 1
    return xp.where(awake, z * r / (r + step), 0)
