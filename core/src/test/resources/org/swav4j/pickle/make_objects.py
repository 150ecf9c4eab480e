"""Checkpoints with a training program's objects beside the tensors: /usr/bin/python3 make_objects.py (python3-torch 1.13).

The classes are stand-ins under the real ones' names, since pickles hold names only. "objects" has those that are passed over,
"unknown" one of a program of its own, "module" a whole module instead of its state.
"""
import argparse
import collections
import datetime
import pathlib
import random
import sys
import types
import typing

import numpy
import torch

here = pathlib.Path(__file__).parent


def stand_in(module, name, base=object):
    parts = module.split(".")
    for i in range(len(parts)):
        sys.modules.setdefault(".".join(parts[: i + 1]), types.ModuleType(".".join(parts[: i + 1])))
    made = type(name, (base,), {"__module__": module, "__qualname__": name})
    setattr(sys.modules[module], name, made)
    return made


def filled(made, **state):
    value = made()
    value.__dict__.update(state)
    return value


config = stand_in("omegaconf.dictconfig", "DictConfig")
metadata = stand_in("omegaconf.base", "ContainerMetadata")
node = stand_in("omegaconf.nodes", "AnyNode")
attributes = stand_in("pytorch_lightning.utilities.parsing", "AttributeDict", dict)
saver = stand_in("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint")
own = stand_in("my_project.settings", "Settings")
torch.manual_seed(31)
state = collections.OrderedDict((f"backbone.{n}", torch.arange(3.0) + n) for n in range(2))
state["parameter"] = torch.nn.Parameter(torch.tensor([3.0]))
tagged = torch.nn.Parameter(torch.tensor([4.0]))
tagged.tag = "of a type of its own"
state["tagged"] = tagged
objects = {
    "epoch": 3,
    "pytorch-lightning_version": "1.6.4",
    "state_dict": state,
    "callbacks": {saver: {"best_model_score": torch.tensor(0.5), "best_k_models": {}}},
    "lr_schedulers": [{"milestones": collections.Counter([60, 80]), "gamma": 0.1}],
    "args": argparse.Namespace(lr=0.6, arch="resnet50", crops=[2, 6], out=pathlib.PurePosixPath("/tmp/x")),
    "hyper_parameters": attributes(lr=0.6, nested=attributes(x=1)),
    "config": filled(config, _metadata=filled(metadata, ref_type=typing.Any, object_type=dict),
                     _content={"lr": filled(node, _val=0.6)}),
    "by_name": collections.defaultdict(list, a=[1]),
    "set": {1, 2},
    "when": datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),
    "array": numpy.arange(6, dtype=numpy.float32).reshape(2, 3),
    "numpy_random": numpy.random.RandomState(1).get_state(),
    "python_random": random.Random(1).getstate(),
    "torch_random": torch.get_rng_state()[:16].clone(),
    "torch_version": torch.__version__,
    "layout": torch.strided,
}
for name, content in (
    ("objects", objects),
    ("unknown", {"state_dict": state, "settings": filled(own, lr=0.6)}),
    ("module", torch.nn.Linear(2, 1)),
):
    for new in (True, False):
        torch.save(content, here / f"{name}_{'zip' if new else 'legacy'}.pth", _use_new_zipfile_serialization=new)
