"""A browser without scripts: reads pages by the HTML standard, fills their forms, presses their buttons."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask.testing import FlaskClient
from selectolax.lexbor import LexborHTMLParser, LexborNode
from tinyhtml5.parser import HTMLParser
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

CONTROLS = ("input", "select", "textarea")
PRESSED = ("submit", "button", "reset", "image")


class Page:
    """One HTML page as the standard's own algorithm reads it, once somebody looks."""

    def __init__(self, html: str) -> None:
        self.html = html

    @cached_property
    def tree(self) -> Element:
        root = LexborHTMLParser(self.html).root
        assert root is not None, "an empty page"
        return element_of(root)

    @cached_property
    def errors(self) -> list[Any]:
        """What a parser has to mend. One that tells of it is thirty times slower than the one above."""
        parser = HTMLParser(namespace_html_elements=False)
        parser.parse(self.html)
        return parser.errors

    @cached_property
    def parents(self) -> dict[Element, Element]:
        return {child: parent for parent in self.tree.iter() for child in parent}

    @cached_property
    def ids(self) -> list[str]:
        return [name for element in self.tree.iter() if (name := element.get("id")) is not None]

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.tree.iter() if element.tag in tags]

    def one(self, tag: str, **attributes: str) -> Element:
        found = [element for element in self.all(tag) if attributes.items() <= element.attrib.items()]
        assert len(found) == 1, f"{len(found)} × {tag} {attributes}"
        return found[0]

    def by_id(self, name: str) -> Element:
        return next(element for element in self.tree.iter() if element.get("id") == name)

    def above(self, element: Element) -> Iterator[Element]:
        while (parent := self.parents.get(element)) is not None:
            yield parent
            element = parent

    def is_within(self, element: Element, *tags: str) -> bool:
        return any(parent.tag in tags for parent in self.above(element))

    @property
    def h1(self) -> str:
        return text_of(self.one("h1"))

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def text(self) -> str:
        return text_of(self.one("body"))

    def links(self) -> list[str]:
        return [address for element in self.all("a") if (address := element.get("href"))]

    def link(self, words: str) -> str:
        found = {element.get("href", "") for element in self.all("a") if text_of(element) == words}
        assert len(found) == 1, f"{len(found)} links 「{words}」"
        return found.pop()

    # ---- forms

    def owner_of(self, control: Element) -> Element | None:
        if named := control.get("form"):
            return next((form for form in self.all("form") if form.get("id") == named), None)
        return next((parent for parent in self.above(control) if parent.tag == "form"), None)

    def buttons(self, words: str) -> list[Element]:
        return [button for button in self.all("button") if words in (text_of(button), button.get("aria-label"))]

    def button(self, words: str, *, beside: str = "") -> Element:
        """The only button of these words that submits; `beside` is a text of its table row or list item."""
        found = [
            button
            for button in self.buttons(words)
            if button.get("type") != "button" and (not beside or beside in self.row_of(button))
        ]
        assert len(found) == 1, f"{len(found)} buttons 「{words}」 {beside}"
        return found[0]

    def row_of(self, element: Element) -> str:
        return next((text_of(parent) for parent in self.above(element) if parent.tag in ("tr", "li")), "")

    def sent_by(self, form: Element, button: Element | None = None) -> MultiDict[str, str]:
        """What a browser would send, in the order of the page."""
        pairs: list[tuple[str, str]] = []
        for control in self.all(*CONTROLS, "button"):
            if self.owner_of(control) is not form or self.is_within(control, "template"):
                continue
            if name := control.get("name"):
                pairs += [(name, value) for value in values_of(control, pressed=control is button)]
        return MultiDict(pairs)


def element_of(node: LexborNode, space: str = "") -> Element:
    """What is drawn has names of its own: an `a` of a picture is an `svg:a`."""
    space = space or "svg:" * (node.tag == "svg")
    element = Element(space + node.tag, {name: value or "" for name, value in node.attributes.items()})
    last: Element | None = None
    child = node.child if node.tag != "template" else inside_template(node)
    while child is not None:
        if child.tag == "-text":
            text = child.text_content or ""
            if last is None:
                element.text = (element.text or "") + text
            else:
                last.tail = (last.tail or "") + text
        elif child.is_element_node:
            last = element_of(child, space)
            element.append(last)
        child = child.next
    return element


def inside_template(template: LexborNode) -> LexborNode | None:
    """Its first child; the parser keeps what is in a template out of the page. Ours hold list items and the like."""
    html = template.html or ""
    body = LexborHTMLParser(html[html.index(">") + 1 : html.rindex("<")]).body
    return body.child if body is not None else None


def values_of(control: Element, *, pressed: bool) -> list[str]:
    kind = control.get("type", "text")
    if control.get("disabled") is not None:
        return []
    if control.tag == "button" or kind in PRESSED:
        return [control.get("value", "")] if pressed else []
    if control.tag == "textarea":
        return ["".join(control.itertext())]  # the parser has dropped the line feed after the tag, as browsers do
    if control.tag == "select":
        options = list(control.iter("option"))
        chosen = [option for option in options if option.get("selected") is not None]
        if not chosen and control.get("multiple") is None:
            chosen = options[:1]
        return [option.get("value", text_of(option)) for option in chosen]
    if kind in ("checkbox", "radio"):
        return [control.get("value", "on")] if control.get("checked") is not None else []
    return [control.get("value", "")]


def text_of(element: Element) -> str:
    """The words in it, with runs of white space as one space."""
    return " ".join("".join(element.itertext()).split())


