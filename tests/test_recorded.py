"""Views without a kernel: what a recording holds, that it is what the view answers, and how large it is."""

import base64
import copy
import json
import re
import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from ipywidgets import Widget

from wgan_edu import widgets
from wgan_edu.classifier import train_classifier
from wgan_edu.data import digits
from wgan_edu.exercises import ex, inventory, progress, quiz
from wgan_edu.lipschitz import WeightClipping
from wgan_edu.training import PRESETS, TrainConfig, TrainState
from wgan_edu.widgets import critic_lab, gap_recording, sheet_and_thread, training_player
from wgan_edu.widgets.recorded import PATH, SHADES, SURFACE, Kept, Recording, grid

pytestmark = pytest.mark.usefixtures("one_thread")
MOST = 1_000_000  # bytes, all of the HTML
SMALL = TrainConfig(
    hidden=(8,), batch_size=16, n_critic=2, generator_steps=12, lr_critic=1e-2, lr_generator=1e-2
)
PICTURES = replace(PRESETS["digits_conv"], generator_steps=12, hidden=(4, 8))
DIGITS = replace(PRESETS["ring"], z_dim=4, hidden=(16, 16), ema_decay=0.0)


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


def steering():
    judge = train_classifier(digits().images[:200], digits().labels[:200], steps=20)
    return widgets.Steering(TrainState.create(DIGITS, digits().labeled()), judge)


def opened(data):
    """Read a recording as the page does: its JSON, and the numbers behind it."""
    content = zlib.decompress(data)
    (length,) = struct.unpack("<I", content[:4])
    return json.loads(content[4 : 4 + length]), content[4 + length :]


