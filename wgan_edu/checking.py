"""Input checks, kept out of the taught code: one rule per parameter, put on a function as a decorator.

    @checked(x=points, y=points_like("x"), a=masses_of("x"), b=masses_of("y"))
    def w1_exact(x, y, a=None, b=None): ...

Rules run in the order written, see what the earlier ones made of their parameters, and either return
the value to use (lists, integers and torch tensors become float64 arrays, `None` becomes uniform
masses) or raise one sentence: the parameter, the rule, what came. The solvers underneath answer such
input with a wrong number, a warning or a dead kernel. Used in every chapter.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypeVar

import numpy as np
import numpy.typing as npt

from wgan_edu.looking import off_torch

__all__ = [
    "MASS_TOLERANCE",
    "ROUND_OFF",
    "Array",
    "Masses",
    "Rule",
    "answers_for",
    "at_least",
    "checked",
    "cost_entries",
    "covariance",
    "covariance_like",
    "densities",
    "densities_like",
    "discriminator_for",
    "finite",
    "greater_than",
    "labels_of",
    "line_points",
    "masses_of",
    "numbers",
    "numbers_like",
    "one_of",
    "pmf",
    "pmf_like",
    "points",
    "points_like",
    "probability",
    "values_of",
    "vector",
    "vector_like",
    "whole_number",
]

Array = npt.NDArray[np.float64]
Masses = Any  # (n,) float64, or None for uniform: `masses_of` turns None into an array
Rule = Callable[[str, Any, Mapping[str, Any]], Any]

P = ParamSpec("P")
R = TypeVar("R")

MASS_TOLERANCE = 1e-6  # how far from 1 a sum of masses may be before it is a mistake and not round-off
ROUND_OFF = 1e-12  # a mass this small, of either sign, may be round-off


def checked(**rules: Rule) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Apply one rule to each named parameter, in the order written, before the function sees them."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        names = tuple(signature.parameters)
        defaults = {name: value.default for name, value in signature.parameters.items()}
        required = {name for name, default in defaults.items() if default is inspect.Parameter.empty}

        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            given: dict[str, Any] = dict(zip(names, args, strict=False))
            if (
                len(given) < len(args)
                or given.keys() & kwargs.keys()
                or required - given.keys() - kwargs.keys()
            ):
                signature.bind(*args, **kwargs)  # raises what Python itself would say
            values = {**defaults, **given, **kwargs}
            for name, rule in rules.items():
                values[name] = rule(name, values[name], values)
            return function(**values)  # type: ignore[call-arg]

        return wrapper

    return decorate


# --- arrays ---------------------------------------------------------------------------------------


def _array(name: str, value: Any) -> Array:
    """A finite, nonempty float64 array, or a sentence saying what came instead."""
    try:
        raw = np.asarray(off_torch(value))
    except ValueError:
        raise ValueError(f"{name} must be a rectangular array; got rows of different lengths.") from None
    if raw.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold real numbers; got {type(value).__name__} of dtype {raw.dtype}.")
    array = raw.astype(np.float64)
    if array.size == 0:
        raise ValueError(f"{name} must not be empty; got shape {array.shape}.")
    if not np.isfinite(array).all():
        kind = "NaN" if np.isnan(array).any() else "inf"
        count = int((~np.isfinite(array)).sum())
        raise ValueError(
            f"{name} must be finite; {count} of {array.size} entries are not (first kind: {kind})."
        )
    return array


def points(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """Points of shape (n, d)."""
    array = _array(name, value)
    if array.ndim == 1:
        raise ValueError(
            f"{name} must be points of shape (n, d); got shape {array.shape}. "
            f"For points on a line write {name}[:, None], or use wasserstein_1d."
        )
    if array.ndim != 2:
        raise ValueError(f"{name} must be points of shape (n, d); got shape {array.shape}.")
    return array


def points_like(other: str) -> Rule:
    """Points of shape (m, d), with the same d as `other`, a parameter or a field of `self`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        array = points(name, value, arguments)
        there = arguments[other] if other in arguments else getattr(arguments["self"], other)
        d, d_other = array.shape[1], there.shape[1]
        if d != d_other:
            raise ValueError(f"{name} must have the dimension of {other}; got d = {d} and d = {d_other}.")
        return array

    return rule