def with_values(sent: MultiDict[str, str], values: dict[str, Any]) -> MultiDict[str, str]:
    """What is sent after a person typed: a list stands for several values of one name, None for none."""
    changed = [(name, value) for name, value in sent.items(multi=True) if name not in values]
    for name, value in values.items():
        changed += [(name, each) for each in ([] if value is None else value if isinstance(value, list) else [value])]
    return MultiDict(changed)


class Visitor:
    """Walks the site with one client. `open` and `press` expect the status at the end of all redirects."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.response: TestResponse
        self.path = "/"
        self._page: Page | None = None

    @property
    def page(self) -> Page:
        if self._page is None:
            self._page = Page(self.response.text)
        return self._page

    def open(self, path: str, *, status: int = 200) -> "Visitor":
        return self._arrived(self.client.get(urljoin(self.path, path), follow_redirects=True), status)

    def follow(self, words: str, *, status: int = 200) -> "Visitor":
        return self.open(self.page.link(words), status=status)

    def press(self, words: str, *, beside: str = "", status: int = 200, **fields: Any) -> "Visitor":
        """Fills the fields by name and presses the button that is really there."""
        address, sent = self.what_is_sent(words, beside=beside, **fields)
        return self._arrived(self.client.post(address, data=sent, follow_redirects=True), status)

    def what_is_sent(self, words: str, *, beside: str = "", **fields: Any) -> tuple[str, MultiDict[str, str]]:
        button = self.page.button(words, beside=beside)
        form = self.page.owner_of(button)
        assert form is not None, f"「{words}」 belongs to no form"
        assert (button.get("formmethod") or form.get("method")) == "post", f"「{words}」 does not post"
        names = {control.get("name") for control in self.page.all(*CONTROLS)}
        assert fields.keys() <= names, f"no fields {fields.keys() - names}"
        address = button.get("formaction") or form.get("action") or self.path
        return urljoin(self.path, address), with_values(self.page.sent_by(form, button), fields)

    def _arrived(self, response: TestResponse, status: int) -> "Visitor":
        assert response.status_code == status, f"{response.request.path}: {response.status_code}, {_said(response)}"
        self.response, self._page = response, None
        self.path = response.request.full_path.rstrip("?")
        return self


def _said(response: TestResponse) -> str:
    return text_of(Page(response.text).one("body"))[:600] if response.mimetype == "text/html" else response.text[:200]


# ---- what is wrong with a page


def problems(page: Page) -> list[str]:
    """Everything that a validator, a screen reader or the content policy would stumble over."""
    return [
        *(f"markup: {error[1]} at {error[0]} {error[2]}" for error in page.errors),
        *_frame(page),
        *_ids(page),
        *_names(page),
        *_policy(page),
    ]


def _frame(page: Page) -> Iterator[str]:
    if page.tree.get("lang") != "ja":
        yield "html has no lang=ja"
    if "PARTNER" not in page.title or page.title.startswith("｜"):
        yield f"title 「{page.title}」"
    for tag in ("h1", "main"):
        if len(page.all(tag)) != 1:
            yield f"{len(page.all(tag))} × {tag}"
    for form in page.all("form"):
        if form.get("method") == "post" and not page.sent_by(form).get("csrf_token"):
            yield f"a form to {form.get('action')} carries no token"


REFERENCES = ("for", "form", "list", "aria-describedby", "aria-labelledby", "aria-controls")


def _ids(page: Page) -> Iterator[str]:
    known = set(page.ids)
    yield from (f"id {name!r} is there twice" for name in known if page.ids.count(name) > 1)
    yield from (f"id {name!r}" for name in known if not name or " " in name)
    for element in page.tree.iter():
        for attribute in REFERENCES:
            for name in element.get(attribute, "").split():
                if name not in known:
                    yield f"{element.tag} {attribute}={name!r} leads nowhere"
        if element.tag == "a" and element.get("href", "").startswith("#") and element.get("href", "")[1:] not in known:
            yield f"link {element.get('href')!r} leads nowhere"


def _names(page: Page) -> Iterator[str]:
    labels = {label.get("for") for label in page.all("label") if text_of(label)}
    for control in page.all(*CONTROLS):
        if control.get("type") in ("hidden", *PRESSED):
            continue
        wrapped = any(parent.tag == "label" and text_of(parent) for parent in page.above(control))
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (wrapped or named or control.get("id") in labels):
            yield f"{control.tag} {control.get('name')!r} has no label"
    for element in page.all("a", "button", "summary", "th"):
        hidden = element.get("hidden") is not None
        if not (text_of(element) or element.get("aria-label") or hidden):
            yield f"an empty {element.tag} {element.attrib}"
    yield from (f"img without alt {image.attrib}" for image in page.all("img") if image.get("alt") is None)


def _policy(page: Page) -> Iterator[str]:
    for element in page.tree.iter():
        yield from (f"{element.tag} {name}" for name in element.attrib if name.startswith("on") or name == "style")
        for name in ("href", "src", "action", "formaction"):
            if element.get(name, "").strip().lower().startswith(("javascript:", "data:")):
                yield f"{element.tag} {name}={element.get(name)!r}"
        is_loaded = element.tag in ("link", "script", "img", "iframe", "use") and element.get("rel") != "canonical"
        if is_loaded and urlsplit(_source(element)).netloc:
            yield f"{element.tag} from {_source(element)}"
    yield from ("a style element" for _ in page.all("style"))
    yield from ("a script without nonce" for script in page.all("script") if not script.get("nonce"))


def _source(element: Element) -> str:
    return element.get("src") or element.get("href") or ""


def all_problems(pages: Iterable[tuple[str, Page]]) -> list[str]:
    return [f"{name}: {problem}" for name, page in pages for problem in problems(page)]
