// The desk by keyboard and at a glance. Every key presses a button or follows a link that stands on the page.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const rows = () => all("[data-row]");
const boxes = () => all("[data-row] input[type=checkbox]");
const everything = () => one("[data-every]"); // all that the filter matches, further pages too
let last = null; // the row chosen last, from which X goes on

// ---- selection: what is chosen is always on the screen
const tell = () => {
  const every = everything();
  const shown = boxes().filter((box) => box.checked).length;
  const chosen = every?.checked ? Number(every.dataset.every) : shown;
  const say = (place, number) => one(place) && (one(place).textContent = number.toLocaleString("ja-JP"));
  say("[data-chosen]", chosen);
  say("[data-unseen]", every?.checked ? Math.max(0, chosen - boxes().length) : 0);
  const here = one("[data-all]");
  if (here) {
    here.checked = shown > 0 && shown === boxes().length;
    here.indeterminate = shown > 0 && shown < boxes().length;
  }
};
const choose = (wanted) => {
  rows().forEach((row) => {
    const box = one("input", row);
    box.checked = !box.disabled && wanted(row);
  });
  if (everything()) everything().checked = false;
  tell();
};
const open = (root) => all("[data-pick], [data-clear], [data-close-toast]", root).forEach((part) => (part.hidden = false));
open(document);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) choose(() => event.target.checked);
  else if (event.target === everything() && event.target.checked) {
    boxes().forEach((box) => (box.checked = !box.disabled));
    tell();
  } else {
    const row = event.target.closest("[data-row]");
    if (row) last = row.dataset.row;
    if (everything() && row) everything().checked = false;
    tell();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clean]")) choose((row) => row.hasAttribute("data-clean-row"));
  if (event.target.closest("[data-clear]")) choose(() => false);
  if (event.target.closest("[data-close-toast]")) event.target.closest("[data-toast]").remove();
  if (event.target.closest("[data-help]")) one("#keys").showModal();
});
if (boxes().length) tell();
one(".q[aria-current]")?.scrollIntoView({ block: "nearest" });
document.addEventListener("list:shown", (event) => {
  open(event.detail);
  tell();
});

// ---- one panel at a time: the difference first, else the preview
const show = (name) => {
  all("[data-panel]").forEach((panel) => (panel.hidden = panel.dataset.panel !== name));
  all("[data-tab]").forEach((tab) => (tab.dataset.tab === name ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
};
document.addEventListener("pane:shown", (event) => {
  const first = one("[data-first-tab]", event.detail);
  if (!first) return;
  document.documentElement.classList.add("js");
  show(first.dataset.firstTab);
});
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-tab]");
  if (tab) {
    event.preventDefault();
    show(tab.dataset.tab);
  }
  const link = event.target.closest("[data-open]");
  if (link) {
    event.preventDefault();
    show(link.dataset.open);
    one("[data-desk]")?.classList.replace("at-side", "at-doc");
    const target = one(link.hash);
    if (target) {
      target.tabIndex = -1;
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
    }
  }
});

// ---- returning needs a comment, or a note at a field: the press leads to it
document.addEventListener("click", (event) => {
  const button = event.target.closest(".d-dec [value=return], .d-dec [value=close], .d-dec [value=unpublish], .d-dec [value=restore]");
  const comment = one("#comment");
  if (!button || !comment || comment.value.trim()) return;
  if (button.value === "return" && all("[data-notes] ol textarea").some((note) => note.value.trim())) return;
  event.preventDefault();
  one("[data-desk]").classList.replace("at-doc", "at-side");
  comment.focus();
});

// ---- saved phrases go behind what is written: in the comment, or in the note that was written in last
let writing = null;
document.addEventListener("focusin", (event) => {
  if (event.target.matches(".d-dec textarea")) writing = event.target;
});
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-phrase]") || !event.target.value) return;
  const place = writing?.isConnected ? writing : one("#comment");
  place.value = place.value ? `${place.value.trimEnd()}\n${event.target.value}` : event.target.value;
  place.dispatchEvent(new Event("input", { bubbles: true }));
  event.target.value = "";
  place.focus();
});

