"""The input rules one by one: what they make of good input, and the sentence they give for bad input."""

import inspect
import subprocess
import sys

import numpy as np
import pytest
import torch

from wgan_edu import checking
from wgan_edu.checking import checked


def apply(rule, value, **others):
    """What a rule makes of the parameter `it`, given the other arguments."""
    return rule("it", value, others)


def refused(rule, value, sentence, error=ValueError, **others):
    with pytest.raises(error) as caught:
        rule("it", value, others)
    assert str(caught.value) == sentence


# --- the decorator ----------------------------------------------------------------------------------


@checked(x=checking.points, a=checking.masses_of("x"), p=checking.at_least(1))
def example(x, a=None, p=1, *, label="none"):
    """Give back what arrived."""
    return x, a, p, label


def test_rules_see_positional_named_and_default_arguments_alike():
    for x, a, p, label in (example([[1], [2]]), example(a=None, x=[[1], [2]]), example([[1], [2]], None, 1)):
        np.testing.assert_array_equal(x, [[1.0], [2.0]])
        np.testing.assert_array_equal(a, [0.5, 0.5])
        assert (p, label) == (1, "none")
    assert example([[1]], p=2, label="two")[2:] == (2, "two")


def test_a_rule_sees_what_earlier_rules_made_of_the_others():
    _, a, *_ = example([[1], [2], [3]])  # x came as a list; its length is known all the same
    assert a.shape == (3,)


def test_rules_run_in_the_order_written():
    with pytest.raises(ValueError, match=r"^x must"):
        example([1, 2], a=[3, 4], p=0)
    with pytest.raises(ValueError, match=r"^a must"):
        example([[1], [2]], a=[3, 4], p=0)


def test_a_checked_function_keeps_its_name_docstring_and_signature():
    assert example.__name__ == "example"
    assert example.__doc__ == "Give back what arrived."
    assert str(inspect.signature(example)) == "(x, a=None, p=1, *, label='none')"


def test_arguments_that_do_not_fit_the_signature_are_a_type_error():
    with pytest.raises(TypeError, match="missing a required argument: 'x'"):
        example()
    with pytest.raises(TypeError, match="unexpected keyword argument 'y'"):
        example([[1]], y=2)


# --- arrays -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        [[1, 0], [0, 1]],
        ((True, False), (False, True)),
        np.eye(2, dtype=np.int8),
        np.eye(2, dtype=np.float16),
        torch.eye(2, dtype=torch.int64),
        torch.eye(2, requires_grad=True),
        torch.eye(2, dtype=torch.bfloat16),
        np.eye(4)[::2, ::2] + np.eye(4)[1::2, 1::2] - np.eye(2),
    ],
    ids=["list", "booleans", "int8", "float16", "int tensor", "tensor on a graph", "bfloat16", "strided"],
)
def test_real_numbers_of_any_kind_become_float64(value):
    array = apply(checking.points, value)
    assert array.dtype == np.float64
    np.testing.assert_array_equal(array, np.eye(2))


def test_the_array_given_is_copied_so_that_no_one_can_write_to_it():
    for rule, value in [
        (checking.points, np.eye(2)),
        (checking.cost_entries, torch.eye(2, dtype=torch.float64)),
        (checking.line_points, np.ones(2)),
        (checking.pmf, np.array([0.5, 0.5])),
    ]:
        before = value + 0
        apply(rule, value)[:] = 7
        np.testing.assert_array_equal(value, before)


ARRAY_RULES = {
    "points": (checking.points, (2, 2)),
    "points_like": (checking.points_like("other"), (2, 2)),
    "line_points": (checking.line_points, (3,)),
    "cost_entries": (checking.cost_entries, (2, 2)),
    "vector": (checking.vector, (3,)),
    "vector_like": (checking.vector_like("other"), (3,)),
    "values_of": (checking.values_of("other"), (3,)),
    "answers_for": (checking.answers_for("other"), (3,)),
    "labels_of": (checking.labels_of("other"), (3,)),
    "covariance": (checking.covariance, (2, 2)),
    "pmf": (checking.pmf, (3,)),
    "pmf_like": (checking.pmf_like("other"), (3,)),
    "masses_of": (checking.masses_of("other"), (3,)),
}


