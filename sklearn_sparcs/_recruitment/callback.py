"""`Growth` as a callback of skorch."""

from typing import Any

from skorch.callbacks import Callback

from .._numerics.randomness import generators, own_random_state
from .training_loop import Growth


class GrowthCallback(Callback):
    """Lets a spectral network in a skorch net grow, be penalised and shrink again.

    Parameters
    ----------
    head : str, default=""
        Name of the network among the module's parts, as in ``named_modules``; empty if
        it is the module itself, and "_orig_mod" if that is compiled by skorch.
    alpha : float, default=1e-4
        Strength of the penalty, in units of the loss that is minimised: that whose
        gradient a step of the optimiser follows, before gradients are clipped, and
        without the scale of a ``torch.amp.GradScaler``.
    l1_ratio, depth_factor : float, default=1.0
        As in `SparcsRegressor`: 1 selects neurons, 0 whole layers.
    min_significance : float, default=3.5
        Standard errors that a rate must exceed for its neuron to wake; in a network
        that hears more than a thousand signals, that the gain of all candidates must
        on samples which they have not met. More than in the estimators, since in a
        long training surveys are many.
    interval : int, default=32
        Steps between two surveys.
    n_batches : int, default=32
        Latest batches that a survey looks at, or more if these hold fewer than two
        samples a signal that the network hears, or five where it hears more than a
        thousand: with fewer it cannot be told whether neurons are missing, or links
        have still to learn. They are kept, the network's input in each of them, and a
        survey copies that once, or half of it. A batch that passes again and again
        counts as new samples: let ``n_batches`` be an epoch at most.
    max_recruits : int, default=8
        Most neurons of a layer to wake after one survey.
    random_state : int, RandomState instance or None, default=None
        Draws the candidates.

    Notes
    -----
    The history's epochs are given ``n_live``, the awake hidden neurons.

    Examples
    --------
    >>> import numpy as np
    >>> from skorch import NeuralNetRegressor
    >>> from sklearn_sparcs.nn import GrowingSpectralNetwork, GrowthCallback
    >>> X = np.linspace(-1, 1, 100, dtype="float32")[:, None]
    >>> y = np.abs(X)
    >>> net = NeuralNetRegressor(
    ...     GrowingSpectralNetwork(1, (10,), 1),
    ...     optimizer__lr=0.05,
    ...     max_epochs=100,
    ...     train_split=None,
    ...     callbacks=[GrowthCallback(alpha=1e-3, random_state=0)],
    ...     verbose=0,
    ... ).fit(X, y)
    >>> net.history[-1, "n_live"] > 0
    True
    """

    def __init__(
        self,
        head: str = "",
        *,
        alpha: float = 1e-4,
        l1_ratio: float = 1.0,
        depth_factor: float = 1.0,
        min_significance: float = 3.5,
        interval: int = 32,
        n_batches: int = 32,
        max_recruits: int = 8,
        random_state: Any = None,
    ):
        self.head = head
        self.alpha, self.l1_ratio, self.depth_factor = alpha, l1_ratio, depth_factor
        self.min_significance, self.interval = min_significance, interval
        self.n_batches, self.max_recruits = n_batches, max_recruits
        self.random_state = random_state

    def __getstate__(self) -> dict[str, Any]:
        """What is pickled or copied, in training too, as by ``Checkpoint(f_pickle=…)``.

        A copy is not in training: it watches no network.
        """
        return {name: value for name, value in vars(self).items() if name != "growth_"}

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kw: Any) -> None:
        """Start to record what passes through the network."""
        self.growth_ = Growth(
            net.module_.get_submodule(self.head),
            net.optimizer_,
            alpha=self.alpha,
            l1_ratio=self.l1_ratio,
            depth_factor=self.depth_factor,
            min_significance=self.min_significance,
            interval=self.interval,
            n_batches=self.n_batches,
            max_recruits=self.max_recruits,
            generator=generators(own_random_state(self.random_state), 1)[0],
        )

    def on_batch_end(
        self, net: Any, batch: Any = None, training: bool = False, **kw: Any
    ) -> None:
        """After each step of the optimiser."""
        if training:
            self.growth_.step()

    def on_epoch_end(self, net: Any, **kw: Any) -> None:
        """Record how many neurons are awake."""
        net.history.record("n_live", sum(map(len, self.growth_.network.neurons)))

    def on_train_end(self, net: Any, **kw: Any) -> None:
        """Let go of the network and its data, so that the net pickles."""
        self.growth_.close()
        del self.growth_
