"""The same SwAV step in plain PyTorch on a GPU, as a careful user would write it: autocast to bfloat16, channels last, cuDNN
autotuning, no synchronisation within a step. Prints images a second per batch size.

    python3 bench/reference/gpu_step.py 64 128 256
"""

import sys
import time

import torch
import torch.nn.functional as F
import torchvision

CROPS = [(2, 224), (6, 96)]
PROTOTYPES = 3000
SECONDS = 5


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = torchvision.models.resnet50()
        self.trunk.fc = torch.nn.Identity()
        self.head = torch.nn.Sequential(
            torch.nn.Linear(2048, 2048), torch.nn.BatchNorm1d(2048), torch.nn.ReLU(inplace=True), torch.nn.Linear(2048, 128)
        )
        self.prototypes = torch.nn.Linear(128, PROTOTYPES, bias=False)

    def forward(self, crops):
        with torch.autocast("cuda", torch.bfloat16):
            z = self.head(torch.cat([self.trunk(x) for x in crops]))
        z = F.normalize(z.float())
        return z, self.prototypes(z)


@torch.no_grad()
def codes(scores, epsilon=0.05, iterations=3):
    q = torch.exp(scores / epsilon).t()
    k, b = q.shape
    q /= q.sum()
    for _ in range(iterations):
        q /= q.sum(dim=1, keepdim=True) * k
        q /= q.sum(dim=0, keepdim=True) * b
    return (q * b).t()


@torch.no_grad()
def larc_sgd(parameters, velocities, lr, trust=0.001, decay=1e-6, momentum=0.9):
    grads = [p.grad for p in parameters]
    pn = torch.stack(torch._foreach_norm(parameters))
    gn = torch.stack(torch._foreach_norm(grads))
    rates = torch.where((pn > 0) & (gn > 0), trust * pn / (gn + decay * pn + 1e-8), torch.ones_like(pn))
    torch._foreach_add_(grads, parameters, alpha=decay)
    torch._foreach_mul_(grads, list(rates.unbind()))
    torch._foreach_mul_(velocities, momentum)
    torch._foreach_add_(velocities, grads)
    torch._foreach_add_(parameters, velocities, alpha=-lr)


def normalised(u8, mean, std):
    return u8.permute(0, 3, 1, 2).float().div_(255).sub_(mean).div_(std)


def measure(batch):
    torch.manual_seed(31)
    net = Net().cuda().to(memory_format=torch.channels_last)
    parameters = [p for p in net.parameters() if p.requires_grad]
    velocities = [torch.zeros_like(p) for p in parameters]
    mean = torch.tensor([0.485, 0.456, 0.406], device="cuda").view(1, 3, 1, 1)
    std = torch.tensor([0.228, 0.224, 0.225], device="cuda").view(1, 3, 1, 1)
    pixels = [torch.randint(256, (n * batch, s, s, 3), dtype=torch.uint8, device="cuda") for n, s in CROPS]
    crops_total = sum(n for n, _ in CROPS)

    def step():
        with torch.no_grad():
            net.prototypes.weight.copy_(F.normalize(net.prototypes.weight))
        _, scores = net([normalised(p, mean, std) for p in pixels])
        loss = 0
        log_p = F.log_softmax(scores / 0.1, dim=1).view(crops_total, batch, -1)
        for i in range(2):
            q = codes(scores[i * batch : (i + 1) * batch].detach())
            per_crop = (q * log_p).sum(-1).mean(1)
            loss = loss - (per_crop.sum() - per_crop[i]) / (crops_total - 1)
        for p in parameters:
            p.grad = None
        (loss / 2).backward()
        larc_sgd(parameters, velocities, 0.6)

    for _ in range(6):
        step()
    torch.cuda.synchronize()
    begin, steps = time.perf_counter(), 0
    while steps < 12 or time.perf_counter() - begin < SECONDS:
        step()
        steps += 1
        if steps % 4 == 0:
            torch.cuda.synchronize()
    torch.cuda.synchronize()
    seconds = (time.perf_counter() - begin) / steps
    print(
        f"PyTorch {torch.__version__}, bf16 channels_last, batch {batch:4d}: {batch / seconds:7.1f} images/s"
        f" ({1e3 * seconds:.1f} ms), {torch.cuda.max_memory_reserved() / 2**30:.1f} GiB reserved",
        flush=True,
    )


def main():
    torch.backends.cudnn.benchmark = True
    for batch in map(int, sys.argv[1:] or ["64", "128", "256"]):
        measure(batch)
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


if __name__ == "__main__":
    main()
