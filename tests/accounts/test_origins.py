"""Addresses as they are grouped, browsers as they are named."""

import pytest

from portal.accounts.origins import describe_browser, network

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15"
ANDROID = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36"


@pytest.mark.parametrize(
    ("ip", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("", "unknown"),
        ("<script>", "unknown"),
    ],
)
def test_one_person_holds_one_ipv4_address_or_one_ipv6_network(ip: str, group: str) -> None:
    assert network(ip) == group


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (f"{WINDOWS} (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36", "Chrome（Windows）"),
        (f"{WINDOWS} Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0", "Edge（Windows）"),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "Safari（iPhone）"),
        (f"{MAC} Version/18.0 Safari/605.1.15", "Safari（Mac）"),
        (f"{ANDROID} Chrome/140.0.0.0 Mobile Safari/537.36", "Chrome（Android）"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox（Linux）"),
        ("curl/8.9 <script>\r\nX: y", "不明なブラウザー"),
        ("", "不明なブラウザー"),
    ],
)  # fmt: skip
def test_a_browser_is_named_in_our_own_words(header: str, words: str) -> None:
    assert describe_browser(header) == words
