// The desk without page loads: an entry opens beside the list, the next two are there before they are asked for, decisions go
// and tell how to take them back. Each address opens as a whole page as well; without this script all of them do.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const main = one("[data-desk]");
const FRESH = 60_000; // ms in which a pane that was fetched ahead is shown as it is
const REST = 700; // on an entry, before colleagues are told that it is being looked at
const RENEW = 120_000; // of that, while somebody is active
const kept = new Map(); // address → { at, found, isThere }
const written = new Map(); // version → what was typed and not sent
let turn = 0; // the last thing asked for is what is shown
let here = location.pathname + location.search;
let resting;
let active = Date.now();

const rowOf = (version) => one(`[data-row="${version}"]`);
const isOpen = (row) => row.hasAttribute("data-row") && !row.classList.contains("decided");
const addressOf = (row) => one("a", row).href;
const current = () => one("[data-pane]")?.dataset.version;

async function ask(address, options = {}) {
  const answer = await fetch(address, { ...options, headers: { "X-Pane": "1", Accept: "text/html" } });
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { found, url: answer.url, isWell: answer.ok };
}

// ---- panes, some of them ahead of time
function ready(address) {
  const known = kept.get(address);
  if (known && Date.now() - known.at < FRESH) return known.found;
  const found = ask(address);
  const entry = { at: Date.now(), found, isThere: false };
  kept.set(address, entry);
  found.then((pane) => (pane.isWell ? (entry.isThere = true) : kept.delete(address)), () => kept.delete(address));
  return found;
}

const isThere = (address) => Boolean(kept.get(address)?.isThere && Date.now() - kept.get(address).at < FRESH);

async function fetchAhead() {
  let row = rowOf(current());
  for (let count = 0; row && count < 2; count += 1) {
    row = following(row);
    if (row) await ready(addressOf(row)).catch(() => {});
  }
}

function following(row) {
  let next = row.nextElementSibling;
  while (next && !isOpen(next)) next = next.nextElementSibling;
  return next;
}

async function show(address, { push = true } = {}) {
  const mine = (turn += 1);
  try {
    const pane = await ready(address);
    if (mine === turn && !put(pane, { push: push ? address : "" })) location.assign(address);
  } catch {
    if (mine === turn) location.assign(address);
  }
}

/** Puts the pane where the one before was; false when the answer holds none (a login, a page of its own). */
function put({ found }, { push = "" } = {}) {
  const pane = one("[data-pane]", found) ?? one("section.d-doc", found);
  if (!pane) return false;
  keepWritten();
  const fresh = pane.cloneNode(true);
  [...main.children].forEach((part) => part.id !== "queue" && part.remove());
  main.append(fresh);
  main.className = `desk ${fresh.dataset.at ?? "duo at-doc"}`;
  all(".d-m, .flash").forEach((part) => part.remove());
  all(".flash, .d-m", found).forEach((part) => main.before(part.cloneNode(true)));
  if (found.title) document.title = found.title;
  if (push && push !== location.href) history.pushState({}, "", push);
  here = location.pathname + location.search;
  shown(fresh);
  return true;
}

function shown(pane) {
  const version = pane.dataset.version;
  all("[data-row][aria-current]").forEach((row) => row.removeAttribute("aria-current"));
  const row = version && rowOf(version);
  row?.setAttribute("aria-current", "true");
  row?.scrollIntoView({ block: "nearest" });
  for (const [id, text] of written.get(version) ?? []) {
    const field = one(`#${id}`, pane);
    if (field && !field.value) field.value = text;
  }
  document.dispatchEvent(new CustomEvent("pane:shown", { detail: pane }));
  (one("[data-focus]", pane) ?? one("#doc", pane) ?? one("[role=alert]", pane))?.focus({ preventScroll: true });
  restOn(pane);
  fetchAhead();
}

function keepWritten() {
  const fields = all("[data-pane] textarea[id], [data-pane] #aside-r").filter((field) => field.value.trim());
  if (fields.length) written.set(current(), fields.map((field) => [field.id, field.value]));
  else written.delete(current());
}

