// The pages about talents work without this file. It says how many are chosen, marks 「気になる」, and follows the conditions without loading the page anew.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- selection
const boxes = () => all("#chosen tbody input[name=codes]");
const tell = () => {
  const count = boxes().filter((box) => box.checked).length;
  all("[data-people]").forEach((place) => (place.textContent = count.toLocaleString("ja-JP")));
};
const show = () => {
  all("[data-bar] [data-clear], [data-bar] [data-chosen]").forEach((part) => (part.hidden = false));
  all("[data-bar] [data-plain]").forEach((part) => (part.hidden = true));
  tell();
};
const clear = () => {
  boxes().forEach((box) => (box.checked = false));
  tell();
};
document.addEventListener("change", (event) => event.target.closest("#chosen") && tell());
document.addEventListener("click", (event) => event.target.closest("[data-clear]") && clear());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.isComposing && !one("dialog[open], details.p-menu[open]")) clear();
}, true); // before the menus close: they take the first Escape
window.addEventListener("pageshow", show); // the browser may bring checks back
show();

// ---- 「気になる」 in a row: the same request as without scripts, the page stays. What is refused is said by the page.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-mark]");
  if (!button) return;
  event.preventDefault();
  const marked = button.getAttribute("aria-pressed") === "true";
  const body = new URLSearchParams({ csrf_token: button.value, at: "script" });
  const answer = await fetch(`${button.dataset.mark}${marked ? "off" : "on"}`, { method: "POST", body }).catch(() => null);
  if (answer?.status !== 204) {
    button.removeAttribute("data-mark"); // once more, the long way
    button.click();
    return;
  }
  button.setAttribute("aria-pressed", String(!marked));
  one("svg", button).classList.toggle("solid", !marked);
  button.formAction = button.formAction.replace(/\/(on|off)(?=\?|$)/, marked ? "/on" : "/off");
});

// ---- conditions: a check is followed at once, where there is room for both; what is not asked for stays out of the address
const wide = matchMedia("(min-width: 761px)");
const addressOf = (form) => {
  const pairs = [...new FormData(form)].filter(([name, value]) => value !== "" && !(name === "sort" && value === "updated") && !(name === "size" && value === "20"));
  const query = new URLSearchParams(pairs).toString();
  return query ? `${form.action}?${query}` : form.action;
};
let asked = 0;
const here = () => location.pathname + location.search;
let shown = here();
const follow = async (address) => {
  const turn = (asked += 1);
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (turn !== asked) return;
  if (!answer?.ok) return location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const open = all("#found details[open]").map((fold) => fold.id);
  const held = document.activeElement;
  const place = held?.name && held.form?.id === "search" ? `[name="${CSS.escape(held.name)}"]${held.type === "checkbox" ? `[value="${CSS.escape(held.value)}"]` : ""}` : "";
  ["#found", ".p-head"].forEach((part) => one(part).replaceWith(one(part, page)));
  one("[data-bar]")?.remove();
  const bar = one("[data-bar]", page);
  if (bar) one("main").after(bar);
  open.forEach((id) => id && document.getElementById(id)?.setAttribute("open", ""));
  if (place) one(`#search ${place}`)?.focus({ preventScroll: true });
  history.pushState(null, "", address);
  shown = here();
  show();
};
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.id !== "search" || !wide.matches || event.target.type !== "checkbox") return;
  follow(addressOf(form));
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "search") return;
  event.preventDefault();
  location.assign(addressOf(event.target));
});
window.addEventListener("popstate", () => here() !== shown && location.reload()); // not for a place within the page

// ---- on a phone the conditions stand behind a button
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-facets]");
  if (!link || location.hash !== "#facets" || link.hash !== "#facets") return;
  event.preventDefault();
  location.hash = "found";
});