@pytest.mark.parametrize(("rule", "shape"), ARRAY_RULES.values(), ids=ARRAY_RULES)
def test_every_array_must_be_full_finite_and_real(rule, shape):
    other = np.ones(shape)
    holed, endless = np.ones(shape), np.ones(shape)
    holed.flat[:2], endless.flat[0] = [np.nan, np.inf], np.inf
    size = other.size
    nan = f"it must be finite; 2 of {size} entries are not (first kind: NaN)."
    refused(rule, holed, nan, other=other)
    refused(rule, endless, f"it must be finite; 1 of {size} entries are not (first kind: inf).", other=other)
    refused(rule, np.ones((0, 3)), "it must not be empty; got shape (0, 3).", other=other)
    ragged = "it must be a rectangular array; got rows of different lengths."
    refused(rule, [[1], [1, 2]], ragged, other=other)
    words = "it must hold real numbers; got str of dtype <U4."
    refused(rule, "many", words, TypeError, other=other)
    complex_ = "it must hold real numbers; got ndarray of dtype complex128."
    refused(rule, other + 1j, complex_, TypeError, other=other)
    nothing = "it must hold real numbers; got list of dtype object."
    refused(rule, [None, None], nothing, TypeError, other=other)


def test_shapes_are_named():
    refused(checking.points, np.ones((2, 2, 2)), "it must be points of shape (n, d); got shape (2, 2, 2).")
    refused(
        checking.points,
        [1, 2],
        "it must be points of shape (n, d); got shape (2,). "
        "For points on a line write it[:, None], or use wasserstein_1d.",
    )
    refused(
        checking.points_like("x"),
        np.ones((4, 3)),
        "it must have the dimension of x; got d = 3 and d = 2.",
        x=np.ones((5, 2)),
    )
    refused(checking.line_points, [[1]], "it must be points on a line, shape (n,); got shape (1, 1).")
    refused(checking.cost_entries, [1, 2], "it must be a matrix of shape (n, m); got shape (2,).")
    refused(checking.vector, [[1]], "it must be a vector of shape (d,); got shape (1, 1).")
    refused(
        checking.vector_like("x"), [1], "it must have the shape of x, (2,); got shape (1,).", x=np.ones(2)
    )


def test_values_count_rows_or_columns():
    cost = np.ones((2, 3))
    assert apply(checking.values_of("cost"), [1, 2], cost=cost).shape == (2,)
    assert apply(checking.values_of("cost", axis=1), [1, 2, 3], cost=cost).shape == (3,)
    rule = "it must hold one number for each {} of cost, shape ({},); got shape {}."
    refused(checking.values_of("cost"), [1, 2, 3], rule.format("row", 2, "(3,)"), cost=cost)
    refused(checking.values_of("cost", axis=1), [[1, 2, 3]], rule.format("column", 3, "(1, 3)"), cost=cost)


def test_points_may_be_held_against_a_field_of_self():
    class Anchored:
        anchors = np.ones((5, 2))

        @checked(z=checking.points_like("anchors"))
        def __call__(self, z):
            return z

    assert Anchored()([[1, 2]]).shape == (1, 2)
    with pytest.raises(ValueError, match="z must have the dimension of anchors; got d = 1 and d = 2"):
        Anchored()([[1]])


def test_a_critic_answers_with_a_column_or_a_row_of_numbers():
    z = np.ones((3, 2))
    for answer in ([1, 2, 3], [[1], [2], [3]], torch.tensor([[1.0], [2], [3]], requires_grad=True)):
        np.testing.assert_array_equal(apply(checking.answers_for("z"), answer, z=z), [1.0, 2, 3])
    for answer in (np.ones((1, 3)), np.ones((3, 2)), 1.0, np.ones(2)):
        sentence = f"it must be one number for each of the 3 points; got shape {np.shape(answer)}."
        refused(checking.answers_for("z"), answer, sentence, z=z)


def test_labels_are_whole_numbers_from_0_one_for_each_row():
    z = np.ones((3, 2))
    labels = apply(checking.labels_of("z"), torch.tensor([2.0, 0, 9]), z=z)
    np.testing.assert_array_equal(labels, [2, 0, 9])
    assert labels.dtype == np.int64
    for wrong, came in (([0, -1, 2], "-1"), ([0, 1.5, 2], "1.5")):
        refused(checking.labels_of("z"), wrong, f"it must be whole numbers from 0; got {came}.", z=z)
    sentence = "it must hold one number for each row of z, shape (3,); got shape (2,)."
    refused(checking.labels_of("z"), [0, 1], sentence, z=z)