// ---- the toast goes when its time is over, unless someone is about to use it
document.addEventListener("countdown:end", (event) => {
  const toast = event.target.closest("[data-toast]");
  const close = () => (toast.matches(":hover, :focus-within") ? setTimeout(close, 1000) : toast.remove());
  if (toast) setTimeout(close, 2000);
});
document.addEventListener("toast:shown", (event) => {
  const place = one("[data-countdown]", event.detail);
  let left = Number(place.dataset.countdown);
  open(event.detail);
  const timer = setInterval(() => {
    left -= 1;
    one("[data-seconds]", place).textContent = String(left);
    if (left > 0) return;
    clearInterval(timer);
    place.hidden = true;
    place.dispatchEvent(new CustomEvent("countdown:end", { bubbles: true }));
  }, 1000);
});

// ---- keys
const KEYS = "desk-keys";
const switchBox = one("[data-keys-on]");
if (switchBox) {
  switchBox.checked = localStorage.getItem(KEYS) !== "off";
  switchBox.addEventListener("change", () => localStorage.setItem(KEYS, switchBox.checked ? "on" : "off"));
}
const press = (key) => one(`[data-key="${key}"]`)?.click();
const step = (by, extend) => {
  const here = rows().findIndex((row) => row.hasAttribute("aria-current"));
  if (extend) {
    const place = document.activeElement?.closest?.("[data-row]") ?? rows()[Math.max(here, 0)];
    const target = rows()[rows().indexOf(place) + by] ?? place;
    [place, target].forEach((row) => (one("input", row).checked = true));
    last = target.dataset.row;
    one("input", target).focus();
    return tell();
  }
  let next = here < 0 ? 0 : here + by;
  while (rows()[next]?.classList.contains("decided")) next += by;
  if (rows()[next]) one("a", rows()[next]).click();
  else press(by > 0 ? "j" : "k"); // the neighbour on another page of the list
};
/** Opens a fold by its button and goes to its first field; what is no fold is pressed. */
const unfold = (key) => {
  const button = one(`[data-key="${key}"]`);
  const fold = button?.matches("summary") ? button.parentElement : null;
  one("[data-desk]")?.classList.replace("at-doc", "at-side");
  if (!fold) return button?.click();
  fold.open = true;
  one("input:not([type=hidden]), textarea", fold)?.focus();
};
const PLACES = { q: "/desk/", r: "/desk/registrations/", e: "/desk/entries/", o: "/desk/organizations/", m: "/desk/mail/", d: "/desk/dashboard/" };
let going = 0; // until when a letter says where to go
const ACTS = {
  j: () => step(1, false),
  k: () => step(-1, false),
  J: () => step(1, true),
  K: () => step(-1, true),
  a: () => press("a"),
  r: () => press("r"),
  d: () => press("d"),
  p: () => press("p"),
  u: () => press("u"),
  c: () => press("c"),
  f: () => press("f"),
  h: () => unfold("h"),
  n: () => unfold("n"),
  g: () => void (going = Date.now() + 1500),
  "/": () => {
    one(".d-fl").open = true;
    one("#q").focus();
  },
  "?": () => one("#keys").showModal(),
  " ": () => {
    const row = one(".q[aria-current]");
    if (!row) return false;
    one("input", row).checked = !one("input", row).checked;
    last = row.dataset.row;
    tell();
  },
  x: () => {
    const here = rows().findIndex((row) => row.hasAttribute("aria-current"));
    if (here < 0) return false;
    const from = rows().findIndex((row) => row.dataset.row === last);
    const [low, high] = [Math.min(from < 0 ? here : from, here), Math.max(from, here)];
    rows().forEach((row, place) => {
      if (place >= low && place <= high && !one("input", row).disabled) one("input", row).checked = true;
    });
    last = rows()[here].dataset.row;
    tell();
  },
  Enter: () => {
    if (document.activeElement !== document.body) return false;
    one("[data-first]")?.click();
  },
  Escape: () => {
    if (one("dialog[open]") || !(everything()?.checked || boxes().some((box) => box.checked))) return false;
    choose(() => false);
  },
};
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!one("[data-desk]") || (switchBox && !switchBox.checked)) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open], [contenteditable]")) return;
  if (event.key === " " && event.target.closest("input, button, a, summary")) return;
  if (Date.now() < going && PLACES[event.key]) {
    event.preventDefault();
    return location.assign(PLACES[event.key]);
  }
  if (event.repeat && !["j", "k", "J", "K"].includes(event.key)) return; // a key held down decides nothing twice
  const act = ACTS[event.key];
  if (act && act() !== false) event.preventDefault();
});
