r"""Pictures to learn: MNIST and Fashion-MNIST, downloaded once, and the bundled digits where that fails.

The pixels stay what they are in the files, one byte each, and lie on the device that trains. A batch is drawn
by indices from a stream on the CPU and gathered on the device: the same seed gives the same batch on every
device, and nothing has to load data beside the training.

A download is checked against a pinned SHA-256 before anything reads it, and takes its place in the cache
whole or not at all; so several kernels can share a cache, and one of them can die.

Taught in: 11_images_on_gpu.
Source: LeCun, Bottou, Bengio and Haffner 1998 (MNIST, the IDX format); Xiao, Rasul and Vollgraf 2017
(Fashion-MNIST).
"""

import gzip
import hashlib
import logging
import math
import os
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from wgan_edu import data
from wgan_edu.checking import Array, checked, one_of, whole_number

__all__ = ["SOURCES", "Images", "Source", "cache_folder", "digits_8", "digits_28", "fashion_mnist", "mnist"]

Labels = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

TIMEOUT = (5.0, 20.0)  # seconds to connect, and between two pieces
PATIENCE = 600.0  # seconds to wait for another process that is downloading the same file
OLD = 3600.0  # seconds after which a temporary file has been left by a process that died


class Source(NamedTuple):
    """Where a data set comes from: addresses of folders to try in turn, and each file's SHA-256."""

    mirrors: tuple[str, ...]
    hashes: dict[str, str]


_FILES = (
    "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
)  # fmt: skip
_MNIST = """
    440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609
    3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c
    8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6
    f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"""
_FASHION = """
    3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84
    a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845
    346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073
    67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"""
SOURCES = {
    "mnist": Source(
        (
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
        ),
        dict(zip(_FILES, _MNIST.split(), strict=True)),
    ),
    "fashion": Source(
        (
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ),
        dict(zip(_FILES, _FASHION.split(), strict=True)),
    ),
}


# --- pictures on a device ---------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Images:
    r"""Pictures as points in the cube $[0, 1]^d$, kept as bytes on the device that uses them.

    Attributes:
        pixels: (N, d) uint8 tensor, rows of pixels, 0 for paper to `brightest` for ink.
        labels: (N,) which class each picture is of.
        image_shape: (height, width), with height * width = d.
        name: what it is, "mnist" for instance.
        brightest: the byte that stands for 1. Default 255.

    Taught in: 11_images_on_gpu.
    """

    pixels: torch.Tensor
    labels: Labels
    image_shape: tuple[int, int]
    name: str
    brightest: int = 255

    def __len__(self) -> int:
        """How many pictures."""
        return len(self.pixels)

    @checked(n=whole_number(1))
    def sample(self, n: int, seed: data.Seed = 0) -> torch.Tensor:
        """Draw n pictures with replacement: (n, d) float32 from 0 to 1, on the device of the pixels."""
        chosen = np.random.default_rng(seed).integers(len(self), size=n)
        return self.pixels[torch.from_numpy(chosen).to(self.pixels.device)].float() / self.brightest

    def points(self, chosen: slice | Labels = slice(None)) -> Array:
        """Some pictures for what computes with NumPy: (n, d) float64 from 0 to 1. Default all."""
        return np.asarray(self.pixels[chosen].cpu().numpy() / self.brightest, dtype=np.float64)

    def to(self, device: str | torch.device) -> "Images":
        """The same pictures on another device."""
        return replace(self, pixels=self.pixels.to(device))


@checked(split=one_of("train", "test"))
def mnist(
    split: str = "train", folder: str | Path | None = None, device: str | torch.device = "cpu"
) -> Images:
    """MNIST: 60,000 handwritten digits to train on, or 10,000 to test, 28x28; the bundled digits if it fails.

    The files come from the cache, else from the mirrors of `SOURCES`. Where that is impossible a warning
    says why and which file to put where, and what comes back are the bundled digits, named "digits".

    Args:
        split: "train" or "test". Default "train".
        folder: a folder that holds the standard `.gz` files already; they are taken as they are. Default the
            cache.
        device: where to keep the pixels. Default the CPU.

    Returns:
        `Images`; its `name` is "mnist", or "digits" after a failure.

    Raises:
        ValueError: if split is neither, or a file in `folder` is missing or not what its name says.

    Source: LeCun, Bottou, Bengio and Haffner 1998. Taught in: 11_images_on_gpu.
    """
    return _loaded("mnist", split, folder, device)


