"""Looks into one untrusted file, in a workshop of its own (`portal.apart`): `python -m portal.files.inspector`.

Nothing here imports the rest of the portal: the process starts quickly and knows no secret.
"""

KIND, PHOTO = 1, 2  # what is wanted: the kind of the file, or the picture drawn anew too
JUDGED = b"judged"
SECONDS = 20  # by the clock on the wall; of computing it has half


class Unfit(Exception):
    """The file is not taken; `reason` is a code for which `portal.files.inspection` has the sentence."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail
