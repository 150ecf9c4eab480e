#!/usr/bin/env python3
"""A SwAV training step in plain PyTorch, as a user of Python would write it, for comparison.

Model, crops, codes, loss and LARC are those of docs/method.md, written from it. Two styles: fp32 in the default layout, as the
original trains on a CPU, and bf16 autocast with channels_last. Images are loaded by PIL and torchvision in two processes.

    step.py --folder DIR [--style fp32|bf16] [--batch 16] [--steps 2] [--threads 2] [--workers 2]
    step.py --self-test GOLDEN        compares codes and loss with recorded ones

Prints one line of JSON. Needs Debian's python3-torch and python3-torchvision.
"""

import argparse
import json
import os
import sys
import time

import torch
import torchvision
from torch import nn
from torch.nn import functional

import loader

CROPS = ((2, 224, (0.14, 1.0)), (6, 96, (0.05, 0.14)))
ASSIGNED = (0, 1)


class Model(nn.Module):
    """ResNet-50, a head of two layers and K prototypes."""

    def __init__(self, hidden=2048, dim=128, prototypes=3000):
        super().__init__()
        self.trunk = torchvision.models.resnet50()
        features = self.trunk.fc.in_features
        self.trunk.fc = nn.Identity()
        self.head = nn.Sequential(
            nn.Linear(features, hidden), nn.BatchNorm1d(hidden), nn.ReLU(inplace=True), nn.Linear(hidden, dim)
        )
        self.prototypes = nn.Linear(dim, prototypes, bias=False)

    def forward(self, resolutions):
        features = torch.cat([self.trunk(pixels) for pixels in resolutions])
        return functional.normalize(self.head(features), dim=1)


@torch.no_grad()
def codes(scores, epsilon=0.05, iterations=3):
    """Sinkhorn-Knopp: scores [B, K] to codes [B, K]."""
    q = torch.exp(scores / epsilon).t()
    q /= q.sum()
    prototypes, samples = q.shape
    for _ in range(iterations):
        q /= q.sum(dim=1, keepdim=True) * prototypes
        q /= q.sum(dim=0, keepdim=True) * samples
    return (q * samples).t()


def swapped_prediction(scores, targets, batch, temperature=0.1):
    """scores [V*B, K], crop-major; targets: crop number to its codes [B, K]."""
    crops = scores.shape[0] // batch
    logs = functional.log_softmax(scores / temperature, dim=1).view(crops, batch, -1)
    loss = 0
    for assigned, target in targets.items():
        others = [v for v in range(crops) if v != assigned]
        loss = loss - sum((target * logs[v]).sum(dim=1).mean() for v in others) / len(others)
    return loss / len(targets)


class Larc:
    """SGD with momentum under layer-wise adaptive rates."""

    def __init__(self, parameters, momentum=0.9, decay=1e-6, trust=0.001):
        self.parameters = list(parameters)
        self.momentum, self.decay, self.trust = momentum, decay, trust
        self.velocities = {}

    @torch.no_grad()
    def step(self, rate):
        for p in self.parameters:
            if p.grad is None:
                continue
            size, slope = p.norm(), p.grad.norm()
            if size != 0 and slope != 0:
                p.grad.add_(p, alpha=self.decay)
                p.grad.mul_(self.trust * size / (slope + self.decay * size + 1e-8))
            if p not in self.velocities:
                self.velocities[p] = p.grad.clone()
            else:
                self.velocities[p].mul_(self.momentum).add_(p.grad)
            p.add_(self.velocities[p], alpha=-rate)


class Images(torch.utils.data.Dataset):
    """Photographs over and over, each as its crops."""

    def __init__(self, folder):
        self.files = loader.image_files(folder)
        if not self.files:
            sys.exit("%s: no images" % folder)
        self.views = [loader.view(side, scale) for count, side, scale in CROPS for _ in range(count)]

    def __len__(self):
        return 1 << 20

    def __getitem__(self, index):
        image = loader.Image.open(self.files[index % len(self.files)]).convert("RGB")
        return [view(image) for view in self.views]