def test_a_covariance_is_square_symmetric_and_has_no_negative_eigenvalue():
    np.testing.assert_array_equal(
        apply(checking.covariance, [[4, 2], [2, 1]]), [[4.0, 2], [2, 1]]
    )  # singular
    apply(checking.covariance, 1e9 * np.array([[1, 1 + 1e-12], [1, 1]]))  # round-off grows with the entries
    refused(
        checking.covariance, [[1, 2]], "it must be a covariance matrix of shape (d, d); got shape (1, 2)."
    )
    refused(
        checking.covariance,
        [[1, 0.5], [0.25, 1]],
        "it must be symmetric; it differs from its transpose by 0.25.",
    )
    refused(checking.covariance, [[1, 2], [2, 1]], "it must have no negative eigenvalue; its smallest is -1.")
    sentence = "it must be (3, 3), as mean has length 3; got shape (2, 2)."
    refused(checking.covariance_like("mean"), np.eye(2), sentence, mean=np.zeros(3))


# --- masses -----------------------------------------------------------------------------------------


def test_no_masses_mean_uniform_masses_along_the_axis_asked_for():
    cost = np.ones((2, 4))
    np.testing.assert_array_equal(apply(checking.masses_of("cost"), None, cost=cost), [0.5] * 2)
    np.testing.assert_array_equal(apply(checking.masses_of("cost", 1), None, cost=cost), [0.25] * 4)


@pytest.mark.parametrize("off", [9e-7, -9e-7])
def test_a_sum_within_1e_6_of_1_is_rescaled(off):
    masses = apply(checking.masses_of("x"), [0.25 * (1 + off), 0.75 * (1 + off)], x=np.ones((2, 1)))
    np.testing.assert_allclose(masses, [0.25, 0.75], rtol=1e-15)


def test_a_sum_further_from_1_is_a_mistake():
    x, sentence = np.ones((2, 1)), "it must sum to 1 within 1e-06; its sum is {}."
    refused(checking.masses_of("x"), [0.5, 0.500002], sentence.format("1.000002"), x=x)
    refused(checking.masses_of("x"), [0.5, 0.499998], sentence.format("0.999998"), x=x)
    refused(checking.masses_of("x"), [3, 4], sentence.format("7"), x=x)
    refused(checking.masses_of("x"), [0, 0], sentence.format("0"), x=x)


def test_unequal_masses_are_named_with_both_sums():
    refused(
        checking.masses_of("x", partner="b"),
        [1, 1],
        "it must sum to 1 within 1e-06; it sums to 2 and b to 1.",
        x=np.ones((2, 1)),
        b=[0.25, 0.75],
    )
    refused(
        checking.masses_of("x", partner="b"),
        [1, 1],
        "it must sum to 1 within 1e-06; its sum is 2.",
        x=np.ones((2, 1)),
        b=None,
    )


def test_mass_just_below_zero_is_round_off_and_more_is_a_mistake():
    x = np.ones((2, 1))
    np.testing.assert_array_equal(apply(checking.masses_of("x"), [-1e-17, 1], x=x), [0, 1])
    np.testing.assert_array_equal(apply(checking.pmf, [-1e-17, 1]), [0, 1])
    refused(checking.masses_of("x"), [-1e-9, 1], "it must not be negative; its least entry is -1e-09.", x=x)
    refused(checking.pmf, [-0.5, 1.5], "it must not be negative; its least entry is -0.5.")


def test_masses_count_the_points():
    sentence = "it must hold one mass for each of the 2 points; got shape (3,)."
    refused(checking.masses_of("x"), [0.2, 0.3, 0.5], sentence, x=np.ones((2, 1)))
    refused(checking.masses_of("x"), [[0.5, 0.5]], sentence.replace("(3,)", "(1, 2)"), x=np.ones((2, 1)))


def test_probabilities_may_have_any_shape_but_must_match_and_never_broadcast():
    joint = apply(checking.pmf, [[1, 0], [0, 0]])
    assert joint.shape == (2, 2)
    refused(checking.pmf, 1.0, "it must hold the probabilities of at least one outcome; got a single number.")
    assert apply(checking.pmf_like("p"), [[0, 0], [0, 1]], p=joint).shape == (2, 2)
    sentence = "it must have the shape of p, (2, 2); got shape (1,)."
    refused(checking.pmf_like("p"), [1], sentence, p=joint)


