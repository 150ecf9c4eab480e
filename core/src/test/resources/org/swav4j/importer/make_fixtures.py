"""SwAV-like checkpoints with random weights, and what their trunks make of fixed images in evaluation.

/usr/bin/python3 make_fixtures.py FOLDER tiny|resnet50|resnet50w2|resnet50w4|resnet50w5|deepclusterv2 [zip|legacy]
(Debian's python3-torch and python3-torchvision)

"tiny" made the files of this folder: one channel where ResNet-10 has 64. The others have the shapes of the published weights:
ResNet-50, 2, 4 and 5 times as wide, and DeepCluster-v2's three heads of prototypes.
"""
import collections
import pathlib
import sys

import numpy
import torch
from torchvision.models import resnet

folder, size = pathlib.Path(sys.argv[1]), sys.argv[2]
formats = sys.argv[3:] or ["zip", "legacy"]
heads = [3000] * 3 if size == "deepclusterv2" else None
torch.manual_seed(31)
torch.set_num_threads(1)
if size in ("resnet50", "deepclusterv2"):
    trunk, features, side, hidden, dim, prototypes = resnet.resnet50(), 2048, 224, 2048, 128, 3000
elif size.startswith("resnet50w"):
    width = int(size[-1])
    trunk = resnet.resnet50()
    trunk.inplanes = 64 * width
    trunk.conv1 = torch.nn.Conv2d(3, 64 * width, 7, 2, 3, bias=False)
    trunk.bn1 = torch.nn.BatchNorm2d(64 * width)
    for stage, blocks in enumerate((3, 4, 6, 3)):
        planes = 64 * width * 2**stage
        setattr(trunk, f"layer{stage + 1}", trunk._make_layer(resnet.Bottleneck, planes, blocks, 2 if stage else 1))
    features, side, hidden, dim, prototypes = 2048 * width, 96, 2048 * width, 128, 3000
else:
    trunk = resnet.ResNet(resnet.BasicBlock, [1, 1, 1, 1])
    trunk.inplanes = 1
    trunk.conv1 = torch.nn.Conv2d(3, 1, 7, 2, 3, bias=False)
    trunk.bn1 = torch.nn.BatchNorm2d(1)
    for stage in range(4):
        setattr(trunk, f"layer{stage + 1}", trunk._make_layer(resnet.BasicBlock, 2**stage, 1, 2 if stage else 1))
    features, side, hidden, dim, prototypes = 8, 64, 6, 4, 5
trunk.fc = torch.nn.Identity()
for module in trunk.modules():
    if isinstance(module, torch.nn.BatchNorm2d):
        torch.nn.init.uniform_(module.weight, 0.5, 1.5)
        torch.nn.init.normal_(module.bias, std=0.1)
x, y, c, n = (torch.arange(k) for k in (side, side, 3, 2))
pixels = ((x[None, None, :, None] * 7 + y[None, :, None, None] * 13 + c * 29 + n[:, None, None, None] * 101) % 256).byte()
normal = (pixels.float() / 255 - torch.tensor([0.485, 0.456, 0.406])) / torch.tensor([0.228, 0.224, 0.225])
images = normal.permute(0, 3, 1, 2).contiguous()
with torch.no_grad():
    # statistics that fit the weights, as after a training: without them activations grow from block to block
    trunk.train()
    for _ in range(7):
        trunk(images + 0.3 * torch.randn(images.shape))
head = torch.nn.Sequential(
    torch.nn.Linear(features, hidden), torch.nn.BatchNorm1d(hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, dim)
)
if heads:
    weights = {f"prototypes{i}": torch.nn.Linear(dim, k, bias=False) for i, k in enumerate(heads)}
    last = torch.nn.ModuleDict(weights)
else:
    last = torch.nn.Linear(dim, prototypes, bias=False)
swav = torch.nn.ModuleDict({"projection_head": head, "prototypes": last})
state = collections.OrderedDict()
for part in (trunk.state_dict(), swav.state_dict()):
    state.update(("module." + name, value) for name, value in part.items())

with torch.no_grad():
    expected = trunk.eval()(images)
numpy.save(folder / f"{size}_features.npy", expected.numpy())
for name in formats:
    torch.save(
        {"epoch": 3, "state_dict": state, "optimizer": {"state": {}, "param_groups": [{"lr": 0.6}]}, "amp": None},
        folder / f"{size}_{name}.pth.tar",
        _use_new_zipfile_serialization=name == "zip",
    )
