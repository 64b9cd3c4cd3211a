"""Messages have files, in a store of the test's own, and mails leave through a real post office."""

from tests.files.conftest import folder_store
from tests.mail.conftest import office, posting

__all__ = ["folder_store", "office", "posting"]
