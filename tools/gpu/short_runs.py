"""Runs of seconds that use all of Gramstack: the shipped pipelines, and what none of them has, on random images.

short_runs(pipelines, folder) writes the data into `folder`, one epoch of every module into files there, and gives for
each run a name, its pipeline file and its settings (KEY=VALUE).
"""
import os
import re

IMAGES = 1200  # to train on, of each data set; ten classes, which half of an image shows
TESTED = 200
VARIANTS = [
    ("quickstart", "pairs", "data.pairs=pairs.csv"),
    ("quickstart", "contrastive", "stack.features.loss={type: contrastive}"),
    ("quickstart", "log-contrastive", "stack.features.loss={type: log-contrastive, pairs: negative}"),
    ("quickstart", "supervised-contrastive", "stack.features.loss={type: supervised-contrastive}"),
    ("quickstart", "kernel-dimension-reduction", "stack.features.loss={type: kernel-dimension-reduction}",
     "stack.features.optimizer.lr=0.005"),  # longer steps amplify roundings
    ("quickstart", "two losses", "stack.features.loss=[{type: raw}, {type: mse, weight: 0.1}]"),
    ("quickstart", "adamw, two parts", "stack.features.cut=[{at: conv1}]", "stack.features.optimizer={type: adamw}"),
    ("auxiliary-classifier", "two parts together", "schedule=together", "stack.features.cut=[{at: conv1}]"),
    ("kernel-machine", "trained centers", "stack.features.kernel.trainable=true"),
]


def shortened(text):
    """One epoch of everything, few centers, few views."""
    for key, value in (("epochs", "1"), ("validation", "20"), ("centers", "100"), ("shift", "0")):
        text = re.sub(rf"\b{key}: (\d+)", f"{key}: {value}", text)
        text = re.sub(rf"\b{key}: \[[^\]]*\]", f"{key}: [{value}]", text)
    return text


def picture(i, pixels):
    """The class in the first half, noise in the second."""
    return bytes([i % 10 * 25]) * (pixels // 2) + os.urandom(pixels - pixels // 2)


def write_idx(folder):
    folder.mkdir()
    for part, count in (("train", IMAGES), ("t10k", TESTED)):
        images = b"".join(picture(i, 28 * 28) for i in range(count))
        size = count.to_bytes(4, "big")
        (folder / f"{part}-images-idx3-ubyte").write_bytes(b"\0\0\x08\x03" + size + (28).to_bytes(4, "big") * 2 + images)
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(b"\0\0\x08\x01" + size + bytes(i % 10 for i in range(count)))


def write_cifar(folder):
    folder.mkdir()
    for name, count in [(f"data_batch_{i}", IMAGES // 5) for i in range(1, 6)] + [("test_batch", TESTED)]:
        records = b"".join(bytes([i % 10]) + picture(i, 3 * 32 * 32) for i in range(count))
        (folder / f"{name}.bin").write_bytes(records)


def write_pairs(file):
    pairs = [(i, i - away) for i in range(10, IMAGES) for away in (10, 3)]
    lines = [f"{i},{j},{'same' if i % 10 == j % 10 else 'different'}" for i, j in pairs]
    file.write_text("\n".join(lines) + "\n")


def short_runs(pipelines, folder):
    write_idx(folder / "mnist")
    write_idx(folder / "fashion-mnist")
    write_cifar(folder / "cifar-10-batches-bin")
    write_pairs(folder / "pairs.csv")
    runs = []
    for file in sorted(pipelines.glob("*.yaml")):
        (folder / file.name).write_text(shortened(file.read_text()))
        runs.append((file.stem, folder / file.name, []))
    return runs + [(f"{name}, {what}", folder / f"{name}.yaml", settings) for name, what, *settings in VARIANTS]
