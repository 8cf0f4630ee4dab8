"""Images a second of a training step in PyTorch on the first GPU: torch_step.py NETWORK BATCH PRECISION.

As written, and by torch.compile. Images are bytes on the GPU and channels_last, as there. Precision fp32, tf32 or bf16
(autocast). Prints JSON; ends with code 1 where there is no PyTorch with a GPU.
"""
import json
import pathlib
import statistics
import sys
import time

import torch
import torch.nn.functional as F

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
from torch_networks import NETWORKS  # noqa: E402


def main():
    name, batch, precision = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if not torch.cuda.is_available():
        sys.exit(1)
    tf32 = precision != "fp32"
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    torch.backends.cudnn.benchmark = True
    network, shape = NETWORKS[name]()
    network = network.cuda().to(memory_format=torch.channels_last)
    pixels = torch.randint(0, 256, (batch, *shape), dtype=torch.uint8).cuda().to(memory_format=torch.channels_last)
    labels = (torch.arange(batch) % 10).cuda()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4, fused=True)

    def loss():
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=precision == "bf16"):
            return F.cross_entropy(network(pixels.float() / 255), labels)

    print(json.dumps({"torch": measure(loss, optimizer, batch),
                      "torch compiled": measure(torch.compile(loss), optimizer, batch)}))


def measure(loss, optimizer, batch):
    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    for _ in range(10):
        step()
    times = []
    for _ in range(10):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        for _ in range(10):
            step()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - begin) / 10)
    memory = torch.cuda.max_memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    return {"images_per_second": batch / statistics.median(times), "memory": memory}


main()
