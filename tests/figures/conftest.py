"""Applications have files: a store of the test's own."""

from tests.files.conftest import folder_store

__all__ = ["folder_store"]