// ---- who looks at what: told by the script alone, so that nothing is written by what is only fetched ahead
function restOn(pane) {
  clearTimeout(resting);
  if (!pane.hasAttribute("data-waits")) return;
  resting = setTimeout(() => look(pane), REST);
}

async function look(pane) {
  if (!pane.isConnected) return;
  resting = setTimeout(() => look(pane), RENEW);
  if (document.hidden || Date.now() - active > RENEW + REST) return;
  const body = new URLSearchParams({ csrf_token: one("[name=csrf_token]", pane)?.value ?? "" });
  const answer = await ask(`/desk/triage/${pane.dataset.version}/look`, { method: "POST", body }).catch(() => null);
  const place = one("[data-looking]", pane);
  if (answer?.isWell && place) place.replaceChildren(...answer.found.body.childNodes);
}
["keydown", "pointerdown", "wheel"].forEach((kind) =>
  document.addEventListener(kind, () => (active = Date.now()), { passive: true }),
);
window.addEventListener("pagehide", () => {
  const token = one("[data-pane] [name=csrf_token]")?.value;
  if (token) navigator.sendBeacon("/desk/triage/away", new URLSearchParams({ csrf_token: token }));
});

// ---- the list
async function refresh() {
  const address = new URL(one("#queue [data-list]").href);
  if (current()) address.searchParams.set("at", current());
  const { found } = await ask(address);
  const list = one("#queue", found);
  if (!list) return;
  const chosen = new Set(all("[data-row] input:checked").map((box) => box.value));
  const top = one("#queue").scrollTop;
  one("#queue").replaceWith(list);
  list.scrollTop = top;
  all("[data-row] input", list).forEach((box) => (box.checked = chosen.has(box.value)));
  recount(found);
  document.dispatchEvent(new CustomEvent("list:shown", { detail: list }));
}

function recount(found) {
  const today = one("[data-today]", found);
  if (today) {
    all('a[href="/desk/"] .p-count').forEach((place) => (place.textContent = today.dataset.waiting));
    one("[data-today]").replaceWith(today);
  }
  for (const part of ["[data-kinds]", "[data-total]"]) {
    const fresh = one(part, found);
    if (fresh && !fresh.closest("#queue")) one(`#queue ${part}`)?.replaceWith(fresh);
  }
}

setInterval(() => {
  if (document.hidden || one("dialog[open], .d-fl[open]") || one("[data-row] input:checked") || one("#queue:focus-within")) return;
  refresh().catch(() => {});
}, FRESH);

// ---- what forms of a pane do

/** Who decides reads on at once, when what comes next is there; what is refused comes back to the front. */
function goAhead(version, body) {
  const row = body.get("action") && body.get("next") && rowOf(version);
  const next = row && following(row);
  if (!next || !isThere(addressOf(next))) return false;
  show(addressOf(next));
  return true;
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.append(button.name, button.value);
  const version = form.closest("[data-pane]")?.dataset.version;
  for (const address of kept.keys()) if (address.includes(`/review/${version}`)) kept.delete(address); // it is about to change
  const from = location.href;
  const action = form.getAttribute("action");
  const answered = ask(action, { method: "POST", body });
  const isAhead = goAhead(version, body);
  try {
    const answer = await answered;
    written.delete(version);
    document.dispatchEvent(new CustomEvent("pane:sent", { detail: version }));
    if (one("[data-total]", answer.found) && !one("[data-desk], [data-pane]", answer.found)) await decided(answer.found, version, body, isAhead);
    else if (answer.isWell && action.includes("/aside")) await goOnFrom(version, answer.found);
    else if (!put(answer, { push: answer.isWell ? answer.url : isAhead ? from : "" })) location.assign(answer.url);
    else if (answer.isWell && !action.includes("/note")) await listed(form.matches("[data-toast]"));
  } catch {
    delete form.dataset.sent;
    button?.removeAttribute("aria-disabled");
    if (isAhead) await show(from);
    tell("通信できませんでした。接続を確かめて、もう一度お試しください。");
  }
}

function tell(words, css = "note-err", role = "alert") {
  all(".flash").forEach((part) => part.remove());
  const note = document.createElement("div");
  note.className = `note ${css} flash`;
  note.setAttribute("role", role);
  note.textContent = words;
  main.before(note);
}

