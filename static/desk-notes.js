// Notes at fields: the button beside a field puts a row into the decision. Without this script those buttons post the form,
// which comes back with the row.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const MOST = 30;
const written = new Map(); // version → rows that were not sent
let sent = null; // what went with the last decision, for when it is taken back
let isTakenBack = false;
let made = 9999; // ids of rows that the server did not draw

const version = () => one("[data-pane]")?.dataset.version;
const list = () => one("[data-notes] ol");
const rowsOf = (form) => all("[data-notes] ol > li", form).map((row) => [one("select", row).value, one("textarea", row).value]);

function renumber() {
  [...list().children].forEach((row, place) => {
    all("[data-n]", row).forEach((number) => (number.textContent = place + 1));
    const drop = one("button", row);
    drop.value = `drop:${place}`;
    drop.setAttribute("aria-label", drop.getAttribute("aria-label").replace(/\d+/, place + 1));
  });
}

function add(field, text = "") {
  const row = one("[data-note-row]").content.cloneNode(true).firstElementChild;
  made += 1;
  all("[id], [for]", row).forEach((part) => {
    for (const name of ["id", "for"]) if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("9999", made));
  });
  one("select", row).value = field;
  one("textarea", row).value = text;
  list().append(row);
  renumber();
  return row;
}

/** The row of the field: the one that is there, one that has no field yet, or a new one. */
function noteAt(field) {
  const rows = [...list().children];
  const free = (row) => !one("select", row).value && !one("textarea", row).value;
  const found = rows.find((row) => field && one("select", row).value === field) ?? rows.find(free);
  const row = found ?? (rows.length < MOST ? add(field) : null);
  if (!row) return;
  if (field) one("select", row).value = field;
  one("[data-desk]")?.classList.replace("at-doc", "at-side");
  one(field ? "textarea" : "select", row).focus();
  row.scrollIntoView({ block: "nearest" });
}

function drop(row) {
  const near = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  renumber();
  (near ? one("textarea", near) : one("[data-notes] > [name=step]")).focus();
  remember();
}

function remember() {
  const rows = rowsOf(document).filter(([field, text]) => field || text.trim());
  if (rows.length) written.set(version(), rows);
  else written.delete(version());
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[form=decide][name=step], [data-notes] [name=step]");
  if (!button || !list()) return;
  event.preventDefault();
  const [act, field] = button.value.split(":");
  if (act === "drop") drop(button.closest("li"));
  else noteAt(field);
});
["input", "change"].forEach((kind) =>
  document.addEventListener(kind, (event) => event.target.closest("[data-notes]") && remember()),
);
document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-toast]")) isTakenBack = true;
  if (event.target.matches(".d-dec")) sent = { version: version(), rows: rowsOf(event.target), comment: one("#comment", event.target)?.value ?? "" };
}, true);
document.addEventListener("pane:sent", (event) => written.delete(event.detail));
document.addEventListener("pane:shown", (event) => {
  if (!list()) return;
  const isBack = isTakenBack && sent?.version === event.detail.dataset.version;
  const rows = written.get(event.detail.dataset.version) ?? (isBack ? sent.rows : []);
  if (!list().children.length) rows.forEach(([field, text]) => add(field, text));
  const comment = one("#comment", event.detail);
  if (isBack && comment && !comment.value) comment.value = sent.comment;
  isTakenBack = false;
});
