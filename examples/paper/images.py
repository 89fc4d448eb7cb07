"""CIFAR-10 from disk: as torchvision unpacks it, or as an archive of JPEG files."""

import io
import pickle
from pathlib import Path

import numpy as np
import torch

#: What ``--data`` is, for the command line.
HELP = (
    "folder with torchvision's cifar-10-batches-py, or an npz file with the JPEGs of "
    "each part (train, test) joined end to end: PART_jpeg, PART_offsets, PART_labels"
)


def load(path, part, n=None):
    """Of "train" or "test", the first n images (n, 3, 32, 32), and labels (n,)."""
    path = Path(path)
    if path.is_dir():
        images, labels = _from_batches(path, part)
    elif path.is_file():
        images, labels = _from_jpegs(path, part, n)
    else:
        raise SystemExit(f"There is no file or folder {path}; --data is a {HELP}.")
    return torch.from_numpy(images[:n]), torch.from_numpy(labels[:n]).long()


def _from_batches(folder, part):
    if folder.name != "cifar-10-batches-py":
        folder = folder / "cifar-10-batches-py"
    names = [f"data_batch_{k}" for k in range(1, 6)]
    names = names if part == "train" else ["test_batch"]
    batches = [
        pickle.loads((folder / name).read_bytes(), encoding="bytes") for name in names
    ]
    images = np.concatenate([b[b"data"] for b in batches]).reshape(-1, 3, 32, 32)
    return images, np.concatenate([b[b"labels"] for b in batches])


def _from_jpegs(path, part, n):
    from PIL import Image

    with np.load(path) as archive:
        jpegs, ends, labels = (
            archive[f"{part}_{what}"] for what in ("jpeg", "offsets", "labels")
        )
    labels = labels[:n]
    images = np.empty((len(labels), 3, 32, 32), np.uint8)
    for i, image in enumerate(images):
        encoded = io.BytesIO(jpegs[ends[i] : ends[i + 1]].tobytes())
        image[:] = np.asarray(Image.open(encoded).convert("RGB")).transpose(2, 0, 1)
    return images, labels
