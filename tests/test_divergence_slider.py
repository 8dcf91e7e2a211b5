"""The divergence slider without a browser: its table, its traits, and what goes to the page."""

import math
import re

import numpy as np
import pytest
from ipywidgets import Widget
from traitlets import TraitError

from wgan_edu.families import CARRIED, DISTANCES, FAMILIES, PILES, values
from wgan_edu.widgets.base import HERE
from wgan_edu.widgets.divergence_slider import DivergenceSlider
from wgan_edu.widgets.divergence_table import nearest, table

every_family = pytest.mark.parametrize("family", FAMILIES)


@pytest.fixture(autouse=True)
def _closed():
    yield
    Widget.close_all()


@every_family
def test_the_table_is_the_families_own(family):
    shown = table(family)
    thetas = shown["thetas"]
    assert (thetas[0], thetas[-1]) == FAMILIES[family]
    assert {0.0, 0.25, 1.0} <= set(thetas), "places that matter are hit exactly"
    assert np.allclose(np.diff(thetas), 0.01)
    for k in range(0, len(thetas), 7):
        for row, (value, slope) in enumerate(values(family, thetas[k]).values()):
            assert shown["values"][row, k] == value
            assert shown["slopes"][row, k] == slope or (slope is None and math.isnan(shown["slopes"][row, k]))


@every_family
def test_slopes_in_the_table_are_those_of_its_values(family):
    """Neighbors in the table, where neither a kink nor an infinite value lies between them."""
    shown = table(family)
    d, s = shown["values"], shown["slopes"]
    with np.errstate(invalid="ignore"):
        measured = (d[:, 2:] - d[:, :-2]) / 0.02
    smooth = np.isfinite(measured) & ~np.isnan(s[:, :-2] + s[:, 1:-1] + s[:, 2:])
    near_an_end = np.arange(1, d.shape[1] - 1) > d.shape[1] - 30  # where KL bends hard
    smooth &= ~near_an_end & ~(np.arange(1, d.shape[1] - 1) < 30)
    assert smooth.sum() > 100
    assert np.allclose(measured[smooth], s[:, 1:-1][smooth], atol=0.02)


def test_the_nearest_place():
    assert nearest("point masses", 0.5004) == 0.5
    assert nearest("point masses", 99) == 2
    assert nearest("discrete piles", -2) == -0.5
    with pytest.raises(ValueError, match="family must be one of"):
        nearest("points", 0)


def test_what_the_page_gets_is_the_table():
    content = DivergenceSlider().get_state()["content"]
    assert content["names"] == list(DISTANCES)
    assert np.frombuffer(content["piles"], "<f4") == pytest.approx(PILES)
    assert np.frombuffer(content["carried"], "<f4") == pytest.approx(CARRIED)
    assert list(content["tables"]) == list(FAMILIES)
    for family, parts in content["tables"].items():
        for part, rows in table(family).items():
            sent = np.frombuffer(parts[part], "<f4").reshape(rows.shape)
            assert np.allclose(sent, rows, atol=1e-6, equal_nan=True)
    size = sum(len(part) for parts in content["tables"].values() for part in parts.values())
    assert size < 100_000, "the page gets it all at once, so it has to be small"


def test_python_reads_and_moves_it():
    slider = DivergenceSlider("discrete piles", 0.503)
    assert (slider.family, slider.theta) == ("discrete piles", 0.5)
    assert slider.answers() == values("discrete piles", 0.5)
    slider.theta = 7.0  # the view stops at the end
    assert slider.answers() == values("discrete piles", 1.0)
    slider.family = "point masses"
    assert slider.answers()["EMD"].value == 2
    with pytest.raises(TraitError):
        slider.family = "points"
    with pytest.raises(TraitError):
        slider.content = {}


def test_it_can_be_shown_though_its_page_asks_nothing():
    slider = DivergenceSlider()
    assert "application/vnd.jupyter.widget-view+json" in slider._repr_mimebundle_()[0]
    assert slider.first is None


def test_bad_input_is_one_sentence():
    with pytest.raises(ValueError, match="family must be one of 'point masses'"):
        DivergenceSlider("points")
    with pytest.raises(ValueError, match=r"theta must be from -0\.5 to 1"):
        DivergenceSlider("discrete piles", 2)


def test_the_page_knows_the_same_names():
    source = (HERE / "divergence_slider.js").read_text()
    looks = re.search(r"const LOOKS = \{(.*?)\n\};", source, re.S)[1]
    pictures = re.search(r"const PICTURES = \{(.*?)\n\};", source, re.S)[1]
    for name in DISTANCES:
        assert re.search(rf'(^|[\s,])"?{name}"?: \[', looks), name
    for name in FAMILIES:
        assert f'"{name}": [' in pictures