/** What was put aside stands at the end now: on with what stood behind it. */
async function goOnFrom(version, found) {
  const next = rowOf(version) && following(rowOf(version))?.dataset.row;
  await refresh();
  const row = next && rowOf(next);
  if (row) await show(addressOf(row));
  else put({ found });
  tell(one(".flash", found)?.textContent.trim() ?? "", "note-ok", "status");
}

async function decided(found, version, body, isAhead) {
  const row = rowOf(version);
  const toast = one("[data-toast]", found);
  recount(found);
  one("[data-toasts]").replaceChildren(...(toast ? [toast] : []));
  if (toast) {
    one("[data-told]").textContent = one("b", toast).textContent;
    document.dispatchEvent(new CustomEvent("toast:shown", { detail: toast }));
  }
  const next = row && following(row);
  if (row) leave(row, body.get("action"), Number(toast?.dataset.secondsLeft ?? 0));
  if (isAhead) return;
  if (!body.get("next")) show(location.href);
  else if (next) show(addressOf(next));
  else await goOn(version, toast);
}

/** Stays grey until the hold is over, then goes. */
function leave(row, action, seconds) {
  const word = document.createElement("span");
  word.className = action === "return" ? "st st-return" : "st st-ok";
  word.textContent = action === "return" ? "差戻し" : "承認済";
  one(".q-1", row).append(word);
  row.classList.add("decided");
  one("input", row).checked = false;
  one("input", row).disabled = true;
  setTimeout(() => row.classList.contains("decided") && !row.hasAttribute("aria-current") && row.remove(), (seconds + 1) * 1000);
}

/** The list is through: what else waits, or the page of the list, with the way to take it back. */
async function goOn(version, toast) {
  await refresh();
  const row = all("[data-row]").find((each) => isOpen(each) && each.dataset.row !== version);
  if (row) return show(addressOf(row));
  const list = new URL(one("#queue [data-list]").href);
  if (toast) list.searchParams.set("done", new URL(toast.action).pathname.split("/").pop());
  location.assign(list);
}

/** The list as it is after what was done with the entry that stays open. */
async function listed(isTakenBack) {
  if (isTakenBack) one("[data-toasts]").replaceChildren();
  await refresh();
  const row = rowOf(current());
  row?.setAttribute("aria-current", "true");
  row?.scrollIntoView({ block: "nearest" });
}

if (main) {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post" || !form.closest("[data-pane], [data-toasts]")) return;
    event.preventDefault();
    send(form, event.submitter);
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest('[data-desk] a[href^="/desk/review/"]');
    const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey && event.button === 0;
    if (!link || !isPlain || event.defaultPrevented) return;
    event.preventDefault();
    show(link.href);
  });
  window.addEventListener("popstate", () => {
    if (here === location.pathname + location.search) return; // a step within the page
    if (location.pathname.startsWith("/desk/review/")) show(location.href, { push: false });
    else if (!location.hash) location.reload();
  });
  document.addEventListener("toggle", async (event) => {
    const place = event.target.matches?.(".d-fl[open]") && one("[data-filter]", event.target);
    if (!place || place.dataset.full) return;
    const answer = await ask(place.dataset.filter).catch(() => null);
    if (!answer?.isWell || !one("form", answer.found)) return;
    place.dataset.full = "yes";
    const field = one("#q", place);
    const isFocused = document.activeElement === field;
    one("#q", answer.found)?.replaceWith(field);
    place.replaceChildren(...answer.found.body.childNodes);
    if (isFocused) field.focus();
  }, true);
  // Scripts of a pane begin at this event, the first time when all of them are there.
  document.addEventListener("DOMContentLoaded", () => {
    const pane = one("[data-pane]");
    if (!pane) {
      const first = all("[data-row]").find(isOpen);
      if (first) ready(addressOf(first)).catch(() => {});
      return;
    }
    document.dispatchEvent(new CustomEvent("pane:shown", { detail: pane }));
    restOn(pane);
    fetchAhead();
  });
}
