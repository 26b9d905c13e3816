"""The names of PyTorch and NumPy that a page may use, with their parameters and defaults.

One line is one name: `torch.optim.SGD(params, lr=0.001, momentum=0, …)`, or without
brackets what cannot be called or does not say how.
"""

import inspect
import re
from types import ModuleType
from typing import Iterator

import numpy
import torch

MODULES = [
    torch,
    torch.autograd,
    torch.autograd.functional,
    torch.func,
    torch.linalg,
    torch.nn,
    torch.nn.functional,
    torch.nn.init,
    torch.optim,
    torch.optim.lr_scheduler,
    torch.utils.data,
    numpy,
]
CLASSES = {
    "torch.Tensor": torch.Tensor,
    "torch.nn.Module": torch.nn.Module,
    "torch.optim.Optimizer": torch.optim.Optimizer,
    "torch.optim.lr_scheduler.LRScheduler": torch.optim.lr_scheduler.LRScheduler,
    "numpy.ndarray": numpy.ndarray,
}


def public(holder: object) -> list[str]:
    names = getattr(holder, "__all__", dir(holder))
    return sorted(name for name in names if not name.startswith("_"))


def belongs(module: ModuleType, value: object) -> bool:
    """Whether a module shows a name as its own: not other modules, typing, helpers."""
    if isinstance(value, ModuleType):
        return False
    home = getattr(value, "__module__", None) or module.__name__
    return home.split(".")[0] == module.__name__.split(".")[0]


def parameters(value: object) -> str:
    """`(a, b=1)`, by the signature, or else by the first line of the documentation."""
    try:
        parts = inspect.signature(value).parameters.values()
    except (ValueError, TypeError):
        text = getattr(value, "__doc__", None)
        first = text.strip().split("\n")[0] if isinstance(text, str) else ""
        found = re.match(r"[\w.]+\((.*)\)\s*->", first)
        return f"({found[1].replace('*, ', '')})" if found else ""
    return "(" + ", ".join(parameter(it) for it in parts if it.name != "self") + ")"


def parameter(it: inspect.Parameter) -> str:
    if it.default is inspect.Parameter.empty:
        return it.name
    default = repr(it.default)
    is_plain = isinstance(it.default, (bool, int, float, str, tuple, type(None)))
    return f"{it.name}={default}" if is_plain else f"{it.name}=…"


def of(holder: object, prefix: str) -> Iterator[str]:
    for name in public(holder):
        value = getattr(holder, name, None)
        if isinstance(holder, ModuleType) and not belongs(holder, value):
            continue
        if isinstance(value, property) or not callable(value):
            yield f"{prefix}.{name}"
        else:
            yield f"{prefix}.{name}{parameters(value)}"


def run() -> list[str]:
    lines = [module.__name__ for module in MODULES]
    for module in MODULES:
        lines += of(module, module.__name__)
    for name, kind in CLASSES.items():
        lines += of(kind, name)
    return sorted(set(" ".join(line.split()) for line in lines))
