"""Pictures: the same batch everywhere, files that are read whole or refused, a cache that processes share."""

import gzip
import hashlib
import http.server
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch

from wgan_edu import data, images
from wgan_edu.images import Images, Source, digits_8, digits_28, fashion_mnist, mnist

ROOT = Path(__file__).parent.parent
FILES = images._FILES


def idx(array):
    """The bytes of an IDX file, written from its description."""
    header = bytes([0, 0, 8, array.ndim]) + b"".join(int(n).to_bytes(4, "big") for n in array.shape)
    return header + array.astype(np.uint8).tobytes()


def small_files(seed=0, side=4):
    """Four files like MNIST's, with 12 and 5 pictures of 4x4."""
    rng = np.random.default_rng(seed)
    made = {}
    for part, n in (("train", 12), ("t10k", 5)):
        pictures, labels = rng.integers(256, size=(n, side, side)), rng.integers(10, size=n)
        made[f"{part}-images-idx3-ubyte.gz"] = gzip.compress(idx(pictures), mtime=0)
        made[f"{part}-labels-idx1-ubyte.gz"] = gzip.compress(idx(labels), mtime=0)
    return made


class Server:
    """A mirror on this machine: `files` by path, `status` for all of them, `asked` for what it was asked."""

    def __init__(self, files, status=200, cut=None):
        mirror = self
        self.files, self.status, self.cut, self.asked, self.pause = files, status, cut, [], 0.0

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                mirror.asked.append(self.path)
                content = mirror.files.get(self.path.strip("/"))
                if content is None or mirror.status != 200:
                    self.send_error(mirror.status if mirror.status != 200 else 404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                sent = content[: mirror.cut]
                for start in range(0, len(sent), 64):
                    self.wfile.write(sent[start : start + 64])
                    self.wfile.flush()
                    time.sleep(mirror.pause)

            def log_message(self, *_):
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.http.handle_error = lambda *_: None  # whoever hangs up does so on purpose
        self.address = f"http://127.0.0.1:{self.http.server_port}/"
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def serve():
    running = []

    def started(*arguments, **settings):
        running.append(Server(*arguments, **settings))
        return running[-1]

    yield started
    for one in running:
        one.close()


@pytest.fixture
def source(home, monkeypatch):
    """Let "mnist" be small files that some mirrors have; gives a function of the mirrors."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    def set_up(*mirrors, files=None):
        hashes = {
            name: hashlib.sha256(content).hexdigest() for name, content in (files or small_files()).items()
        }
        monkeypatch.setitem(images.SOURCES, "mnist", Source(tuple(mirrors), hashes))
        return home / "cache" / "mnist"

    return set_up


# --- batches ----------------------------------------------------------------------------------------


def test_digits_are_those_of_the_bundle():
    train, test = digits_8(), digits_8("test")
    part, held_out = data.digits().split()
    assert np.array_equal(train.points(), part.images)
    assert np.array_equal(test.points(), held_out.images)
    assert np.array_equal(train.labels, part.labels)
    assert train.labels.dtype == np.int64
    assert (len(train), len(test), train.image_shape) == (1197, 600, (8, 8))
    assert not hasattr(train, "n_labels"), "or training would be conditional"


def test_a_batch_is_bytes_over_the_brightest():
    found = digits_8()
    batch = found.sample(50, seed=3)
    assert batch.dtype == torch.float32
    assert batch.shape == (50, 64)
    assert (batch.min(), batch.max()) == (0, 1)
    rows = {row.tobytes() for row in found.pixels.numpy()}
    assert all(row.tobytes() in rows for row in (16 * batch).to(torch.uint8).numpy())


def test_the_same_seed_gives_the_same_batch_and_another_one_another():
    found = digits_8()
    torch.manual_seed(1)
    first = found.sample(20, 5)
    torch.manual_seed(2)
    assert torch.equal(first, found.sample(20, 5))
    assert not torch.equal(first, found.sample(20, 6))
    assert torch.equal(first, found.to("cpu").sample(20, 5))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_a_gpu_draws_the_same_batch():
    found = digits_8()
    assert torch.equal(found.sample(64, 9), found.to("cuda").sample(64, 9).cpu())


def test_every_picture_is_drawn_about_as_often():
    one = Images(torch.arange(10, dtype=torch.uint8)[:, None], np.arange(10), (1, 1), "test", 1)
    counts = np.bincount(one.sample(20_000, 0).numpy().astype(int)[:, 0], minlength=10)
    assert np.abs(counts - 2000).max() < 5 * np.sqrt(2000 * 0.9)


def test_as_much_data_as_mnist():
    large, small = digits_28(500), digits_8()
    assert large.pixels.shape == (500, 784)
    assert large.pixels.dtype == torch.uint8
    assert large.image_shape == (28, 28)
    assert np.bincount(large.labels, minlength=10).min() > 20
    shrunk = torch.nn.functional.interpolate(
        large.sample(100, 1).reshape(-1, 1, 28, 28), size=(8, 8), mode="area"
    ).flatten(1)
    nearest = torch.cdist(shrunk.double(), torch.from_numpy(small.points())).min(dim=1).values
    assert nearest.max() < 1.2, "still the digits: two of them are about 3 apart"


@pytest.mark.parametrize("call", [mnist, fashion_mnist, digits_8])
def test_the_split_is_checked(call):
    with pytest.raises(ValueError, match="split must be one of 'train', 'test'; got 'valid'"):
        call("valid")


# --- IDX --------------------------------------------------------------------------------------------


def test_idx_is_read_as_written():
    array = np.random.default_rng(0).integers(256, size=(3, 5, 2)).astype(np.uint8)
    assert np.array_equal(images._read_idx(idx(array), 3), array)
    by_hand = bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 255])
    assert images._read_idx(by_hand, 1).tolist() == [7, 255]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "must begin with 0, 0, 8, 1; got"),
        (bytes([0, 0, 8, 1, 0, 0]), "must begin"),
        (bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9]), r"got \[0, 0, 8, 3\]"),
        (bytes([0, 0, 13, 1, 0, 0, 0, 0]), r"got \[0, 0, 13, 1\]"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 2, 7]), "as many bytes as its header says"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, 7, 7]), "as many bytes as its header says"),
        (bytes([0, 0, 8, 1, 255, 255, 255, 255, 7]), "as many bytes as its header says"),
        (bytes([0, 0, 8, 1, 0, 0, 0, 0]), "as many bytes as its header says"),
    ],
)
def test_idx_that_is_not_is_refused(content, says):
    with pytest.raises(ValueError, match=says):
        images._read_idx(content, 1)


# --- a folder of one's own --------------------------------------------------------------------------


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


@pytest.mark.parametrize(("call", "name"), [(mnist, "mnist"), (fashion_mnist, "fashion")])
def test_a_folder_is_taken_as_it_is(tmp_path, call, name):
    write(tmp_path, small_files())
    train, test = call(folder=tmp_path), call("test", str(tmp_path))
    assert (train.name, len(train), len(test), train.image_shape) == (name, 12, 5, (4, 4))
    rng = np.random.default_rng(0)
    assert np.array_equal(train.pixels, rng.integers(256, size=(12, 4, 4)).reshape(12, 16))
    assert np.array_equal(train.labels, rng.integers(10, size=12))
    assert train.sample(3).max() <= 1


def test_a_folder_with_something_wrong_is_an_error(tmp_path):
    write(tmp_path, small_files())
    labels = tmp_path / "train-labels-idx1-ubyte.gz"
    whole = labels.read_bytes()
    for broken, says in [
        (whole[:-6], "must be a whole .gz file"),
        (b"<html>forbidden</html>", "must be a whole .gz file"),
        (gzip.compress(idx(np.zeros(11))), "a label for each picture; got 12 and 11"),
        (gzip.compress(idx(np.zeros((12, 1)))), "must begin with 0, 0, 8, 1"),
    ]:
        labels.write_bytes(broken)
        with pytest.raises(ValueError, match=says):
            mnist(folder=tmp_path)
    labels.unlink()
    with pytest.raises(ValueError, match=r"four standard .gz files; there is no .*train-labels"):
        mnist(folder=tmp_path)


# --- downloads --------------------------------------------------------------------------------------


def test_a_download_happens_once(serve, source):
    mirror = serve(small_files())
    cache = source(mirror.address)
    first = mnist()
    assert (first.name, len(first)) == ("mnist", 12)
    assert sorted(mirror.asked) == ["/train-images-idx3-ubyte.gz", "/train-labels-idx1-ubyte.gz"]
    mirror.asked.clear()
    assert torch.equal(mnist().pixels, first.pixels)
    assert mirror.asked == []
    assert (cache / FILES[0]).stat().st_mode & 0o777 == 0o644, "others may share the cache"
    assert len(mnist("test")) == 5


def test_the_next_mirror_is_tried(serve, source):
    gone, bad = serve({}), serve({name: content[::-1] for name, content in small_files().items()})
    good = serve(small_files())
    source(gone.address, bad.address, good.address)
    assert mnist().name == "mnist"
    assert len(gone.asked) == len(bad.asked) == len(good.asked) == 2


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"status": 403}, "the server answers 403"),
        ({"status": 500}, "the server answers 500"),
        ({"cut": 100}, "ConnectionError|ChunkedEncodingError|SHA256|hash"),
    ],
)
def test_without_a_file_there_are_the_digits_and_a_sentence(serve, source, settings, says):
    mirror = serve(small_files(), **settings)
    cache = source(mirror.address)
    with pytest.warns(UserWarning, match=says) as told:
        found = mnist()
    assert found.name == "digits"
    assert torch.equal(found.pixels, digits_8().pixels)
    [text] = [str(one.message) for one in told]
    assert f"put it to {cache / FILES[0]}" in text
    assert "bundled digits instead" in text
    assert told[0].filename == __file__, "the warning points at the learner's line"
    assert not (cache / FILES[0]).exists()
    assert len(mirror.asked) == 1, "one refusal is enough"


def test_a_corrupt_download_is_never_read(serve, source):
    bent = {name: content[:30] + b"x" + content[31:] for name, content in small_files().items()}
    cache = source(serve(bent).address)
    with pytest.warns(UserWarning, match="hash"):
        assert mnist().name == "digits"
    assert [path.name for path in cache.iterdir() if path.suffix == ".gz"] == []


def test_a_corrupt_file_in_the_cache_is_fetched_anew(serve, source):
    cache = source(serve(small_files()).address)
    write(cache, {name: content[:-9] for name, content in small_files().items()})
    assert mnist().name == "mnist"
    assert (cache / FILES[0]).read_bytes() == small_files()[FILES[0]]


def test_a_file_put_there_by_hand_is_used_and_a_wrong_one_named(source):
    cache = source("http://127.0.0.1:1/")  # nobody listens there
    write(cache, small_files())
    assert mnist().name == "mnist"
    (cache / FILES[0]).write_bytes(b"something else")
    with pytest.warns(UserWarning, match=rf"the file at {cache / FILES[0]} has another SHA-256"):
        assert mnist().name == "digits"


def test_a_server_that_falls_silent_is_left(serve, source, monkeypatch):
    mirror = serve(small_files())
    mirror.pause = 60.0
    source(mirror.address)
    monkeypatch.setattr(images, "TIMEOUT", (0.5, 0.3))
    began = time.perf_counter()
    with pytest.warns(UserWarning, match="imed ?out"):
        assert mnist().name == "digits"
    assert time.perf_counter() - began < 30


def test_a_cache_that_cannot_be_written(serve, source, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("in the way")
    source(serve(small_files()).address)
    monkeypatch.setenv("WGAN_EDU_HOME", str(tmp_path / "file"))
    with pytest.warns(UserWarning, match="NotADirectoryError|FileExistsError"):
        assert mnist().name == "digits"


def test_what_dead_processes_left_is_swept(serve, source):
    cache = source(serve(small_files()).address)
    write(cache, {"tmpold": b"half", "tmpnew": b"half"})
    long_ago = time.time() - 2 * images.OLD
    os.utime(cache / "tmpold", (long_ago, long_ago))
    mnist()
    assert not (cache / "tmpold").exists()
    assert (cache / "tmpnew").exists(), "it may be another process's"


def test_the_pinned_hashes_and_mirrors():
    for name, first, last in (("mnist", "440fcabf", "204aec6"), ("fashion", "3aede38d", "f8dd5")):
        hashes = images.SOURCES[name].hashes
        assert tuple(hashes) == FILES
        assert hashes[FILES[0]].startswith(first)
        assert hashes[FILES[3]].endswith(last)
        assert all(len(digest) == 64 for digest in hashes.values())
        assert len(images.SOURCES[name].mirrors) == 2


READER = """
import sys
from wgan_edu import images
hashes = dict(zip(images._FILES, sys.argv[2:], strict=True))
images.SOURCES["mnist"] = images.Source((sys.argv[1],), hashes)
print("ready", flush=True)
sys.stdin.readline()
found = images.mnist()
print(found.name, int(found.pixels.long().sum()), len(found), flush=True)
"""


def holds_a_temporary(process):
    held = psutil.Process(process.pid).open_files()
    return any(Path(file.path).name.startswith("tmp") for file in held)


def test_four_processes_share_a_cache_and_two_are_killed(serve, source, home):
    files = small_files(side=40)  # about 20 kB, sent in pieces: a download takes about a second
    mirror = serve(files)
    mirror.pause = 0.005
    source(mirror.address, files=files)
    hashes = list(images.SOURCES["mnist"].hashes.values())
    expected = images._images("mnist", [gzip.decompress(files[name]) for name in FILES[:2]], "cpu")
    command = [sys.executable, "-c", READER, mirror.address, *hashes]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1", "OMP_NUM_THREADS": "1"}
    readers = [
        subprocess.Popen(
            command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=2
        )
        for _ in range(4)
    ]
    try:
        for reader in readers:
            assert reader.stdout.readline() == "ready\n"
        for reader in readers:
            reader.stdin.write("\n")
            reader.stdin.flush()
        folder = home / "cache" / "mnist"
        left = list(readers)
        for killed in (1, 2):
            give_up, victims = time.monotonic() + 60, []
            while not (victims and len(mirror.asked) == killed) and time.monotonic() < give_up:
                victims = [reader for reader in left if holds_a_temporary(reader)]
            [victim] = victims  # in the middle of the answer
            victim.kill()
            left.remove(victim)
        said = [reader.communicate(timeout=60)[0].split() for reader in left]
        assert said == [["mnist", str(int(expected.pixels.long().sum())), "12"]] * 2
        assert mirror.asked == [f"/{FILES[0]}"] * 3 + [f"/{FILES[1]}"], "one at a time, the killed ones too"
        assert len(list(folder.glob("tmp*"))) == 2, "two were killed in the middle"
        for name in FILES[:2]:
            assert (folder / name).read_bytes() == files[name]
    finally:
        for reader in readers:
            reader.kill()
            reader.communicate()


# --- memory at full size ----------------------------------------------------------------------------

TRAINING = """
from wgan_edu.seeding import seed_everything
seed_everything(0)
from wgan_edu.images import digits_28
from wgan_edu.training import TrainConfig, TrainState, train
pictures = digits_28()
assert pictures.pixels.shape == (60_000, 784)
config = TrainConfig(network="conv", hidden=(32, 64), z_dim=64, batch_size=64, generator_steps=6, n_critic=2)
state = TrainState.create(config, pictures)
print([step.step for step in train(state)][-1], state.sample(64).shape)
"""


def test_training_at_full_size_stays_small():
    process = subprocess.Popen(
        [sys.executable, "-c", TRAINING],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    watched, most = psutil.Process(process.pid), 0
    while process.poll() is None:
        try:
            most = max(most, watched.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)
    assert process.communicate()[0] == "6 (64, 784)\n"
    print(f"{most / 1e6:.0f} MB")
    assert 100e6 < most < 650e6
