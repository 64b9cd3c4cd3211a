"""Before an entry is given back: notes at its fields are judged by the content that the reviewer saw."""

from collections.abc import Sequence

from models.states import Action
from portal.actors import Actor
from portal.publishing import content, field_notes
from portal.publishing.drafts import find
from portal.publishing.field_notes import NotesRefused, Said
from portal.publishing.workflow import Seen

ONLY_RETURNED = "付箋は差戻しのときだけ団体に届きます。差戻すか、付箋を削除してください。"


def check_notes(action: Action, seen: Seen, said: Sequence[Said], *, actor: Actor) -> None:
    """Raises NotesRefused. What was changed since it was seen is left to the move, which tells of the conflict."""
    if not said:
        return
    if action is not Action.return_:
        raise NotesRefused(ONLY_RETURNED)
    version = find(seen.version_id, actor=actor)
    if version.revision == seen.revision:
        field_notes.check(version.kind, content.read(version), said)