def line_points(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """Points on a line, of shape (n,)."""
    array = _array(name, value)
    if array.ndim != 1:
        raise ValueError(f"{name} must be points on a line, shape (n,); got shape {array.shape}.")
    return array


def cost_entries(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """A cost matrix of shape (n, m)."""
    array = _array(name, value)
    if array.ndim != 2:
        raise ValueError(f"{name} must be a matrix of shape (n, m); got shape {array.shape}.")
    return array


def vector(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """A vector of shape (d,)."""
    array = _array(name, value)
    if array.ndim != 1:
        raise ValueError(f"{name} must be a vector of shape (d,); got shape {array.shape}.")
    return array


def vector_like(other: str) -> Rule:
    """A vector as long as `other`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        return _shaped_like(name, vector(name, value, arguments), other, arguments)

    return rule


def values_of(other: str, axis: int = 0) -> Rule:
    """One number for each row (axis 0) or column (axis 1) of `other`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        array, n = _array(name, value), arguments[other].shape[axis]
        if array.shape != (n,):
            raise ValueError(
                f"{name} must hold one number for each {('row', 'column')[axis]} of {other}, shape ({n},); "
                f"got shape {array.shape}."
            )
        return array

    return rule


def labels_of(other: str) -> Rule:
    """A whole number from 0 for each row of `other`, shape (n,), int64."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Any:
        array = values_of(other)(name, value, arguments)
        wrong = array[(array < 0) | (array != np.round(array))]
        if len(wrong):
            raise ValueError(f"{name} must be whole numbers from 0; got {wrong[0]:g}.")
        return array.astype(np.int64)

    return rule


def answers_for(other: str) -> Rule:
    """A critic's answers for the points `other`: shape (n,), or (n, 1) as networks give them."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        array, n = _array(name, value), len(arguments[other])
        if array.shape not in [(n,), (n, 1)]:
            raise ValueError(
                f"{name} must be one number for each of the {n} points; got shape {array.shape}."
            )
        return array.reshape(n)

    return rule


def covariance(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """A symmetric positive semidefinite matrix of shape (d, d)."""
    array = _array(name, value)
    if array.ndim != 2 or array.shape[0] != array.shape[1]:
        raise ValueError(f"{name} must be a covariance matrix of shape (d, d); got shape {array.shape}.")
    scale = float(np.abs(array).max())
    if not np.allclose(array, array.T, rtol=0, atol=1e-10 * scale):
        raise ValueError(
            f"{name} must be symmetric; it differs from its transpose by {np.abs(array - array.T).max():.3g}."
        )
    smallest = float(np.linalg.eigvalsh(array)[0])
    if smallest < -1e-10 * scale:
        raise ValueError(f"{name} must have no negative eigenvalue; its smallest is {smallest:.3g}.")
    return array


def covariance_like(mean: str) -> Rule:
    """A covariance matrix for the vector `mean`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        array, d = covariance(name, value, arguments), len(arguments[mean])
        if len(array) != d:
            raise ValueError(f"{name} must be ({d}, {d}), as {mean} has length {d}; got shape {array.shape}.")
        return array

    return rule


def numbers(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """Finite real numbers, any shape."""
    return _array(name, value)


def numbers_like(other: str) -> Rule:
    """Finite real numbers in the shape of `other`, never broadcast."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        return _shaped_like(name, _array(name, value), other, arguments)

    return rule


def _shaped_like(name: str, array: Array, other: str, arguments: Mapping[str, Any]) -> Array:
    if array.shape != arguments[other].shape:
        raise ValueError(
            f"{name} must have the shape of {other}, {arguments[other].shape}; got shape {array.shape}."
        )
    return array


# --- masses ---------------------------------------------------------------------------------------


def _masses(name: str, value: Any, other: str | None, other_value: Any) -> Array:
    """Nonnegative masses that sum to 1; what is missing to 1 within the tolerance is rescaled away."""
    array = _array(name, value)
    if array.min() < -ROUND_OFF:
        raise ValueError(f"{name} must not be negative; its least entry is {array.min():.6g}.")
    array = array.clip(min=0.0)
    total = float(array.sum())
    if abs(total - 1) > MASS_TOLERANCE:
        both = f"its sum is {total:.9g}"
        if other_value is not None:
            both = f"{name} sums to {total:.9g} and {other} to {_array(str(other), other_value).sum():.9g}"
        raise ValueError(f"{name} must sum to 1 within {MASS_TOLERANCE:g}; {both}.")
    return np.asarray(array / total)


def masses_of(other: str, axis: int = 0, partner: str | None = None) -> Rule:
    """Masses for the rows (axis 0) or columns (axis 1) of `other`; `None` means uniform.

    `partner` names the other side's masses, so that an error on unequal masses can name both sums.
    """

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        n = arguments[other].shape[axis]
        if value is None:
            return np.full(n, 1.0 / n)
        array = _array(name, value)
        if array.shape != (n,):
            raise ValueError(
                f"{name} must hold one mass for each of the {n} points; got shape {array.shape}."
            )
        return _masses(name, array, partner, arguments[partner] if partner else None)

    return rule


def pmf(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """Probabilities of the outcomes of an experiment: any shape, nonnegative, sum 1."""
    array = _array(name, value)
    if array.ndim == 0:
        raise ValueError(f"{name} must hold the probabilities of at least one outcome; got a single number.")
    return _masses(name, array, None, None)


def pmf_like(other: str) -> Rule:
    """Probabilities of the same outcomes as `other`: equal shapes, never broadcast."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        return pmf(name, _shaped_like(name, _array(name, value), other, arguments), arguments)

    return rule


def densities(name: str, value: Any, _: Mapping[str, Any]) -> Array:
    """Densities or probabilities at some points: any shape, nonnegative."""
    array = _array(name, value)
    if array.min() < 0:
        raise ValueError(f"{name} must not be negative; its least entry is {array.min():.6g}.")
    return array


def densities_like(other: str) -> Rule:
    """Densities at the same points as `other`: equal shapes, never broadcast."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        return densities(name, _shaped_like(name, _array(name, value), other, arguments), arguments)

    return rule


def discriminator_for(p_real: str, p_fake: str) -> Rule:
    """The answers D of a discriminator, from 0 to 1, one for each outcome; free where no outcome comes."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> Array:
        possible = (arguments[p_real] > 0) | (arguments[p_fake] > 0)
        raw = np.asarray(off_torch(value))
        if raw.shape == possible.shape and raw.dtype.kind == "f":
            value = np.where(possible, raw, 0.5)
        array = _shaped_like(name, _array(name, value), p_real, arguments)
        if not ((array >= 0) & (array <= 1)).all():
            entries = f"its entries go from {array.min():.6g} to {array.max():.6g}"
            raise ValueError(f"{name} must lie between 0 and 1; {entries}.")
        return array

    return rule


# --- single numbers and choices ---------------------------------------------------------------------


def finite(name: str, value: Any, _: Mapping[str, Any]) -> float:
    """One finite real number."""
    array = _array(name, value)
    if array.size != 1:
        raise ValueError(f"{name} must be one number; got shape {array.shape}.")
    return float(array.reshape(()))


def greater_than(bound: float) -> Rule:
    """One number above `bound`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> float:
        number = finite(name, value, arguments)
        if not number > bound:
            raise ValueError(f"{name} must be greater than {bound:g}; got {number:g}.")
        return number

    return rule


def at_least(bound: float) -> Rule:
    """One number no smaller than `bound`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> float:
        number = finite(name, value, arguments)
        if not number >= bound:
            raise ValueError(f"{name} must be at least {bound:g}; got {number:g}.")
        return number

    return rule


def probability(name: str, value: Any, arguments: Mapping[str, Any]) -> float:
    """One number between 0 and 1."""
    number = finite(name, value, arguments)
    if not 0 <= number <= 1:
        raise ValueError(f"{name} must lie between 0 and 1; got {number:g}.")
    return number


def whole_number(least: int) -> Rule:
    """One integer no smaller than `least`."""

    def rule(name: str, value: Any, arguments: Mapping[str, Any]) -> int:
        number = finite(name, value, arguments)
        if number != int(number) or number < least:
            raise ValueError(f"{name} must be a whole number, at least {least}; got {number:g}.")
        return int(number)

    return rule


def one_of(*choices: str) -> Rule:
    """One of a few words."""

    def rule(name: str, value: Any, _: Mapping[str, Any]) -> str:
        if value not in choices:
            allowed = ", ".join(repr(choice) for choice in choices)
            raise ValueError(f"{name} must be one of {allowed}; got {value!r}.")
        return str(value)

    return rule
