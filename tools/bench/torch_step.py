"""Median seconds of a step in PyTorch, and by how much the process grew at most, as JSON:
torch_step.py NETWORK BATCH THREADS STEPS LAYOUT training|inference"""
import json
import resource
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from torch_networks import NETWORKS


def main():
    name, batch, threads, steps, layout, kind = sys.argv[1], *map(int, sys.argv[2:5]), *sys.argv[5:7]
    torch.set_num_threads(threads)
    network, shape = NETWORKS[name]()
    images, labels = torch.rand(batch, *shape), torch.arange(batch) % 10
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if layout == "channels_last":
        network, images = network.to(memory_format=torch.channels_last), images.to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)

    def train():
        optimizer.zero_grad()
        F.cross_entropy(network(images), labels).backward()
        optimizer.step()

    def infer():
        with torch.inference_mode():
            network(images)

    network.train(kind == "training")

    def step():
        begin = time.perf_counter()
        train() if kind == "training" else infer()
        return time.perf_counter() - begin

    begin = time.perf_counter()
    step()
    one = step()
    repeats = max(steps, min(200, int(1 / one)))
    seconds = statistics.median(step() for _ in range(repeats))
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    print(json.dumps({"seconds": seconds, "memory": memory}))


main()
