"""What templates call: words with values in them."""

from flask import Flask


def said(site: Flask, source: str, **words: object) -> str:
    with site.test_request_context("/"):
        return site.jinja_env.from_string(source).render(words)


def test_values_in_words_are_escaped_once(site: Flask) -> None:
    source = "{{ _('「%(title)s」を削除', title=title) }}"
    assert said(site, source, title="<b>A & B</b>") == "「&lt;b&gt;A &amp; B&lt;/b&gt;」を削除"


def test_words_without_values_may_hold_a_percent_sign(site: Flask) -> None:
    assert said(site, "{{ _('100%') }}") == "100%"


def test_plain_text_stays_plain(site: Flask) -> None:
    source = "{% autoescape false %}{{ _('「%(title)s」', title=title) }}{% endautoescape %}"
    assert said(site, source, title="A & B") == "「A & B」"