@checked(split=one_of("train", "test"))
def fashion_mnist(
    split: str = "train", folder: str | Path | None = None, device: str | torch.device = "cpu"
) -> Images:
    """Fashion-MNIST: ten kinds of clothes in the format of MNIST; the bundled digits if it fails.

    Args:
        split: "train" (60,000) or "test" (10,000). Default "train".
        folder: a folder that holds the standard `.gz` files already; they are taken as they are. Default the
            cache.
        device: where to keep the pixels. Default the CPU.

    Returns:
        `Images`; its `name` is "fashion", or "digits" after a failure.

    Raises:
        ValueError: if split is neither, or a file in `folder` is missing or not what its name says.

    Source: Xiao, Rasul and Vollgraf 2017. Taught in: 11_images_on_gpu.
    """
    return _loaded("fashion", split, folder, device)


@checked(split=one_of("train", "test"))
def digits_8(split: str = "train", device: str | torch.device = "cpu") -> Images:
    """The handwritten digits bundled with scikit-learn, 8x8: 1,197 to train on, 600 to test.

    The parts are those of `data.digits().split()`.

    Args:
        split: "train" or "test". Default "train".
        device: where to keep the pixels. Default the CPU.

    Returns:
        `Images` named "digits", with the very values of `data.digits()`.

    Raises:
        ValueError: if split is neither.

    Source: see `data.digits`. Taught in: 11_images_on_gpu.
    """
    part = data.digits().split()[split == "test"]
    pixels = torch.from_numpy(np.rint(16 * part.images).astype(np.uint8))
    return Images(pixels.to(device), part.labels, (8, 8), "digits", 16)


@checked(n=whole_number(1))
def digits_28(n: int = 60_000, device: str | torch.device = "cpu") -> Images:
    """As much data as MNIST without a download: the bundled digits enlarged to 28x28, n times one of them.

    For measuring speed and memory at full size; as pictures they hold no more than `digits_8`.

    Args:
        n: how many pictures, at least 1. Default 60,000.
        device: where to keep the pixels. Default the CPU.

    Returns:
        `Images` named "digits at 28x28".

    Raises:
        ValueError: if n is not a whole number of at least 1.

    Taught in: 11_images_on_gpu.
    """
    small = digits_8()
    pictures = torch.from_numpy(255 * small.points()).reshape(-1, 1, 8, 8)
    large = torch.nn.functional.interpolate(pictures, size=(28, 28), mode="bilinear").flatten(1).round()
    chosen = np.random.default_rng(0).integers(len(small), size=n)
    pixels = large.to(torch.uint8)[torch.from_numpy(chosen)]
    return Images(pixels.to(device), small.labels[chosen], (28, 28), "digits at 28x28")


# --- files ------------------------------------------------------------------------------------------


def cache_folder() -> Path:
    """Where downloads are kept: `$WGAN_EDU_HOME/cache`, else `~/.wgan_edu/cache`.

    Taught in: 11_images_on_gpu.
    """
    home = os.environ.get("WGAN_EDU_HOME") or os.path.join("~", ".wgan_edu")
    return Path(os.path.expanduser(home)).absolute() / "cache"


def _loaded(name: str, split: str, folder: str | Path | None, device: str | torch.device) -> Images:
    """The two files of a part, made into `Images`; the digits and a warning where they cannot be had."""
    files = [file for file in _FILES if file.startswith("train" if split == "train" else "t10k")]
    if folder is not None:
        return _images(name, [_from_folder(Path(folder) / file) for file in files], device)
    try:
        return _images(name, [_from_cache(name, file) for file in files], device)
    except _Unavailable as reason:
        warnings.warn(f"{reason} Until then you get the bundled digits instead.", stacklevel=4)
        return digits_8(split, device)


