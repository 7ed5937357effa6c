"""From which address a request comes, with and without proxies in front."""

from ipaddress import ip_network

import pytest

from config.shared.addresses import bucket_of, caller

OURS = [ip_network("10.0.0.0/8"), ip_network("2001:db8:ffff::/48")]


@pytest.mark.parametrize(
    ("connected", "forwarded", "trusted", "expected"),
    [
        # Without trusted proxies nobody's word counts.
        ("198.51.100.1", "", [], "198.51.100.1"),
        ("198.51.100.1", "203.0.113.9", [], "198.51.100.1"),
        ("10.0.0.1", "203.0.113.9", [], "10.0.0.1"),
        # One proxy, then two.
        ("10.0.0.1", "203.0.113.9", OURS, "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", OURS, "203.0.113.9"),
        # What the caller wrote himself stands in front and is not reached.
        ("10.0.0.1", "1.2.3.4, 203.0.113.9", OURS, "203.0.113.9"),
        ("10.0.0.1", "10.9.9.9, 203.0.113.9, 10.0.0.2", OURS, "203.0.113.9"),
        ("198.51.100.1", "203.0.113.9", OURS, "198.51.100.1"),
        # Nonsense ends it at the last address that is known.
        ("10.0.0.1", "nonsense", OURS, "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, unknown", OURS, "10.0.0.1"),
        ("10.0.0.1", "", OURS, "10.0.0.1"),
        # Ports, brackets, IPv4 in IPv6.
        ("10.0.0.1", "203.0.113.9:5123", OURS, "203.0.113.9"),
        ("2001:db8:ffff::1", "[2001:db8::9]:443", OURS, "2001:db8::9"),
        ("::ffff:10.0.0.1", "203.0.113.9", OURS, "203.0.113.9"),
        # A local socket has no address; it is a proxy's where there are proxies.
        ("", "203.0.113.9", OURS, "203.0.113.9"),
        ("", "203.0.113.9", [], ""),
    ],
)
def test_the_caller_is_the_first_that_is_no_proxy_of_ours(connected, forwarded, trusted, expected):
    assert caller(connected=connected, forwarded=forwarded, trusted=trusted) == expected


def test_a_household_has_one_address_or_one_network():
    assert bucket_of("203.0.113.9") == "203.0.113.9"
    assert bucket_of("2001:db8::9") == bucket_of("2001:db8::1:2:3") == "2001:db8::/64"
    assert bucket_of("2001:db8:0:1::9") != bucket_of("2001:db8::9")
    assert bucket_of("") == "-"