class Trainer:
    def __init__(self, style, batch):
        torch.manual_seed(31)
        self.bf16, self.batch = style == "bf16", batch
        self.layout = torch.channels_last if self.bf16 else torch.contiguous_format
        self.model = Model().to(memory_format=self.layout).train()
        self.optimizer = Larc(self.model.parameters())

    def step(self, views):
        """views: a tensor [B, 3, s, s] per crop."""
        model = self.model
        with torch.no_grad():
            model.prototypes.weight.copy_(functional.normalize(model.prototypes.weight, dim=1))
        resolutions, first = [], 0
        for count, _, _ in CROPS:
            pixels = torch.cat(views[first : first + count])
            resolutions.append(pixels.contiguous(memory_format=self.layout))
            first += count
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            embeddings = model(resolutions)
        scores = model.prototypes(embeddings.float())
        detached = scores.detach()
        targets = {i: codes(detached[i * self.batch : (i + 1) * self.batch]) for i in ASSIGNED}
        loss = swapped_prediction(scores, targets, self.batch)
        for p in model.parameters():
            p.grad = None
        loss.backward()
        self.optimizer.step(1e-3)
        return loss.item()

    def seconds(self, batches, warm_up, steps):
        """Seconds per step."""
        for _ in range(warm_up):
            self.step(next(batches))
        start = time.perf_counter()
        for _ in range(steps):
            self.step(next(batches))
        return (time.perf_counter() - start) / steps


def ready_made(batch):
    views = [torch.randn(batch, 3, side, side) for count, side, _ in CROPS for _ in range(count)]
    while True:
        yield views


def multiply_adds(model):
    """Forward, of one image with all its crops, by a hook on every layer."""
    total = 0

    def count(module, inputs, output):
        nonlocal total
        if isinstance(module, nn.Conv2d):
            total += output.numel() * module.weight[0].numel()
        else:
            total += output.shape[0] * module.weight.numel()

    layers = [m for m in model.modules() if isinstance(m, (nn.Conv2d, nn.Linear))]
    hooks = [m.register_forward_hook(count) for m in layers]
    model.eval()
    with torch.no_grad():
        model.prototypes(model([torch.zeros(n, 3, side, side) for n, side, _ in CROPS]))
    model.train()
    for hook in hooks:
        hook.remove()
    return total


def peak_megabytes(pids):
    """Sum of the most memory that each process ever had."""
    total = 0
    for pid in pids:
        with open("/proc/%s/status" % pid) as status:
            total += sum(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return total >> 10


def self_test(golden):
    """Raises if codes or loss differ from those of the original."""
    import numpy

    def load(folder, file):
        return torch.from_numpy(numpy.load(os.path.join(golden, folder, file)))

    with open(os.path.join(golden, "g1_sinkhorn", "manifest.json")) as file:
        cases = json.load(file)["hyper"]["cases"]
    compared = 0
    for case in cases:
        name = case["name"]
        expected = load("g1_sinkhorn", name + "_codes.npy")
        if not torch.isfinite(expected).all():
            continue
        actual = codes(load("g1_sinkhorn", name + "_scores.npy"), case["epsilon"], case["iterations"])
        torch.testing.assert_close(actual, expected, rtol=1e-5, atol=1e-6)
        compared += 1
    with open(os.path.join(golden, "g2_loss", "manifest.json")) as file:
        cases = json.load(file)["hyper"]["cases"]
    for case in cases:
        name = case["name"]
        scores = load("g2_loss", name + "_output.npy").requires_grad_()
        targets = {i: load("g2_loss", "%s_q%d.npy" % (name, n)) for n, i in enumerate(case["crops_for_assign"])}
        loss = swapped_prediction(scores, targets, case["bs"], case["temperature"])
        loss.backward()
        assert abs(loss.item() - case["loss"]) < 1e-5, (name, loss.item(), case["loss"])
        torch.testing.assert_close(scores.grad, load("g2_loss", name + "_dloss_doutput.npy"), rtol=1e-4, atol=1e-7)
        compared += 1
    print(json.dumps({"compared": compared}))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder")
    parser.add_argument("--style", choices=("fp32", "bf16"), default="fp32")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--warm-up", type=int, default=1)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--self-test", metavar="GOLDEN")
    given = parser.parse_args()
    if given.self_test:
        return self_test(given.self_test)
    torch.set_num_threads(given.threads)
    trainer = Trainer(given.style, given.batch)
    bare = trainer.seconds(ready_made(given.batch), given.warm_up, given.steps)
    data = torch.utils.data.DataLoader(
        Images(given.folder), batch_size=given.batch, shuffle=True, num_workers=given.workers, drop_last=True
    )
    batches = iter(data)
    whole = trainer.seconds(batches, given.warm_up, given.steps)
    workers = [w.pid for w in getattr(batches, "_workers", [])]
    print(
        json.dumps(
            {
                "end_to_end": given.batch / whole,
                "ready_made": given.batch / bare,
                "peak_mb": peak_megabytes(["self"] + workers),
                "parameters": sum(p.numel() for p in trainer.model.parameters()),
                "multiply_adds": multiply_adds(trainer.model),
            }
        )
    )
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