def _images(name: str, contents: list[bytes], device: str | torch.device) -> Images:
    pictures, labels = _read_idx(contents[0], 3), _read_idx(contents[1], 1)
    if len(pictures) != len(labels):
        raise ValueError(f"{name} must have a label for each picture; got {len(pictures)} and {len(labels)}.")
    n, height, width = pictures.shape
    pixels = torch.from_numpy(pictures.reshape(n, height * width))
    return Images(pixels.to(device), labels.astype(np.int64), (height, width), name)


def _read_idx(content: bytes, ndim: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The array in an unzipped IDX file: two zeros, type 8 (bytes), ndim, the sizes big-endian, the bytes."""
    start = 4 + 4 * ndim
    if len(content) < start or content[:4] != bytes([0, 0, 8, ndim]):
        raise ValueError(
            f"An IDX file of bytes in {ndim} dimensions must begin with 0, 0, 8, {ndim}; "
            f"got {[*content[:4]]}."
        )
    shape = tuple(int(size) for size in np.frombuffer(content[4:start], dtype=">u4"))
    if math.prod(shape) != len(content) - start or 0 in shape:
        raise ValueError(
            f"An IDX file must hold as many bytes as its header says; it says {shape}, and "
            f"{len(content) - start:,} follow."
        )
    return np.frombuffer(bytearray(content), dtype=np.uint8, offset=start).reshape(
        shape
    )  # writable for torch


def _from_folder(file: Path) -> bytes:
    """A file of the learner's own, unzipped."""
    try:
        return gzip.decompress(file.read_bytes())
    except FileNotFoundError:
        raise ValueError(f"folder must hold the four standard .gz files; there is no {file}.") from None
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{file} must be a whole .gz file; reading it gave: {error}.") from None


class _Unavailable(Exception):
    """A file can be had neither from the cache nor from a mirror; the text says what to do."""


def _from_cache(name: str, file: str) -> bytes:
    """A file of a data set, unzipped, downloaded first if need be. Only bytes of the right SHA-256 leave."""
    place, known = cache_folder() / name / file, SOURCES[name].hashes[file]
    reasons = []
    for mirror in ("", *SOURCES[name].mirrors):
        try:
            if mirror:
                _download(mirror + file, place, known)
            raw = place.read_bytes()
            if hashlib.sha256(raw).hexdigest() == known:
                return gzip.decompress(raw)
            reasons.append(f"the file at {place} has another SHA-256")
        except Exception as error:  # requests, pooch and the file system each have their own
            if mirror:
                reasons.append(f"{mirror}: {_in_short(error)}")
    raise _Unavailable(
        f"{file} of {name} could not be downloaded ({'; '.join(reasons)}). Get it in another way, and put it "
        f"to {place}; its SHA-256 begins with {known[:12]}."
    )


def _download(address: str, place: Path, known: str) -> None:
    """Fetch a file to its place, unless another process has done so meanwhile; whole and checked, or not."""
    import pooch
    from tqdm.auto import tqdm

    def fetch(url: str, output: str, _: object) -> None:
        with tqdm(total=1, desc=place.name, unit="B", unit_scale=True) as bar:  # pooch sets the total
            pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUT)(url, output, None)
        os.chmod(output, 0o644)  # a temporary file is its owner's alone, and a cache may be shared
        with open(output, "rb") as written:
            os.fsync(written.fileno())

    place.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(place):
        _sweep(place.parent)
        pooch.get_logger().setLevel(logging.WARNING)  # the bar says enough
        pooch.retrieve(address, f"sha256:{known}", place.name, place.parent, downloader=fetch)


@contextmanager
def _one_at_a_time(place: Path) -> Iterator[None]:
    """Let one process download, and the others wait; without locks they all do, which is as safe."""
    from filelock import FileLock

    lock = FileLock(place.with_suffix(".lock"), timeout=PATIENCE)
    with suppress(OSError, NotImplementedError):  # Timeout is an OSError
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Remove what processes that died in a download have left."""
    for left in folder.glob("tmp*"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > OLD:
                left.unlink()


def _in_short(error: Exception) -> str:
    """The kind of an error and what it says, on one line and without what repeats the address."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answers {response.status_code}"
    return " ".join(f"{type(error).__name__}: {error}".split())[:120]