# --- single numbers and choices ---------------------------------------------------------------------


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), [2], np.array([[2]]), torch.tensor(2.0)])
def test_one_number_comes_in_many_forms(value):
    for rule in (checking.finite, checking.greater_than(1), checking.at_least(2)):
        assert type(apply(rule, value)) is float
        assert apply(rule, value) == 2
    assert type(apply(checking.whole_number(1), value)) is int


def test_bounds_are_strict_or_not_as_their_names_say():
    refused(checking.greater_than(0), 0, "it must be greater than 0; got 0.")
    assert apply(checking.at_least(0), 0) == 0
    refused(checking.at_least(0), -1e-9, "it must be at least 0; got -1e-09.")
    assert [apply(checking.probability, p) for p in (0, 0.3, 1)] == [0, 0.3, 1]
    for p in (-0.1, 1.1):
        refused(checking.probability, p, f"it must lie between 0 and 1; got {p}.")
    assert apply(checking.whole_number(1), 1) == 1
    refused(checking.whole_number(1), 0, "it must be a whole number, at least 1; got 0.")
    refused(checking.whole_number(1), 1.5, "it must be a whole number, at least 1; got 1.5.")


def test_one_number_is_finite_and_alone():
    for rule in (
        checking.greater_than(0),
        checking.at_least(0),
        checking.probability,
        checking.whole_number(0),
    ):
        refused(rule, np.nan, "it must be finite; 1 of 1 entries are not (first kind: NaN).")
        refused(rule, [1, 1], "it must be one number; got shape (2,).")
        refused(rule, "1", "it must hold real numbers; got str of dtype <U1.", TypeError)
        refused(rule, None, "it must hold real numbers; got NoneType of dtype object.", TypeError)


def test_a_choice_is_one_of_the_words():
    assert apply(checking.one_of("x", "y"), "y") == "y"
    for value in ("z", 3, None):
        refused(checking.one_of("x", "y"), value, f"it must be one of 'x', 'y'; got {value!r}.")


def test_checking_recognizes_tensors_without_loading_torch():
    program = "import sys, wgan_edu.checking; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# --- densities and discriminators -------------------------------------------------------------------


def test_numbers_keep_their_shape_and_are_never_broadcast():
    assert apply(checking.numbers, [[1, 2]]).shape == (1, 2)
    assert apply(checking.numbers, 3).shape == ()
    there = {"other": np.ones(2)}
    np.testing.assert_array_equal(apply(checking.numbers_like("other"), (1, -2), **there), [1.0, -2.0])
    refused(
        checking.numbers_like("other"), 1.0, "it must have the shape of other, (2,); got shape ().", **there
    )


def test_densities_need_not_sum_to_1_but_have_no_sign():
    np.testing.assert_array_equal(apply(checking.densities, [0, 7]), [0.0, 7.0])
    refused(checking.densities, [1, -1e-9], "it must not be negative; its least entry is -1e-09.")
    there = {"other": np.ones(2)}
    rule = checking.densities_like("other")
    refused(rule, [1.0], "it must have the shape of other, (2,); got shape (1,).", **there)
    refused(rule, [1.0, -1.0], "it must not be negative; its least entry is -1.", **there)


def test_a_discriminator_is_free_where_nothing_comes():
    laws = {"p": np.array([0.5, 0.5, 0.0]), "q": np.array([1.0, 0.0, 0.0])}
    rule = checking.discriminator_for("p", "q")
    for free in (np.nan, np.inf, -3.0):
        given = apply(rule, [0.0, 1.0, free], **laws)
        assert ((given >= 0) & (given <= 1)).all()
        np.testing.assert_array_equal(given[:2], [0, 1])
    between = "it must lie between 0 and 1; its entries go from"
    refused(rule, [-0.5, 1.0, 0.0], f"{between} -0.5 to 1.", **laws)
    refused(rule, [0.5, 2.0, 0.0], f"{between} 0.5 to 2.", **laws)
    refused(rule, [0.5, 0.5], "it must have the shape of p, (3,); got shape (2,).", **laws)
    refused(rule, [np.nan, 0.5, 0.5], "it must be finite; 1 of 3 entries are not (first kind: NaN).", **laws)
