"""What files of adversarial models hold beside the networks."""

from typing import Any

import keras

from keras_gan.models import configuration, state
from keras_gan.models.file_checks import CheckedFiles


class SavedModel(CheckedFiles, keras.Model):
    """Seeds, the state of losses and penalties, and arguments of `compile`."""

    optimizer: Any
    compiled: bool

    def own_state(self) -> list:
        """Returns variables of losses and penalties, which Keras ignores."""
        return state.compiled_variables(self)

    def unsaved_state(self) -> list:
        """Returns all state that Keras does not save: seeds and `own_state`."""
        return state.seeds(self) + self.own_state()

    def save_own_variables(self, store) -> None:
        """Saves seeds and penalties' state; Keras saves the networks."""
        super().save_own_variables(store)
        state.save(self, store)

    def load_own_variables(self, store) -> None:
        """Loads what `save_own_variables` saved."""
        own = {name: store[name] for name in store.keys() if name.isdigit()}
        super().load_own_variables(own)
        state.load(self, store)

    def compile_arguments(self) -> dict:
        """Returns the serialized arguments of `compile`, without Keras' own."""
        serialize = keras.saving.serialize_keras_object
        return {"optimizer": serialize(self.optimizer)}

    def deserialized_arguments(self, config) -> dict:
        """Deserializes the arguments of `compile`."""
        deserialize = keras.saving.deserialize_keras_object
        return {**config, "optimizer": deserialize(config["optimizer"])}

    def get_compile_config(self) -> dict:
        """Returns the arguments of `compile`, serialized."""
        return configuration.serialize(self) if self.compiled else {}

    def compile_from_config(self, config) -> None:
        """Compiles the model with serialized arguments."""
        if config:
            configuration.compile_with(self, config)
