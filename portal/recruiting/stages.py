"""The stages of a selection: which states the applications of a kind know, and where each may go."""

from collections.abc import Mapping

from models.states import ApplicationState, Kind

S = ApplicationState

# In the order in which a selection usually goes.
STAGES: Mapping[Kind, tuple[ApplicationState, ...]] = {
    Kind.job: (
        S.applied,
        S.received,
        S.resubmit_wait,
        S.resubmitted,
        S.screened,
        S.interview,
        S.hired,
        S.declined_documents,
        S.declined_interview,
        S.rejected,
        S.withdrawn,
    ),
    Kind.event: (
        S.applied,
        S.received,
        S.resubmit_wait,
        S.resubmitted,
        S.waitlisted,
        S.accepted,
        S.lost,
        S.rejected,
        S.withdrawn,
        S.attended,
        S.absent,
    ),
}
POSITIONS = {state: place for place, state in enumerate(dict.fromkeys((*STAGES[Kind.job], *STAGES[Kind.event])))}
# Somebody has handed in and heard nothing yet.
UNANSWERED = (S.applied, S.resubmitted)
# What only the talent or a deadline brings about.
NOT_CHOSEN = frozenset({S.draft, S.applied, S.resubmitted, S.withdrawn})
# The selection is over for these; they are not asked for anything any more.
ENDED = frozenset(
    {S.hired, S.declined_documents, S.declined_interview, S.rejected, S.lost, S.withdrawn, S.absent, S.attended}
)
# These hold a place of an event with a capacity.
SEATED = tuple(
    state for state in STAGES[Kind.event] if state not in (S.waitlisted, S.lost, S.rejected, S.withdrawn, S.absent)
)


def choosable(kind: Kind) -> tuple[ApplicationState, ...]:
    """What an organization may set, in whatever order its selection goes."""
    return tuple(state for state in STAGES[kind] if state not in NOT_CHOSEN)
