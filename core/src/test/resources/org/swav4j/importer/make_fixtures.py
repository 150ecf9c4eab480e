"""SwAV-like checkpoints with random weights, and what their trunks make of fixed images in evaluation.

/usr/bin/python3 make_fixtures.py FOLDER tiny|resnet50   (Debian's python3-torch and python3-torchvision)

"tiny" made the files of this folder: one channel where ResNet-10 has 64.
"""
import collections
import pathlib
import sys

import numpy
import torch
from torchvision.models import resnet

folder, size = pathlib.Path(sys.argv[1]), sys.argv[2]
torch.manual_seed(31)
torch.set_num_threads(1)
if size == "resnet50":
    trunk, features, side, hidden, dim, prototypes = resnet.resnet50(), 2048, 224, 2048, 128, 3000
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
swav = torch.nn.ModuleDict({"projection_head": head, "prototypes": torch.nn.Linear(dim, prototypes, bias=False)})
state = collections.OrderedDict()
for part in (trunk.state_dict(), swav.state_dict()):
    state.update(("module." + name, value) for name, value in part.items())

with torch.no_grad():
    expected = trunk.eval()(images)
numpy.save(folder / f"{size}_features.npy", expected.numpy())
for new in (True, False):
    torch.save(
        {"epoch": 3, "state_dict": state, "optimizer": {"state": {}, "param_groups": [{"lr": 0.6}]}, "amp": None},
        folder / f"{size}_{'zip' if new else 'legacy'}.pth.tar",
        _use_new_zipfile_serialization=new,
    )
