"""Updates of variables in JAX."""

from typing import Any


def update_variables(function, variables, values) -> None:
    """Assigns `function(variable, value)` to each variable.

    Args:
        function: Callable of two tensors that returns the new value.
        variables: List of `keras.Variable` to update.
        values: List of `keras.Variable` of the same shapes.
    """
    for variable, value in zip(variables, values, strict=True):
        variable.assign(function(variable.value, value.value))


def copy_variables(variables, values) -> None:
    """Assigns `values` to `variables`."""
    update_variables(lambda _, value: value, variables, values)


def value_of(variable) -> Any:
    """Returns the tensor that a `keras.Variable` holds, to read it.

    It is not for computations that are differentiated.

    Args:
        variable: `keras.Variable`.
    """
    return variable.value
