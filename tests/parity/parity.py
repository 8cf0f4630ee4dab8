#!/usr/bin/python3
"""Repeats in PyTorch the ten training steps that parity_steps ran, and compares losses and parameters.

usage: parity.py PROGRAM
Exit code 0: all agree; 1: some differ; 77: python3-torch is not installed (1 where CI=true).
"""
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy
    import torch
    import torch.nn.functional as F
except ImportError as error:
    print(f"parity with PyTorch was not tested: {error}; install Debian's python3-torch and python3-numpy")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

LOSS_TOLERANCE = 1e-5  # relative, for each step
WEIGHT_TOLERANCE = 5e-2  # of the way that a parameter went in all steps, by norm
MOMENTUM, WEIGHT_DECAY = 0.9, 1e-4


def load(folder):
    return {file.name[: -len(".npy")]: torch.from_numpy(numpy.load(file)) for file in sorted(folder.glob("*.npy"))}


class LeNet5:
    """Scores, or pre-activations of the hidden module where there is no last layer."""

    def __init__(self, p):
        self.p = p

    def __call__(self, x):
        p = self.p
        x = F.max_pool2d(F.relu(F.conv2d(x, p["conv1.weight"], p["conv1.bias"], padding=2)), 2)
        x = F.max_pool2d(F.relu(F.conv2d(x, p["conv2.weight"], p["conv2.bias"])), 2)
        x = F.relu(F.linear(x.flatten(1), p["fc1.weight"], p["fc1.bias"]))
        x = F.linear(x, p["fc2.weight"], p["fc2.bias"])
        return F.linear(F.relu(x), p["fc3.weight"], p["fc3.bias"]) if "fc3.weight" in p else x

    @staticmethod
    def features(x):
        return F.relu(x)


class ResNet18:
    def __init__(self, p):
        self.p = p

    def norm(self, name, x):
        p = self.p
        return F.batch_norm(
            x,
            p[name + ".running_mean"],
            p[name + ".running_variance"],
            p[name + ".scale"],
            p[name + ".shift"],
            training=True,
            momentum=0.1,
            eps=1e-5,
        )

    def block(self, name, x, stride):
        p = self.p
        y = F.conv2d(x, p[name + ".conv1.weight"], stride=stride, padding=1)
        y = F.relu(self.norm(name + ".norm1", y))
        y = self.norm(name + ".norm2", F.conv2d(y, p[name + ".conv2.weight"], padding=1))
        if name + ".shortcut.conv.weight" in p:
            x = self.norm(name + ".shortcut.norm", F.conv2d(x, p[name + ".shortcut.conv.weight"], stride=stride))
        return x + y

    def __call__(self, x):
        p = self.p
        x = self.norm("stem.norm", F.conv2d(x, p["stem.conv.weight"], padding=1))
        for stage in range(1, 5):
            for index in range(1, 3):
                stride = 2 if stage > 1 and index == 1 else 1
                x = self.block(f"stage{stage}.block{index}", F.relu(x), stride)
        return F.linear(self.features(x), p["fc.weight"], p["fc.bias"]) if "fc.weight" in p else x

    @staticmethod
    def features(x):
        return F.relu(x).mean((2, 3))


def cross_entropy(network, x, y):
    return F.cross_entropy(network(x), y.long())


def alignment(network, x, y):
    """Minus the cosine between Gram matrix and ideal matrix above the diagonal."""
    phi = F.normalize(network.features(network(x)), dim=1)
    rows, columns = torch.triu_indices(len(y), len(y), 1)
    gram = (phi @ phi.T)[rows, columns]
    ideal = (y[rows] == y[columns]).to(gram)
    return -gram @ ideal / (gram.norm() * ideal.norm())


NETWORKS = {"lenet5": LeNet5, "resnet18": ResNet18}
LOSSES = {"cross-entropy": cross_entropy, "alignment": alignment}


def train(folder, network_class, loss_function, dtype):
    parameters = {name: value.to(dtype) for name, value in load(folder / "before").items()}
    weights = [value.requires_grad_() for name, value in parameters.items() if ".running_" not in name]
    batches = load(folder)
    rate = batches["rate"].item()
    optimizer = torch.optim.SGD(weights, lr=rate, momentum=MOMENTUM, weight_decay=WEIGHT_DECAY)
    network = network_class(parameters)
    losses = []
    for x, y in zip(batches["x"].to(dtype), batches["y"]):
        optimizer.zero_grad()
        loss = loss_function(network, x, y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {name: value.detach() for name, value in parameters.items()}


def loss_difference(losses, others):
    return max(abs(a - b) / abs(b) for a, b in zip(losses, others))


def weight_difference(before, weights, others):
    """The largest difference between the ways two trainings moved a parameter, as a share of the way."""
    return max(
        ((weights[name].double() - other.double()).norm() / (other.double() - before[name].double()).norm()).item()
        for name, other in others.items()
    )


def compare(folder):
    name, objective, _ = folder.name.split(".")
    run = (folder, NETWORKS[name], LOSSES[objective])
    losses, weights = train(*run, torch.float32)
    exact_losses, exact_weights = train(*run, torch.float64)
    before = load(folder / "before")
    ours, our_weights = load(folder)["losses"].tolist(), load(folder / "after")
    if set(our_weights) != set(weights):
        print(f"{folder.name}: other parameters: {sorted(set(our_weights) ^ set(weights))}")
        return False
    difference, drift = loss_difference(ours, losses), weight_difference(before, our_weights, weights)
    print(
        f"{folder.name}: loss {ours[0]:.6f} -> {ours[-1]:.6f}; losses differ by {difference:.1e}, parameters by "
        f"{drift:.1e}; from f64: ours {loss_difference(ours, exact_losses):.1e} "
        f"{weight_difference(before, our_weights, exact_weights):.1e}, PyTorch "
        f"{loss_difference(losses, exact_losses):.1e} {weight_difference(before, weights, exact_weights):.1e}"
    )
    return difference <= LOSS_TOLERANCE and drift <= WEIGHT_TOLERANCE


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.argv[1], folder], check=True)
        runs = sorted(pathlib.Path(folder).iterdir())
        agree = [compare(run) for run in runs]
    if len(runs) != 6 or not all(agree):
        print(
            f"{len(runs)} of 6 runs; {agree.count(False)} differ by more than {LOSS_TOLERANCE} of a loss, or by more "
            f"than {WEIGHT_TOLERANCE} of the way of a parameter"
        )
        sys.exit(1)


main()
