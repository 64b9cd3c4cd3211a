"""「メーラーを起動する」: links that open the person's own mail program with the addresses filled in."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

# Windows hands no longer command line to a program; some browsers stop at 2,048.
LONGEST_LINK = 1900
ONE, MANY = "mailto:", "mailto:?bcc="


@dataclass(frozen=True)
class MailerLink:
    """Opens one letter. `first` and `last` count the addresses, from 1."""

    href: str
    first: int
    last: int


def mailer_links(addresses: Sequence[str]) -> list[MailerLink]:
    """One person in To; several in Bcc, in as many letters as the length of a link demands."""
    if len(addresses) == 1:
        return [MailerLink(f"{ONE}{_written(addresses[0])}", 1, 1)]
    links: list[MailerLink] = []
    for place, address in enumerate(map(_written, addresses), start=1):
        longer = f"{links[-1].href},{address}" if links else ""
        if links and len(longer) <= LONGEST_LINK:
            links[-1] = MailerLink(longer, links[-1].first, place)
        else:
            links.append(MailerLink(f"{MANY}{address}", place, place))
    return links


def _written(address: str) -> str:
    """Nothing in an address may begin another recipient or header."""
    return quote(address, safe="@")
