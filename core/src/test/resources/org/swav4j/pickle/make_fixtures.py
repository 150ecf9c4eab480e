"""Makes the files of this folder: /usr/bin/python3 make_fixtures.py (Debian's python3-torch 1.13 and python3-numpy)."""
import collections
import json
import pathlib

import numpy
import torch

here = pathlib.Path(__file__).parent
torch.manual_seed(31)
base = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
plain = collections.OrderedDict(
    float=base / 7,
    double=torch.tensor([1.5, -2.25], dtype=torch.float64),
    half=torch.tensor([1.5, -65504.0, 6e-8], dtype=torch.float16),
    bfloat16=torch.tensor([1.5, -3.0e38], dtype=torch.bfloat16),
    int64=torch.tensor([-1, 2**62]),
    int32=torch.tensor([-1, 2**30], dtype=torch.int32),
    int16=torch.tensor([-1, 300], dtype=torch.int16),
    int8=torch.tensor([-1, 100], dtype=torch.int8),
    uint8=torch.tensor([0, 255], dtype=torch.uint8),
    bool=torch.tensor([True, False]),
    scalar=torch.tensor(7),
    empty=torch.zeros(0, 3),
    parameter=torch.nn.Parameter(torch.tensor([3.0])),
)
views = {
    "whole": base,
    "transposed": base.transpose(0, 2),
    "sliced": base[:, 1:, ::2],
    "expanded": base[0, 0, :2].reshape(2, 1).expand(2, 3),
    "channels_last": torch.arange(24.0).reshape(1, 2, 3, 4).contiguous(memory_format=torch.channels_last),
}
values = {
    "epoch": 3,
    "best_acc": numpy.float64(71.5),
    "count": numpy.int64(-5),
    "negative": -1,
    "large": 2**80,
    "float": 0.25,
    "none": None,
    "true": True,
    "text": "ü\n",
    "list": [1, [2, 3], (4,)],
    "size": torch.Size([2, 3]),
    "dtype": torch.float32,
    "device": torch.device("cpu"),
    "bytes": b"\x00\xff",
}
for name, content in (("plain", plain), ("views", views), ("values", values)):
    for new in (True, False):
        torch.save(content, here / f"{name}_{'zip' if new else 'legacy'}.pth", _use_new_zipfile_serialization=new)
torch.save({"w": torch.ones(3)}, here / "protocol5.pth", pickle_protocol=5)
expected = {
    group: {
        name: {"shape": list(t.shape), "bytes": t.detach().contiguous().flatten().view(torch.uint8).tolist()
               if t.dtype != torch.bool and t.numel() and t.dim() else [int(v) for v in t.detach().contiguous().flatten()]}
        for name, t in tensors.items()
    }
    for group, tensors in (("plain", plain), ("views", views))
}
(here / "expected.json").write_text(json.dumps(expected))
