// The desk's search: 「/」 or Ctrl+K opens it, the arrows go through what is found, Enter opens. The list comes from /desk/find/.

const dialog = document.getElementById("find");
const field = document.getElementById("find-q");
const list = document.getElementById("find-list");
const PATIENCE = 180; // ms without a key before anything is asked
let asking = new AbortController(); // the last question; an older one is not waited for
let shown = ""; // what the list answers
let timer;

const lines = () => [...list.querySelectorAll("a")];

function open() {
  if (!dialog.open) dialog.showModal();
  field.select();
}

async function look() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const text = field.value;
  const answer = await fetch(`/desk/find/?q=${encodeURIComponent(text)}`, { headers: { Accept: "text/html" }, signal }).catch(() => null);
  const page = answer?.ok ? await answer.text().catch(() => "") : "";
  const found = new DOMParser().parseFromString(page, "text/html").getElementById("found");
  if (signal.aborted || !found) return;
  found.querySelectorAll("[id]").forEach((part) => (part.id = `find-${part.id}`));
  found.querySelectorAll("[aria-labelledby]").forEach((part) => part.setAttribute("aria-labelledby", `find-${part.getAttribute("aria-labelledby")}`));
  list.replaceChildren(...found.childNodes);
  shown = text;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-find]") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  open();
});
document.addEventListener("keydown", (event) => {
  if (event.isComposing || document.querySelector("dialog[open]:not(#find)")) return;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  const isLetter = event.ctrlKey && !event.metaKey && !event.altKey && event.key.toLowerCase() === "k";
  // On the queue 「/」 goes to the queue's own search.
  const isFree = !event.target.closest?.("input, textarea, select, [contenteditable]") && !document.querySelector("[data-desk]");
  if (!isLetter && !(event.key === "/" && plain && isFree)) return;
  event.preventDefault();
  open();
});
field.addEventListener("input", (event) => {
  clearTimeout(timer);
  if (!event.isComposing) timer = setTimeout(look, PATIENCE);
});
field.addEventListener("compositionend", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PATIENCE);
});
dialog.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const stops = [field, ...lines()];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const here = stops.indexOf(document.activeElement);
  if (step && here >= 0) {
    event.preventDefault();
    stops[(here + step + stops.length) % stops.length].focus();
  }
  if (event.key === "Enter" && here === 0 && stops.length > 1 && shown === field.value) {
    event.preventDefault();
    location.assign(stops[1].href);
  }
});