def read(column, index, numbers):
    """One value, by the rules of `replay.js`, written a second time."""

    def plain(value):
        if isinstance(value, dict) and "numbers" in value:
            count = int(np.prod(value["shape"]))
            return np.frombuffer(numbers, "<f4", count, value["numbers"]).reshape(value["shape"])
        if isinstance(value, list):
            return [plain(part) for part in value]
        return {key: plain(part) for key, part in value.items()} if isinstance(value, dict) else value

    if "same" in column:
        return plain(column["same"])
    row = column["which"][index] if "which" in column else index
    if "each" in column:
        return plain(column["each"][row])
    if row < 0:
        return None
    size = int(np.prod(column["shape"]))
    low, middle, high = np.frombuffer(numbers, np.uint8, 3 * size, column["at"]).astype(int).reshape(3, -1)
    folded = low + 256 * middle + 65536 * high
    steps = np.where(folded % 2, -(folded + 1) // 2, folded // 2).reshape(column["shape"])
    for axis in reversed(column["along"]):
        steps = steps.cumsum(axis=axis)
    k = row if len(column["low"]) > 1 else 0
    values = column["low"][k] + column["step"][k] * steps[row]
    if column["spiral"]:
        away, angle = np.exp(values[..., 0]), values[..., 1]
        values = np.stack([away * np.cos(angle), away * np.sin(angle)], axis=-1)
    return values


def answer_of(recording, index):
    head, numbers = opened(recording.to_bytes())
    return {name: read(column, index, numbers) for name, column in head["columns"].items()}


def agree(kept, live, recording):
    """An answer that was kept is the live one: arrays within half a step, numbers to seven digits."""
    for name, value in kept.items():
        want, how = live[name], recording.kept.get(name)
        if isinstance(want, np.ndarray):
            want = np.clip(want, -how.most, how.most) if how else want
            error = np.abs(np.asarray(value) - want)
            if how is None:
                bound = 1e-6 * np.abs(want) + 1e-7
            elif how.spiral:
                bound = 0.75 * how.step * (np.hypot(*np.moveaxis(want, -1, 0))[..., None] + 1e-20)
            else:
                step = np.ptp(want) / how.levels if how.levels else how.step
                bound = 0.5001 * step + 1e-9
            assert (error <= bound).all(), (name, error.max())
        elif isinstance(want, float):
            assert value == (pytest.approx(want, rel=1e-6) if np.isfinite(want) else None), name
        else:
            assert json.dumps(value) == json.dumps(json.loads(json.dumps(want)), default=str) or np.allclose(
                np.array(value, dtype=float), np.array(want, dtype=float), rtol=1e-6
            ), name


# --- every view -------------------------------------------------------------------------------------

SMALLER = {  # the same code on less: what is long in training, and not in recording
    "TrainingPlayer": lambda: widgets.TrainingPlayer(SMALL),
    "Dashboard": lambda: widgets.Dashboard(
        replace(PRESETS["digits_conv"], generator_steps=12, hidden=(4, 8))
    ),
    "Steering": steering,
}


@pytest.fixture
def quick(monkeypatch):
    """Shorter runs, where the length is no point of a test."""
    monkeypatch.setattr("wgan_edu.widgets.critic_run.LAST_STEP", 20)
    monkeypatch.setattr(critic_lab, "LAST_STEP", 20)
    monkeypatch.setattr(gap_recording, "LAST_STEP", 12)
    monkeypatch.setattr(gap_recording, "STEP", 2.0)
    few = {"bend": (0.0, 1.0, 1.0), "tilt": (0.0, 20.0, 20.0), "shift": (0.0, 0.2, 0.2)}
    monkeypatch.setattr(sheet_and_thread, "RECORDED", few | {"epsilon": (0.05, 0.1, 0.05)})
    monkeypatch.setattr("wgan_edu.widgets.dirac_gan.RECORDED", {"lr": (0.1, 0.5, 0.4), "n_critic": (1, 4, 3)})
    monkeypatch.setattr("wgan_edu.widgets.steering.RECORDED", {"strength": (-2.0, 2.0, 2.0)})


def made(name):
    return SMALLER.get(name, getattr(widgets, name))()


@pytest.mark.parametrize("name", widgets.VIEWS)
def test_every_view_is_shown_as_a_page_of_its_own(name, quick, monkeypatch):
    monkeypatch.setenv("WGAN_EDU_WIDGETS", "recorded")
    bundle = made(name)._repr_mimebundle_()
    assert set(bundle) == {"text/html", "text/plain"}
    page = bundle["text/html"]
    assert not re.search(
        r"\b(import|fetch)\s*[({'\"]|https?://|src=|href=", page.replace("http://www.w3.org", "")
    )
    assert page.count("</script") == page.count("<script") == 1
    assert "<!--" not in page
    assert "<noscript><p>" in page
    assert bundle["text/plain"] in page
    again = made(name)._repr_mimebundle_()
    assert again == bundle, "a recording is the same bytes each time"


@pytest.mark.parametrize("name", widgets.VIEWS)
def test_without_the_switch_nothing_is_recorded(name, quick, monkeypatch):
    monkeypatch.delenv("WGAN_EDU_WIDGETS", raising=False)
    view = made(name)
    monkeypatch.setattr(type(view), "recorded", lambda self: pytest.fail("recorded"))
    bundle = view._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in (bundle[0] if isinstance(bundle, tuple) else bundle)


@pytest.mark.parametrize("name", widgets.VIEWS)
def test_recording_leaves_a_view_as_it_was(name, quick):
    view = made(name)
    if name == "DivergenceSlider":
        before, _ = view.answers(), view.recorded()
        assert view.answers() == before
        return
    if hasattr(view, "tick"):
        view.tick(3, float("inf"))
    before = copy.deepcopy(view.now())
    view.recorded()
    after = view.now()
    for key, value in before.items():
        if key != "memory":
            np.testing.assert_equal(after[key], value)


def test_a_run_goes_on_after_recording_as_if_nothing_had_been():
    one, two = widgets.TrainingPlayer(SMALL), widgets.TrainingPlayer(SMALL)
    for player in (one, two):
        player.tick(3, float("inf"))
    one.recorded()
    np.testing.assert_array_equal(one.tick(5, float("inf"))["surface"], two.tick(5, float("inf"))["surface"])


# The real ones: as the chapters show them. A minute in all.


@pytest.mark.parametrize(
    "name", ["SheetAndThread", "DiracGan", "DivergenceSlider", "DragTheEarth", "GapCloses"]
)
def test_what_the_chapters_show_is_small(name, monkeypatch):
    monkeypatch.setenv("WGAN_EDU_WIDGETS", "recorded")
    assert len(made(name)._repr_mimebundle_()["text/html"]) < MOST


def test_frames_of_the_players_are_small(monkeypatch):
    """A shorter film of the real run: the size goes with the number of frames, of which there are 431."""
    monkeypatch.setattr(training_player, "BY_HAND", {0: (5, 5)})
    config = replace(PRESETS["live"], generator_steps=120)
    monkeypatch.setattr(training_player, "FRAMES", 40)
    player = widgets.TrainingPlayer(config)
    recording = player.recorded()
    each = len(base64.b64encode(recording.to_bytes())) / len(recording.answers)
    assert each * (300 + 6 + 40 + 80 + 5) + len(player._esm) + 50_000 < MOST


# --- what is kept -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["TrainingPlayer", "CriticLab", "Dashboard"])
def test_a_frame_is_what_the_view_answers_at_that_step(name, quick):
    view = made(name)
    recording = view.recorded()
    [reel, *_] = recording.next["reels"]
    clock = recording.next["clock"]
    last = 0
    for index in reel["frames"]:
        kept = answer_of(recording, index)
        step = kept[clock]
        live = view.now() if step == 0 else view.tick(step - last, float("inf"))
        last = step
        for nothing in ("seconds", "rate", "memory", "seconds_left", "frames", "w1", "certified"):
            if nothing in kept and (kept[nothing] is None or nothing == "frames" or name == "TrainingPlayer"):
                kept.pop(nothing)  # no clock in a recording; and W1 is not solved at the same looks
        agree(kept, live, recording)
    assert last > 10


@pytest.mark.parametrize(
    ("verb", "other"), [("critic_step", "generator_step"), ("generator_step", "critic_step")]
)
def test_steps_of_one_network_alone_are_those_of_the_buttons(verb, other):
    player = widgets.TrainingPlayer(SMALL)
    recording = player.recorded()
    [reel] = recording.next["reels"]
    [side] = [side for side in reel["sides"] if side["verb"] == verb and side["at"] == 0]
    assert len(side["frames"]) == 20
    for index in side["frames"]:
        kept, live = answer_of(recording, index), getattr(player, verb)()
        for free in ("seconds", "frames"):
            kept.pop(free)
        agree(kept, live, recording)
    assert kept["critic_steps" if verb == "critic_step" else "generator_steps"] == 20
    assert kept["generator_steps" if verb == "critic_step" else "critic_steps"] == 0


def test_each_choice_has_its_reel_and_the_one_that_is_shown_comes_first():
    choices = {"penalty": SMALL, "clipping": replace(SMALL, constraint=WeightClipping(0.05))}
    player = widgets.TrainingPlayer(choices=choices)
    player.choose("clipping")
    recording = player.recorded()
    assert [reel["choice"] for reel in recording.next["reels"]] == ["clipping", "penalty"]
    for reel in recording.next["reels"]:
        live = player.choose(reel["choice"])
        kept = answer_of(recording, reel["frames"][0])
        np.testing.assert_allclose(kept["surface"], live["surface"], atol=np.ptp(live["surface"]) / 500)
        assert kept["choice"] == reel["choice"]


def test_a_long_run_is_recorded_up_to_a_step_and_says_so(monkeypatch):
    monkeypatch.setattr(training_player, "WORK", 18)
    recording = widgets.TrainingPlayer(SMALL).recorded()
    assert "up to step 6 of 12" in recording.says
    assert answer_of(recording, recording.next["reels"][0]["frames"][-1])["generator_steps"] == 6


@pytest.mark.parametrize(
    ("name", "verb"), [("SheetAndThread", "move"), ("DiracGan", "portrait"), ("Steering", "push")]
)
def test_a_place_is_what_the_view_answers_there(name, verb, quick):
    view = made(name)
    recording = view.recorded()
    places = recording.next["places"]
    rng = np.random.default_rng(0)
    for index in rng.choice(len(recording.answers), 12, replace=False):
        kept = answer_of(recording, index)
        for free in ("step", "goals"):
            kept.pop(free, None)
        live = getattr(view, verb)(**{setting: values[index] for setting, values in places.items()})
        agree(kept, live, recording)


def test_scenes_of_earth_are_what_dragging_gives():
    view = widgets.DragTheEarth()
    recording = view.recorded()
    places, jumps = recording.next["places"], recording.next["jumps"]["preset"]
    assert jumps["split mass"] == 0
    assert len(jumps) == 4
    where = {name: values[0] for name, values in places.items()} | {"fake0x": -1.0, "fake0y": 0.0}
    index = next(k for k in range(len(recording.answers)) if all(places[n][k] == where[n] for n in places))
    kept = answer_of(recording, index)
    kept.pop("step")
    agree(kept, view.move("fake", 0, -1.0, 0.0), recording)
    assert kept["js"] < 0.5 * np.log(2), "the heap lies on the pile: the last step of the drag is there"


def test_the_moves_of_the_game_are_those_of_the_buttons():
    view = widgets.GapCloses()
    recording = view.recorded()
    head, numbers = opened(recording.to_bytes())
    ways, at = head["next"]["links"], 0
    for verb in ("raise_prices", "improve_plan", "improve_plan", "nearest", "raise_prices", "improve_plan"):
        says, at = read(ways[verb]["says"], at, numbers), ways[verb]["to"][at]
        live = getattr(view, verb)()
        assert says == live["says"]
        kept = {name: read(column, at, numbers) for name, column in head["columns"].items()}
        for free in ("says", "step", "middle", "half_width", "surface", "steps"):
            kept.pop(free)
        agree(kept, live, recording)
    at = head["next"]["jumps"]["show"]["plane"]
    view.show("plane")
    for steps in (1, 10, 10, 1):
        says, at = read(ways[f"train {steps}"]["says"], at, numbers), ways[f"train {steps}"]["to"][at]
        assert says == view.train(steps)["says"]
    kept = {name: read(column, at, numbers) for name, column in head["columns"].items()}
    assert kept["steps"] == 22
    assert kept["lower"] == pytest.approx(view.now()["lower"], rel=1e-6)


def test_the_game_can_be_won_in_the_recording():
    """Raise the prices, set two more, raise again, and improve the plan to the end."""
    recording = widgets.GapCloses().recorded()
    closed = [answer["closed"] for answer in recording.answers]
    places = recording.next["places"]
    line = [mode == "line" for mode in places["mode"]]
    assert any(c and on_line for c, on_line in zip(closed, line, strict=True))
    assert any(c and not on_line for c, on_line in zip(closed, line, strict=True))


# --- how arrays are kept ----------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [SURFACE, SHADES, Kept(1 / 1000), Kept(levels=63, along=())])
def test_an_array_comes_back_within_half_a_step(kept):
    rng = np.random.default_rng(0)
    rows = [rng.normal(scale=scale, size=(8, 5)) for scale in (1e-3, 1, 20, 300)]
    recording = Recording("", [{"a": row} for row in [*rows, rows[1]]], kept={"a": kept})
    for index, row in enumerate([*rows, rows[1]]):
        step = np.ptp(row) / kept.levels if kept.levels else kept.step
        assert np.abs(answer_of(recording, index)["a"] - row).max() <= 0.5 * step + 1e-9


def test_a_path_is_kept_at_every_distance_from_the_origin():
    turn = np.exp((-0.15 + 0.4j) * np.arange(200))  # over 13 powers of ten
    path = np.column_stack([turn.real, turn.imag])
    back = answer_of(Recording("", [{"p": path}, {"p": 2 * path}], kept={"p": PATH}), 1)["p"] / 2
    assert np.abs(np.hypot(*(back - path).T) / np.abs(turn)).max() < PATH.step
    [gone] = [answer_of(Recording("", [{"p": path}, {"p": 0 * path}], kept={"p": PATH}), 1)["p"]]
    assert np.abs(gone).max() < 1e-29


def test_what_json_lacks_is_none_and_numbers_keep_seven_digits():
    kept = answer_of(Recording("", [{"x": float("nan"), "y": 1 / 3}, {"x": float("inf"), "y": 2 / 3}]), 1)
    assert kept == {"x": None, "y": 0.6666667}
    with pytest.raises(ValueError, match="three bytes"):
        Recording("", [{"a": np.array([0.0, 1e9])}, {"a": np.ones(2)}], kept={"a": Kept(1e-3)}).to_bytes()


def test_a_grid_has_both_ends():
    assert grid({"a": (0.0, 1.0, 0.5), "b": (1, 2, 1)})[::5] == [{"a": 0.0, "b": 1}, {"a": 1.0, "b": 2}]
    assert [place["a"] for place in grid({"a": (-0.6, 0.6, 0.2)})] == [-0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6]


# --- quizzes and texts ------------------------------------------------------------------------------


@pytest.fixture
def printed(monkeypatch, home):
    monkeypatch.setenv("WGAN_EDU_WIDGETS", "recorded")


def test_a_quiz_is_a_page_without_scripts(printed):
    questions = quiz("05").questions
    page = quiz("05").box()._repr_html_()
    assert "<script" not in page
    assert page.count("<details") == sum(len(question.options) for question in questions)
    assert page.count("<strong>Right.</strong>") == len(questions)
    assert "<details open" not in page


def test_the_inventory_and_a_text_are_pages_too(printed):
    taken = inventory()
    assert taken._repr_html_().count("<strong>Right.</strong>") == 20
    box = ex("05.5").write()
    assert "Model answer and rubric" in box._repr_html_()
    assert "**" not in box._repr_html_()
    assert box._repr_html_().count("<details") == len(ex("05.5").hints) + 1
    assert "05.5" in repr(box)


def test_progress_is_a_table_that_names_no_folder(printed, capsys, monkeypatch, home):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda what, **_: shown.append(what))
    progress()._ipython_display_()
    [page] = shown
    assert "<table>" in page["text/html"]
    assert str(home) not in page["text/html"]
    assert "download" not in page["text/html"]


def test_with_a_kernel_boxes_are_widgets(monkeypatch, home):
    monkeypatch.delenv("WGAN_EDU_WIDGETS", raising=False)
    assert isinstance(quiz("05").box(), Widget)
    assert isinstance(ex("05.5").write(), Widget)
    assert isinstance(inventory(), Widget)
