"""The types that ``skops`` must trust to load this package's estimators."""

from skorch.history import History

from .._data.scaling import Scaling
from .._direct.architecture import Architecture
from .._direct.form import DirectForm
from .._estimators.classifier import SparcsClassifier
from .._estimators.compact import CompactClassifier, CompactRegressor
from .._estimators.cv import SparcsClassifierCV, SparcsRegressorCV
from .._estimators.found_path import SparcsPath
from .._estimators.regressor import SparcsRegressor
from .._first_order.checkpoint import Checkpoint
from .._fitted.encoding import ClassEncoding, RealEncoding
from .._fitted.spread import Spread
from .._problems.stream_state import StreamState

_TRUSTED = (
    SparcsRegressor,
    SparcsClassifier,
    SparcsRegressorCV,
    SparcsClassifierCV,
    CompactRegressor,
    CompactClassifier,
    Architecture,
    Checkpoint,
    ClassEncoding,
    DirectForm,
    History,
    RealEncoding,
    StreamState,
    Scaling,
    SparcsPath,
    Spread,
)


def trusted_types() -> list[str]:
    """List what fitted estimators are made of, for ``skops.io.load`` to trust.

    All are classes of this package that hold arrays and plain numbers, and skorch's
    `History`, a list: none runs code of the file's. What a user hands to an estimator,
    such as a scoring function or a callback, is not among them.

    Returns
    -------
    list of str
        Their dotted names.

    Examples
    --------
    >>> import skops.io
    >>> from sklearn_sparcs import SparcsRegressor, trusted_types
    >>> model = SparcsRegressor().fit([[0.0], [1.0], [2.0]], [1, 3, 5])
    >>> data = skops.io.dumps(model)
    >>> skops.io.loads(data, trusted=trusted_types()).predict([[3.0]]).round(6)
    array([7.])
    """
    return [f"{cls.__module__}.{cls.__name__}" for cls in _TRUSTED]
