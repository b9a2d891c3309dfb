"""What functions of torch take, by name: those that lessons use. A `*` stands in front of what has to be given."""

from __future__ import annotations

import difflib

_NEW = "dtype device requires_grad layout pin_memory out"
_REDUCED = "*input dim keepdim"
_PLACE = "*input *dim"

_TAKES = {
    "tensor": "*data dtype device requires_grad pin_memory",
    "as_tensor": "*data dtype device",
    "zeros ones empty": f"*size {_NEW}",
    "rand randn": f"*size generator {_NEW}",
    "full": f"*size *fill_value {_NEW}",
    "eye": f"*n m {_NEW}",
    "arange range": f"start *end step {_NEW}",
    "linspace": f"*start *end *steps {_NEW}",
    "logspace": f"*start *end *steps base {_NEW}",
    "randint": f"low *high *size generator {_NEW}",
    "randperm": f"*n generator {_NEW}",
    "normal": f"*mean *std size generator {_NEW}",
    "zeros_like ones_like empty_like rand_like randn_like": "*input dtype device requires_grad layout memory_format",
    "full_like": "*input *fill_value dtype device requires_grad",
    "sum prod nansum nanmean": f"{_REDUCED} dtype out",
    "mean": f"{_REDUCED} dtype out",
    "max min median mode amax amin argmax argmin any all": f"{_REDUCED} out",
    "std var std_mean var_mean": f"{_REDUCED} unbiased correction out",
    "norm": "*input p dim keepdim dtype out",
    "logsumexp": "*input *dim keepdim out",
    "quantile": "*input *q dim keepdim interpolation out",
    "softmax log_softmax": f"{_PLACE} dtype",
    "cumsum cumprod": f"{_PLACE} dtype out",
    "cummax cummin": _PLACE,
    "unsqueeze": _PLACE,
    "squeeze": "*input dim",
    "sort": "*input dim descending stable out",
    "argsort": "*input dim descending stable",
    "topk": "*input *k dim largest sorted out",
    "kthvalue": "*input *k dim keepdim out",
    "cat concat concatenate stack": "*tensors dim out",
    "hstack vstack dstack": "*tensors out",
    "split": "*tensor *split_size_or_sections dim",
    "chunk": "*input *chunks dim",
    "unbind": "*input dim",
    "reshape": "*input *shape",
    "view": "*input *size dtype",
    "expand": "*input *size",
    "broadcast_to": "*input *size",
    "repeat": "*input *repeats",
    "tile": "*input *dims",
    "permute": "*input *dims",
    "flip": "*input *dims",
    "roll": "*input *shifts dims",
    "transpose": "*input *dim0 *dim1",
    "movedim": "*input *source *destination",
    "flatten": "*input start_dim end_dim",
    "unflatten": "*input *dim *sizes",
    "clamp clip": "*input min max out",
    "where": "*condition input other out",
    "lerp": "*input *end *weight out",
    "add sub": "*input *other alpha out",
    "mul div matmul mm bmm maximum minimum": "*input *other rounding_mode out",
    "gather": "*input *dim *index sparse_grad out",
    "scatter": "*input *dim *index src value reduce",
    "index_select": "*input *dim *index out",
    "take_along_dim": "*input *indices dim out",
    "masked_fill": "*input *mask *value",
    "masked_select": "*input *mask out",
    "narrow": "*input *dim *start *length",
    "select": "*input *dim *index",
    "to": "*input dtype device non_blocking copy memory_format",
    "type": "*input dtype",
    "round": "*input decimals out",
    "tril triu diag": "*input diagonal out",
    "item numel tolist float int long bool double clone detach abs exp log sqrt": "*input out",
    "unique": "*input sorted return_inverse return_counts dim",
    "one_hot": "*tensor num_classes",
    "multinomial": "*input *num_samples replacement generator out",
    "manual_seed": "*seed",
    "allclose isclose": "*input *other rtol atol equal_nan",
    "repeat_interleave": "*input *repeats dim output_size",
    "pad": "*input *pad mode value",
    "dropout": "*input p training inplace",
    "backward": "*input gradient retain_graph create_graph inputs",
}
"""For several functions at once, by their names."""

_BY_NAME = {name: takes for names, takes in _TAKES.items() for name in names.split()}

_MEANT = {
    "dims": "dim", "axis": "dim", "axes": "dim", "dimension": "dim", "dimensions": "dim", "d": "dim", "ax": "dim",
    "keep_dim": "keepdim", "keepdims": "keepdim", "keep_dims": "keepdim", "keep": "keepdim",
    "require_grad": "requires_grad", "grad": "requires_grad", "requires_gradient": "requires_grad",
    "require_gradient": "requires_grad", "require_grads": "requires_grad", "requires_grads": "requires_grad",
    "type": "dtype", "data_type": "dtype", "dtypes": "dtype", "shape": "size", "size": "shape", "dims_": "dims",
    "num": "steps", "n": "steps", "step": "steps", "count": "steps", "ddof": "correction", "value": "fill_value",
    "fill": "fill_value", "val": "fill_value", "minimum": "min", "maximum": "max", "a_min": "min", "a_max": "max",
    "min": "low", "max": "high", "start": "low", "end": "high", "stop": "end", "mu": "mean", "loc": "mean",
    "sigma": "std", "stddev": "std", "scale": "std", "reverse": "descending", "ascending": "descending",
    "sections": "split_size_or_sections", "split_size": "split_size_or_sections", "n_chunks": "chunks",
    "number": "k", "perm": "dims", "order": "dims", "sizes": "size", "new_shape": "shape",
    "seq": "tensors", "inputs": "tensors", "x": "input", "decimal": "decimals", "ndigits": "decimals",
    "num_class": "num_classes", "classes": "num_classes", "inplace": "out", "array": "data", "object": "data",
}  # fmt: skip
"""What other names are meant for, most often as NumPy calls it; taken where the function has it."""
_NUMPY = {"axis": "dim", "keepdims": "keepdim", "x": "input"}
"""What torch takes in place of its own names."""


def taken(name: str) -> tuple[str, ...]:
    """The names of what a function takes; none where it is not known here."""
    return tuple(part.lstrip("*") for part in _BY_NAME.get(name.rstrip("_"), "").split())


def required(name: str) -> tuple[str, ...]:
    """Those that have to be given."""
    return tuple(part[1:] for part in _BY_NAME.get(name.rstrip("_"), "").split() if part.startswith("*"))


def is_taken(name: str, keyword: str) -> bool:
    """Whether a function takes something by that name, also NumPy's name of it."""
    names = taken(name)
    return keyword in names or _NUMPY.get(keyword, "") in names


def meant(name: str, keyword: str, also: tuple[str, ...] = ()) -> str:
    """The argument of a function that a wrong name is likely meant for; empty where none is near."""
    names = tuple(n for n in taken(name) or also if n not in ("out", "layout", "pin_memory"))
    lower = keyword.lower()
    for guess in (_MEANT.get(lower, ""), f"{_MEANT.get(lower, '')}s"):
        if guess in names:
            return guess
    return next(iter(difflib.get_close_matches(lower, names, n=1, cutoff=0.6)), "")
