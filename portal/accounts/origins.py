"""Where a login comes from: address and browser, as people are shown them and as throttles group them."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

# First match wins: Edge and Opera also call themselves Chrome, and Chrome calls itself Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Origin:
    """`token` is the cookie of a browser that once completed a login; empty for a stranger."""

    ip: str = ""
    browser: str = ""
    token: str = ""


def describe_browser(user_agent: str) -> str:
    """「Chrome（Windows）」: words of our own only, whatever the header says."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "不明なブラウザー")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return f"{browser}（{system}）" if system else browser


def network(ip: str) -> str:
    """What one person can hold: a single IPv4 address, or a /64 of IPv6."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"
