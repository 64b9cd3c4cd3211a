// Lists of people or entries with boxes to choose by, which work without this file. It says how many are chosen, picks those whose documents are wanting, and copies addresses.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const say = (selector, number) => one(selector) && (one(selector).textContent = number.toLocaleString("ja-JP"));

// ---- selection: a person is chosen by the row's box, or by a cell of theirs
const rows = all("#chosen tbody tr");
const bar = one("[data-bar]");
const tell = () => {
  if (!bar) return;
  const chosen = rows.filter((row) => one("input:checked", row));
  say("[data-people]", chosen.length);
  say("[data-missing-people]", chosen.filter((row) => "missing" in row.dataset).length);
  say("[data-defective-people]", chosen.filter((row) => "defective" in row.dataset).length);
};
const choose = (wanted) => {
  rows.forEach((row) => {
    all("input", row).forEach((box) => (box.checked = box.name === "item" && wanted(row)));
  });
  tell();
};
if (bar) {
  all("[data-pick], [data-clear], [data-chosen], [data-faults]").forEach((part) => (part.hidden = false));
  one("[data-plain]").hidden = true;
  document.addEventListener("change", (event) => event.target.closest("#chosen") && tell());
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-pick]")) choose((row) => "missing" in row.dataset || "defective" in row.dataset);
    if (event.target.closest("[data-clear]")) choose(() => false);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.isComposing && !one("dialog[open]")) choose(() => false);
  });
  window.addEventListener("pageshow", tell); // the browser may bring checks back
  tell();
}

// ---- addresses
all("[data-copy]").forEach((button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    one("[data-copied]").hidden = false;
  });
});
