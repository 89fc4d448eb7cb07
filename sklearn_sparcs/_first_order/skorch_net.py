"""`SparcsNet`: a skorch net whose epochs are run by a solver.

skorch is cheap by the epoch and dear by the batch, so history, callbacks and
stopping are skorch's, while data lie on the device once and batches are slices.
"""

from math import isfinite
from typing import Any

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback
from torch import Tensor

from .._data.batches import Batch, TrainingData
from .._losses.losses import ClassificationLoss
from .._networks.network import Network
from .._numerics.status import Status
from .epochs import epoch, evaluate, shuffled
from .skorch_callbacks import refuse_others, refuse_unfed, refuse_unheeded
from .solver import Solver

#: The learning rate is divided by this when progress stalls.
LEARNING_RATE_DROP = 2.0
#: Training ends when progress stalls once more after so many divisions of the rate.
N_DROPS = 4
#: Neurons wake only before the learning rate has been divided this often.
N_GROWING_DROPS = 2


class _Finished(KeyboardInterrupt):
    """Ends skorch's loop over the epochs, the way its own EarlyStopping does."""


class SparcsNet(NeuralNet):
    """A skorch net whose epochs are run by a solver over `TrainingData`.

    Parameters
    ----------
    solver : Solver
        Steps on its network; ``module`` is that network.
    output_scale, output_mean : ndarray (outputs,)
        From the network's output to the user's units, for callbacks.
    batch_size, shuffle, tol, n_iter_no_change
        As in the estimators.
    keeps_best : bool
        Keep the best iterate, or the last.
    generator : torch.Generator
        Draws the order of the samples, if they are shuffled.

    Attributes
    ----------
    best_score_ : float
        Objective (validation loss, where there is validation data) of the iterate that
        is kept: the lowest so far, or the last. It is in the solver's network when
        ``fit`` returns.
    status_ : Status
        How training ended, once it has.
    """

    def __init__(
        self,
        module: Network,
        *,
        solver: Solver,
        generator: torch.Generator,
        tol: float,
        n_iter_no_change: float,
        shuffle: bool = True,
        keeps_best: bool = True,
        output_scale: np.ndarray | float = 1.0,
        output_mean: np.ndarray | float = 0.0,
        **kwargs: Any,
    ):
        self.solver, self.generator = solver, generator
        self.tol, self.n_iter_no_change, self.shuffle = tol, n_iter_no_change, shuffle
        self.keeps_best = keeps_best
        self.output_scale, self.output_mean = output_scale, output_mean
        super().__init__(
            module,
            criterion=torch.nn.Identity,
            train_split=None,
            use_caching=True,
            **kwargs,
        )

    # -- what skorch asks a net for -------------------------------------------------

    @property
    def _default_callbacks(self) -> list[Callback]:
        return []

    def initialize_callbacks(self) -> "SparcsNet":
        """Take the user's callbacks, but none that would not be obeyed."""
        refuse_others(self.callbacks or ())
        super().initialize_callbacks()
        refuse_unheeded(self.callbacks_)
        return self

    def initialize_optimizer(self, *args: Any, **kwargs: Any) -> "SparcsNet":
        """Take the solver's optimiser."""
        self.optimizer_ = self.solver.optimizer
        return self

    def check_data(self, X: Any, y: Any = None) -> None:
        """Accept the data unchecked: `TrainingData` is made by us."""

    def get_split_datasets(self, X: Any, y: Any = None, **kwargs: Any) -> Any:
        """Training and validation data: ``fit`` is given both."""
        return X

    def get_iterator(self, dataset: Any, training: bool = False) -> Any:
        """The data themselves, which make their own batches."""
        return dataset

    def forward_iter(self, X: Any, training: bool = False, device: str = "cpu") -> Any:
        """Outputs in the user's units, a slice at a time (for scoring callbacks)."""
        with torch.no_grad():
            for x, _, _ in X.slices():
                yield self._in_user_units(self.solver.network(x))

    def predict(self, X: Any) -> np.ndarray:
        """Predictions for scoring callbacks: targets, class indices, or indicators."""
        return self.solver.loss.predictions(self._outputs(X))

    def predict_proba(self, X: Any) -> np.ndarray:
        """Probabilities for scoring callbacks.

        Raises
        ------
        AttributeError
            If the net is a regression.
        """
        loss = self.solver.loss
        if not isinstance(loss, ClassificationLoss):
            raise AttributeError(
                f"{type(loss).__name__} has no probabilities; score with `predict`."
            )
        return loss.probabilities(self._outputs(X))

    def _outputs(self, data: TrainingData) -> np.ndarray:
        return np.concatenate([np.asarray(o.cpu()) for o in self.forward_iter(data)])

    def _in_user_units(self, values: Tensor) -> Tensor:
        if not self.solver.loss.scales_targets:
            return values
        scale, mean = (
            torch.as_tensor(a, dtype=values.dtype, device=values.device)
            for a in (self.output_scale, self.output_mean)
        )
        return values * scale + mean

    # -- epochs ---------------------------------------------------------------------

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **kw: Any) -> None:
        """Keep the start, until an iterate takes its place."""
        super().on_train_begin(net, X, y, **kw)
        train, valid = X
        if valid is None:
            refuse_unfed(self.callbacks_)
        self.status_ = Status.RUNNING
        self.n_drops_, self.n_stalled_ = 0, 0
        self.best_score_ = (
            self._objective(evaluate(self.solver, train))
            if valid is None
            else evaluate(self.solver, valid)
        )
        self.reference_ = self.best_score_
        self.best_iterate_ = self.solver.snapshot()

    def on_train_end(self, net: Any, X: Any = None, y: Any = None, **kw: Any) -> None:
        """Say how training ended, and go back to the iterate that was kept."""
        super().on_train_end(net, X, y, **kw)
        if self.status_ == Status.RUNNING:
            reached = len(self.history) >= self.max_epochs
            self.status_ = Status.MAX_ITER if reached else Status.CONVERGED
        self.solver.restore(self.best_iterate_)

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        """End skorch's loop once training has ended."""
        if self.status_ != Status.RUNNING:
            raise _Finished
        super().on_epoch_begin(net, **kwargs)

    def run_single_epoch(
        self, iterator: Any, training: bool, prefix: str, step_fn: Any, **kwargs: Any
    ) -> None:
        """Train for an epoch, or validate."""
        try:
            if training:
                self._train(iterator)
            elif iterator is not None:
                self._validate(iterator)
        except KeyboardInterrupt:
            self.status_ = Status.INTERRUPTED
            raise

    def _train(self, data: TrainingData) -> None:
        solver = self.solver
        solver.grow(data)
        if solver.idle:
            # nothing pays: the linear start is the answer
            self.status_ = Status.CONVERGED
        else:
            order = shuffled(data, self.generator if self.shuffle else None)
            for batch, output in epoch(solver, data, self.batch_size, order):
                self._notified(batch, training=True, output=output)
        loss = evaluate(solver, data)
        self.history.record("train_loss", loss)
        self.history.record("objective", self._objective(loss))
        self.history.record("n_live", solver.n_live())

    def _validate(self, data: TrainingData) -> None:
        outputs = []
        with torch.no_grad():
            for batch in data.slices():
                outputs.append(self.solver.network(batch[0]))
                self._notified(batch, training=False, output=outputs[-1])
        output, loss = torch.cat(outputs), self.solver.loss
        self.history.record("valid_loss", float(loss(output, data.y, data.weight)))
        self.history.record(
            "valid_score", float(loss.score(output, data.y, data.weight))
        )

    @torch.no_grad()
    def _objective(self, loss: float) -> float:
        return loss + float(self.solver.penalty_value())

    def _notified(self, batch: Batch, training: bool, output: Tensor) -> None:
        """Tell the callbacks of a batch, in the user's units, if there are any."""
        if not self.callbacks_:
            return
        x, y, weight = batch
        prefix = "train" if training else "valid"
        loss = self.solver.loss(output, y, weight)
        told = (x, self._in_user_units(y))
        output = output.clone()  # callbacks may keep it, the solver writes over it
        self.notify("on_batch_begin", batch=told, training=training)
        self.history.record_batch(f"{prefix}_loss", float(loss))
        self.history.record_batch(f"{prefix}_batch_size", len(x))
        self.notify(
            "on_batch_end",
            batch=told,
            training=training,
            y_pred=self._in_user_units(output),
            loss=loss,
        )

    # -- progress -------------------------------------------------------------------

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        """Keep what is to be kept; adapt the learning rate, or end training."""
        super().on_epoch_end(net, **kwargs)
        row = self.history[-1]
        score = row.get("valid_loss", row["objective"])
        if not (isfinite(score) and isfinite(row["objective"])):
            self.status_ = Status.DIVERGED
            return
        if score < self.best_score_ or not self.keeps_best:
            self.best_score_, self.best_iterate_ = score, self.solver.snapshot()
        self._adapt(score)

    def _adapt(self, score: float) -> None:
        """Divide the learning rate when ``score`` stalls; finish when it stays so."""
        if score < self.reference_ - self.tol:
            self.reference_, self.n_stalled_ = score, 0
            return
        self.n_stalled_ += 1
        if self.n_stalled_ == (self.n_iter_no_change + 1) // 2:
            self.solver.look_soon()
        if self.n_stalled_ < self.n_iter_no_change or self.status_ != Status.RUNNING:
            return
        if self.n_drops_ == N_DROPS:
            self.status_ = Status.CONVERGED
            return
        self.n_drops_, self.n_stalled_ = self.n_drops_ + 1, 0
        if self.n_drops_ == N_GROWING_DROPS:
            self.solver.stop_growing()
        for group in self.optimizer_.param_groups:
            group["lr"] /= LEARNING_RATE_DROP
