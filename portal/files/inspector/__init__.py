"""Looks into one untrusted file, in a process of its own: `python -m portal.files.inspector judge|photo < file`.

Nothing here imports the rest of the portal: the process starts quickly and knows no secret.
"""


class Unfit(Exception):
    """The file is not taken; `reason` is a code for which `portal.files.inspection` has the sentence."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
