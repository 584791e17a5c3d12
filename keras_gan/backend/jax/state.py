"""Turns functions that use variables into the pure functions JAX needs."""

from collections.abc import Callable, Sequence
from typing import Any

import jax
import keras


class Scope(keras.StatelessScope):
    """Holds the values of variables while JAX traces a function.

    A `keras.StatelessScope` that reads variables it does not hold from the
    enclosing scope, and records which variables were read and written.

    Args:
        values: Pairs of a `keras.Variable` and its value.
    """

    def __init__(self, values: Any = ()) -> None:
        super().__init__(list(values))
        self.read: dict[int, Any] = {}
        self.written: dict[int, Any] = {}

    def add_update(self, update: Any) -> None:
        """Records a value that is assigned to a variable."""
        super().add_update(update)
        self.written[id(update[0])] = update[0]

    def get_current_value(self, variable: Any) -> Any:
        """Returns a variable's value in this or the enclosing scopes."""
        value = super().get_current_value(variable)
        if value is None:
            self.read[id(variable)] = variable
            if self.original_scope is not None:
                value = self.original_scope.get_current_value(variable)
        return value


def inside_scope() -> bool:
    """Whether a stateless scope, ours or a user's, is active."""
    with keras.StatelessScope() as here:
        return here.original_scope is not None


class Pure:
    """A function that uses variables as a pure function of their values.

    Args:
        function: Callable that may read and assign variables.
        variables: Variables whose values are arguments of the pure function.
    """

    def __init__(
        self, function: Callable, variables: Sequence[Any] = ()
    ) -> None:
        self.function = function
        self.variables = list(variables)
        self.written: list[Any] = []

    def __call__(self, values: Sequence[Any], *inputs: Any) -> tuple:
        """Returns the function's result and the values that it assigned."""
        with Scope(zip(self.variables, values, strict=True)) as scope:
            result = self.function(*inputs)
        self.written = list(scope.written.values())
        return result, [scope.get_current_value(v) for v in self.written]

    def assign(self, values: Sequence[Any]) -> None:
        """Assigns values to the variables that the last call assigned."""
        for variable, value in zip(self.written, values, strict=True):
            variable.assign(value)


def variables_of(function: Callable, *inputs: Any) -> tuple[list, list]:
    """The variables that a function reads, and those that it assigns."""
    with Scope() as scope:
        jax.eval_shape(function, *inputs)
    return list(scope.read.values()), list(scope.written.values())


def cond(predicate: Any, true: Callable, false: Callable) -> Any:
    """`keras.ops.cond` of functions that may assign variables."""
    assigned: dict[int, Any] = {}
    for branch in (true, false):
        assigned |= {id(v): v for v in variables_of(branch)[1]}
    written = list(assigned.values())

    def traced(branch):
        def run():
            with Scope() as scope:
                result = branch()
                return result, [value_in(scope, v) for v in written]

        return run

    result, values = jax.lax.cond(predicate, traced(true), traced(false))
    for variable, value in zip(written, values, strict=True):
        variable.assign(value)
    return result


def value_in(scope: Scope, variable: Any) -> Any:
    """Returns a variable's value in a scope, or else its stored value."""
    value = scope.get_current_value(variable)
    return variable.value if value is None else value
