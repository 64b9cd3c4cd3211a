// The list of what an application needs follows what is chosen, before anything is saved. The server counts anew.

const items = [...document.querySelectorAll("[data-need]")];
const status = document.querySelector("[data-left]");

function isThere(item) {
  const place = document.getElementById(item.dataset.need);
  if (!place) return "kept" in item.dataset;
  if (place.matches("input[type=file]")) return place.files.length > 0 || "kept" in item.dataset;
  if (place.matches("input[type=checkbox]")) return place.checked;
  if (place.matches("fieldset")) return place.querySelector("input:checked") !== null;
  return "kept" in item.dataset;
}

function follow() {
  let left = 0;
  for (const item of items) {
    const done = isThere(item);
    const word = item.querySelector("[data-word]");
    item.classList.toggle("done", done);
    word.textContent = done ? word.dataset.done : word.dataset.open;
    if (!done) left += 1;
  }
  const sentence = left ? status.dataset.some.replace("{n}", String(left)) : status.dataset.none;
  if (status.textContent !== sentence) status.textContent = sentence;
}

document.addEventListener("change", follow);
window.addEventListener("pageshow", follow);
