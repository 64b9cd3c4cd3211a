"""What every act of the administration shares: who may, and the reason that is kept with it."""

from portal.actors import Actor
from portal.errors import Forbidden, Refused
from portal.permissions import may

LONGEST_REASON = 1000


def require(actor: Actor, action: str) -> None:
    if not may(actor, action):
        raise Forbidden("この操作を行う権限がありません。")


def reason_of(text: str) -> str:
    """The reason without blanks around it. Raises Refused for none and for one that is too long."""
    reason = text.strip()
    if not reason:
        raise Refused("理由を入力してください。")
    return require_short(reason, "理由", LONGEST_REASON)


def require_line(text: str, name: str) -> str:
    if len(text.splitlines()) > 1:
        raise Refused(f"{name}は改行を入れずに、1行で入力してください。")
    return text


def require_short(text: str, name: str, longest: int) -> str:
    if len(text) > longest:
        raise Refused(f"{name}は{longest:,}文字以内で入力してください（現在{len(text):,}文字）。")
    return text
