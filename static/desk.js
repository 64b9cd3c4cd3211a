// The desk by keyboard and at a glance. Every key presses a button or follows a link that stands on the page.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const rows = all("[data-row]");
const boxes = rows.map((row) => one("input[type=checkbox]", row));

// ---- selection: what is chosen is always on the screen
const everything = one("[data-every]"); // all that the filter matches, further pages too
const tell = () => {
  const shown = boxes.filter((box) => box.checked).length;
  const chosen = everything?.checked ? Number(everything.dataset.every) : shown;
  const say = (place, number) => one(place) && (one(place).textContent = number.toLocaleString("ja-JP"));
  say("[data-chosen]", chosen);
  say("[data-unseen]", everything?.checked ? Math.max(0, chosen - boxes.length) : 0);
  const every = one("[data-all]");
  if (every) {
    every.checked = shown > 0 && shown === boxes.length;
    every.indeterminate = shown > 0 && shown < boxes.length;
  }
};
const choose = (wanted) => {
  boxes.forEach((box, place) => (box.checked = wanted(rows[place], box)));
  if (everything) everything.checked = false;
  tell();
};
all("[data-pick], [data-clear], [data-close-toast]").forEach((part) => (part.hidden = false));
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) choose(() => event.target.checked);
  else if (event.target === everything && everything.checked) {
    boxes.forEach((box) => (box.checked = true));
    tell();
  } else {
    if (everything && boxes.includes(event.target)) everything.checked = false;
    tell();
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clean]")) choose((row) => row.hasAttribute("data-clean-row"));
  if (event.target.closest("[data-clear]")) choose(() => false);
  if (event.target.closest("[data-close-toast]")) event.target.closest(".toast-at").remove();
  if (event.target.closest("[data-help]")) one("#keys").showModal();
});
if (boxes.length) tell();
one(".q[aria-current]")?.scrollIntoView({ block: "nearest" });

// ---- one panel at a time: the difference first, else the preview
const panels = all("[data-panel]");
const tabs = all("[data-tab]");
const show = (name) => {
  panels.forEach((panel) => (panel.hidden = panel.dataset.panel !== name));
  tabs.forEach((tab) => (tab.dataset.tab === name ? tab.setAttribute("aria-current", "true") : tab.removeAttribute("aria-current")));
};
if (tabs.length) {
  document.documentElement.classList.add("js");
  show(tabs[0].dataset.tab);
}
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
    const target = one(link.hash);
    if (target) {
      target.tabIndex = -1;
      target.scrollIntoView({ block: "center" });
      target.focus({ preventScroll: true });
    }
  }
});

// ---- returning needs a comment: the press leads to it
document.addEventListener("click", (event) => {
  const button = event.target.closest(".d-dec [value=return], .d-dec [value=close], .d-dec [value=unpublish], .d-dec [value=restore]");
  const comment = one("#comment");
  if (!button || !comment || comment.value.trim()) return;
  event.preventDefault();
  one("[data-desk]").classList.replace("at-doc", "at-side");
  comment.focus();
});

// ---- saved phrases go behind what is written
one("[data-phrase]")?.addEventListener("change", (event) => {
  const comment = one("#comment");
  if (!event.target.value) return;
  comment.value = comment.value ? `${comment.value.trimEnd()}\n${event.target.value}` : event.target.value;
  comment.dispatchEvent(new Event("input", { bubbles: true }));
  event.target.value = "";
  comment.focus();
});

// ---- the toast goes when its time is over, unless someone is about to use it
const toast = one("[data-toast]");
toast?.addEventListener("countdown:end", () => {
  const close = () => (toast.matches(":hover, :focus-within") ? setTimeout(close, 1000) : toast.closest(".toast-at")?.remove());
  setTimeout(close, 2000);
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
  const here = rows.findIndex((row) => row.hasAttribute("aria-current"));
  const next = here < 0 ? rows[0] : rows[here + by];
  if (extend) {
    const place = document.activeElement?.closest?.("[data-row]") ?? rows[Math.max(here, 0)];
    const target = rows[rows.indexOf(place) + by] ?? place;
    [place, target].forEach((row) => (one("input", row).checked = true));
    one("input", target).focus();
    tell();
  } else if (next) one("a", next).click();
  else press(by > 0 ? "j" : "k"); // the neighbour on another page of the list
};
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
  "/": () => {
    one(".d-fl").open = true;
    one("#q").focus();
  },
  "?": () => one("#keys").showModal(),
  " ": () => {
    const box = one(".q[aria-current] input");
    if (!box) return false;
    box.checked = !box.checked;
    tell();
  },
  Enter: () => {
    if (document.activeElement !== document.body) return false;
    one("[data-first]")?.click();
  },
  Escape: () => {
    if (one("dialog[open]") || !(everything?.checked || boxes.some((box) => box.checked))) return false;
    choose(() => false);
  },
};
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  if (switchBox && !switchBox.checked) return;
  if (event.target.closest("input:not([type=checkbox]), textarea, select, dialog[open]")) return;
  if (event.key === " " && event.target.closest("input, button, a, summary")) return;
  const act = ACTS[event.key];
  if (act && act() !== false) event.preventDefault();
});
