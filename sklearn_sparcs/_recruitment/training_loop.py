"""Growth in a training loop of one's own, beside its optimiser.

The optimiser moves eigenvectors and eigenvalues with everything else. What is left to
do between its steps is the penalty's proximal step, and to wake the neurons that pay.
"""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import torch
from torch import Tensor

from .._losses.penalty import SparseGroupPenalty
from .._networks.growing_module import GrowingSpectralNetwork
from .._networks.spectral import SpectralNetwork
from .._numerics.array_library import TORCH
from .blind_spots import BYPASSED
from .growth_checks import (
    changed_by_growth,
    is_frozen,
    refuse_computed,
    refuse_numbers_out_of_range,
    refuse_other_generator,
    refuse_other_state,
    refuse_sharded,
    refuse_unfit,
)
from .optimizer_adapter import OptimizerAdapter
from .recorder import Recorder
from .recruitment import Recruitment, refuse_averaged_indices
from .step_watch import StepWatch
from .tenure import CLOSED, Tenure


class Growth:
    """What a spectral network needs beside an optimiser: penalty, and recruitment.

    Call ``step()`` after every step of the optimiser. It applies the proximal step of
    the penalty, in Adam's own metric where the optimiser has one, so that eigenvalues
    become exactly zero. And every ``interval`` steps it takes such neurons out of a
    `GrowingSpectralNetwork`, and wakes those that pay: whose eigenvalues, leaving
    zero, would lower the loss faster than the penalty asks for.

    A `SpectralNetwork` has all its neurons, and every eigenvalue a gradient; there
    ``step()`` is the proximal step alone.

    A network has one growth: another that is made of it takes over.

    Parameters
    ----------
    network : GrowingSpectralNetwork or SpectralNetwork
        A part of the network that is trained, or all of it. Batches whose gradient
        reaches its parameters are what surveys look at.
    optimizer : torch.optim.Optimizer
        Trains it; the network's parameters must be among its own.
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
    averages : sequence of GrowingSpectralNetwork, default=()
        Copies of the network, as in the ``module`` of a
        ``torch.optim.swa_utils.AveragedModel``, in which the same neurons are to wake
        and to leave. Update them after ``step()``.
    generator : torch.Generator, optional
        Draws the candidates, on the CPU; by default torch's own.

    Attributes
    ----------
    restructured : bool
        Whether neurons woke or left in the last ``step()``, so that parameters have
        taken other shapes.

    Raises
    ------
    ValueError
        If the optimiser does not train the network, or is of a kind that growth does
        not go with (L-BFGS, Rprop, Adafactor, ZeRO), a number is out of range, an
        average is no copy of the network, or the network is frozen, pruned by
        ``torch.nn.utils.prune``, or a gated `SpectralNetwork`, whose neurons no
        gradient wakes.
    TypeError
        If the network is another module, as one that wraps it, or the optimiser is
        none; if the network is sharded (FSDP): its parameters cannot take other shapes;
        or if the generator is none of torch's for the CPU.

    Notes
    -----
    Processes of ``torch.distributed`` train one network: the first surveys what passes
    through its own, and in all the same neurons wake. The parameters that
    ``torch.nn.parallel.DistributedDataParallel`` has seen are those of before, so it
    must wrap the network anew where ``restructured`` is True, and where a state of
    another shape was loaded. A survey raises a RuntimeError where networks have come to
    differ.

    References
    ----------
    Peri, Chicchi, Fanelli, Giambagli, "Spectral Architecture Search for Neural Network
    Models": [4.4] for the penalised loss.

    Examples
    --------
    >>> import torch
    >>> from sklearn_sparcs.nn import Growth, GrowingSpectralNetwork
    >>> generator = torch.Generator().manual_seed(0)
    >>> x = torch.randn(256, 4, generator=generator)
    >>> y = x[:, :1].abs()
    >>> net = GrowingSpectralNetwork(4, (20,), 1, generator=generator)
    >>> optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    >>> with Growth(net, optimizer, alpha=1e-3, generator=generator) as growth:
    ...     for _ in range(500):
    ...         optimizer.zero_grad()
    ...         loss = (net(x) - y).square().mean()
    ...         loss.backward()
    ...         optimizer.step()
    ...         growth.step()
    >>> bool(loss < 0.01), 0 < net.n_live[0] < 20
    (True, True)
    >>> small = net.to_direct()
    >>> bool(torch.allclose(small(x), net(x), atol=1e-5))
    True
    """

    def __init__(
        self,
        network: GrowingSpectralNetwork | SpectralNetwork,
        optimizer: torch.optim.Optimizer,
        *,
        alpha: float = 1e-4,
        l1_ratio: float = 1.0,
        depth_factor: float = 1.0,
        min_significance: float = 3.5,
        interval: int = 32,
        n_batches: int = 32,
        max_recruits: int = 8,
        averages: Sequence[GrowingSpectralNetwork] = (),
        generator: torch.Generator | None = None,
    ):
        refuse_unfit(network)
        refuse_numbers_out_of_range(
            at_least_zero={
                "alpha": alpha,
                "depth_factor": depth_factor,
                "min_significance": min_significance,
            },
            counts={
                "interval": interval,
                "n_batches": n_batches,
                "max_recruits": max_recruits,
            },
            shares={"l1_ratio": l1_ratio},
        )
        refuse_other_generator(generator)
        self.network, self.optimizer, self.interval = network, optimizer, interval
        self.penalty = SparseGroupPenalty(alpha, l1_ratio, depth_factor)
        self._adapter = OptimizerAdapter(
            optimizer, [p for p in network.parameters() if p.requires_grad]
        )
        self._generator = generator
        self.recruitment: Recruitment | None = None
        self._watch: Recorder | StepWatch
        if isinstance(network, GrowingSpectralNetwork):
            self.recruitment = Recruitment(
                network,
                _copies(averages, network),
                self._adapter,
                Recorder(network, self._adapter, n_batches),
                min_significance=min_significance,
                max_recruits=max_recruits,
                generator=generator or torch.default_generator,
            )
            self._watch = self.recruitment.recorder
        else:
            self._watch = StepWatch(self._adapter, network.penalized_eigenvalues())
        self.restructured = False
        self._before = self._eigenvalues()
        self._n_steps = 0
        self._tenure = Tenure(network, self._watch.close)

    def __reduce__(self) -> NoReturn:
        """Refuse copies and pickles, which would watch nothing.

        Raises
        ------
        TypeError
        """
        raise TypeError(
            "A Growth cannot be copied or pickled, as it watches its network and its "
            "optimizer. Copy these, make a Growth of the copies, and give it the "
            "state_dict() of this one."
        )

    def __enter__(self) -> "Growth":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @torch.inference_mode(False)
    @torch.no_grad()
    def close(self) -> None:
        """Take out who has fallen asleep, and stop recording: no step may follow."""
        if self.recruitment is not None and not self._tenure.ended:
            self.recruitment.retire()
        self._tenure.end(CLOSED)

    @torch.inference_mode(False)
    def step(self) -> None:
        """After a step of the optimiser: the proximal step, and a survey when due.

        Nothing happens where there was no step, as while gradients are accumulated, the
        network had no gradient in it, or is frozen.

        Raises
        ------
        ValueError
            If only some of the parameters that growth changes are frozen, one has come
            to be computed from others (``torch.nn.utils.parametrize``), or averages
            have come to have other neurons.
        TypeError
            If the network has come to be sharded (FSDP).
        RuntimeError
            If this growth is closed, or another one of the network has taken over.
        """
        self._tenure.refuse_ended()
        self.restructured = False
        parameters = changed_by_growth(self.network)
        refuse_sharded(parameters)
        refuse_computed(parameters)
        if is_frozen(parameters):
            return
        try:
            with torch.no_grad():
                if self.recruitment is not None:
                    self._grow(self.recruitment)
                elif self._watch.end_step():
                    self._shrink()
        finally:
            self._before = self._eigenvalues()

    def state_dict(self) -> dict[str, Any]:
        """What growth has to go on from, beside the states of network and optimiser.

        Returns
        -------
        dict
            Of tensors and numbers; it holds the latest batches.
        """
        generator, steps = self._generator, []
        if self.recruitment is not None:
            steps = [list(step) for step in self.recruitment.recorder.steps]
        return {
            "n_steps": self._n_steps,
            "steps": steps,
            "generator": None if generator is None else generator.get_state(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from a state, once network and optimiser have loaded theirs.

        Parameters
        ----------
        state : dict
            What `state_dict` gave.

        Raises
        ------
        ValueError
            If it is another's.
        """
        refuse_other_state(state)
        self._n_steps = state["n_steps"]
        if self.recruitment is not None:
            self.recruitment.recorder.forget()
            self.recruitment.recorder.steps.extend(
                list(step) for step in state["steps"]
            )
        if self._generator is not None and state["generator"] is not None:
            self._generator.set_state(state["generator"])
        self._before = self._eigenvalues()

    def _grow(self, recruitment: Recruitment) -> None:
        """The proximal step, and when due a survey."""
        recorder = recruitment.recorder
        if not recorder.end_step():
            return
        if recorder.loaded:
            self._before, recorder.loaded = self._eigenvalues(), False
        self._n_steps += 1
        self._shrink()
        if self._n_steps % self.interval == 0:
            if recorder.is_bypassed:
                warnings.warn(BYPASSED, UserWarning, stacklevel=4)
            refuse_averaged_indices(recruitment.network, recruitment.averages)
            left = recruitment.retire()
            woke = recruitment.recruit(self.penalty, self._n_steps)
            self.restructured = left or woke

    def _eigenvalues(self) -> Tensor:
        """A copy of every penalised eigenvalue, in one vector."""
        lam = [lam.detach() for lam in self.network.penalized_eigenvalues()]
        return torch.cat(lam) if lam else torch.empty(0)

    def _shrink(self) -> None:
        """The proximal step, in place.

        No neuron of a growing network crosses zero: beyond the kink the gradient that
        led there says nothing.
        """
        lam = self.network.penalized_eigenvalues()
        sizes, flat = [len(x) for x in lam], self._eigenvalues()
        if not len(flat):
            return
        noted = self._before.shape == flat.shape  # no interrupt came in between
        orthant = (self._before if self.recruitment and noted else flat).sign()
        metric = torch.cat([self._adapter.metric(x) for x in lam])
        self.penalty.on(sizes, flat, TORCH)(flat, orthant, metric, 1.0)
        for x, value in zip(lam, flat.split(sizes), strict=True):
            x.copy_(value)


def _copies(
    averages: Sequence[GrowingSpectralNetwork], network: GrowingSpectralNetwork
) -> list[GrowingSpectralNetwork]:
    """Averages of a network, which have the same neurons.

    Raises
    ------
    ValueError
        If one is something else.
    """
    shapes = [p.shape for p in network.structure()]
    for average in averages:
        if not isinstance(average, GrowingSpectralNetwork) or (
            [p.shape for p in average.structure()] != shapes
        ):
            raise ValueError(
                "averages must be copies of the network with the same live neurons, as "
                "ema.module.head of ema = AveragedModel(net) is of net.head; got "
                f"{type(average).__name__}."
            )
    return list(averages)
