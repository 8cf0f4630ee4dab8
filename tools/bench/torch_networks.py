"""The networks that are timed in PyTorch: NETWORKS[name]() gives a module and the shape of an image."""
import torch.nn as nn
import torch.nn.functional as F


def norm_convolution(inputs, outputs, size, stride=1):
    convolution = nn.Conv2d(inputs, outputs, size, stride, size // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Basic (expansion 1) or bottleneck (expansion 4) residual block."""

    def __init__(self, inputs, width, stride, expansion):
        super().__init__()
        outputs = width * expansion
        if expansion == 1:
            parts = [norm_convolution(inputs, width, 3, stride), nn.ReLU(), norm_convolution(width, outputs, 3)]
        else:
            parts = [norm_convolution(inputs, width, 1), nn.ReLU(), norm_convolution(width, width, 3, stride), nn.ReLU(),
                     norm_convolution(width, outputs, 1)]
        self.body = nn.Sequential(*parts)
        same = stride == 1 and inputs == outputs
        self.shortcut = nn.Identity() if same else norm_convolution(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def resnet(blocks, expansion):
    layers, inputs = [norm_convolution(3, 64, 3), nn.ReLU()], 64
    for stage, count in enumerate(blocks):
        for i in range(count):
            layers.append(Block(inputs, 64 << stage, 2 if i == 0 and stage else 1, expansion))
            inputs = (64 << stage) * expansion
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inputs, 10)), (3, 32, 32)


def lenet5():
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10)), (1, 28, 28)


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 512), nn.ReLU(),
                         nn.Linear(512, 10)), (1, 28, 28)


NETWORKS = {
    "resnet18": lambda: resnet([2, 2, 2, 2], 1),
    "resnet34": lambda: resnet([3, 4, 6, 3], 1),
    "resnet50": lambda: resnet([3, 4, 6, 3], 4),
    "lenet5": lenet5,
    "mlp": mlp,
}
