// The form of an entry. Without it every field shows, rows are moved by posting the form, and the server
// ignores what does not apply: nothing here decides anything.

const form = document.querySelector("[data-entry-form]");
const all = (selector, root = form) => [...root.querySelectorAll(selector)];

// ---- fields that are there only while another has a certain value
function given(name) {
  const inputs = all(`[name="${name}"]`);
  const several = inputs.some((input) => input.type === "checkbox" || input.multiple);
  const values = inputs.flatMap((input) => {
    if (input.multiple) return [...input.selectedOptions].map((option) => option.value);
    if (input.type === "checkbox" || input.type === "radio") return input.checked ? [input.value] : [];
    return [input.value];
  });
  return values.length || several ? values : [""];
}

function showWhatApplies() {
  all("[data-when]").forEach((place) => {
    const conditions = JSON.parse(place.dataset.when);
    place.hidden = !conditions.every(([name, values]) => given(name).some((value) => values.includes(value)));
  });
  all(".radio").forEach((card) => card.classList.toggle("on", card.querySelector("input").checked));
  all(".sec").forEach((section) => {
    const fields = all(".fld", section);
    section.hidden = false;
    section.hidden = fields.length > 0 && fields.every((field) => field.closest("[hidden]"));
    const link = form.querySelector(`[data-part="${section.id.slice(2)}"]`);
    if (link) link.hidden = section.hidden;
  });
  showProgress();
}

// ---- how much of what is asked for is there, by section and in all
function isFilled(field) {
  const list = field.querySelector("[data-rows]");
  if (list) return list.children.length > 0;
  return all("input, select, textarea", field).filter((input) => !input.closest(".fnote")).some((input) => {
    if (input.type === "checkbox" || input.type === "radio") return input.checked;
    return input.multiple ? input.selectedOptions.length > 0 : input.type !== "search" && input.value.trim() !== "";
  });
}

function showProgress() {
  const bar = form.querySelector("[data-progress-all]");
  if (!bar) return;  // a form that tells of no progress
  const word = bar.dataset.progressAll;
  const sums = [0, 0];
  all(".sec").forEach((section) => {
    const fields = section.hidden ? [] : all("[data-asked]", section).filter((field) => !field.closest(".fld[hidden], [data-when][hidden]"));
    const given = fields.filter(isFilled).length;
    sums[0] += given;
    sums[1] += fields.length;
    const key = section.id.slice(2);
    const told = `${word} ${given}/${fields.length}`;
    const done = given === fields.length;
    const lamp = section.querySelector("[data-progress]");
    if (lamp) {
      lamp.hidden = !fields.length;
      lamp.className = done ? "lamp lamp-ok" : "muted small num";
      lamp.querySelector("[data-progress-n]").textContent = told;
    }
    const link = form.querySelector(`[data-part="${key}"] a`);
    const faulty = Boolean(link.querySelector(".lamp-block"));
    const count = link.querySelector("[data-progress-n]");
    count.hidden = faulty || !fields.length;
    count.textContent = told;
    link.className = done && !faulty ? "s-ok" : "s-todo";
  });
  bar.textContent = `${word} ${sums[0]}/${sums[1]}`;
  form.querySelector(".e-prog rect").setAttribute("width", sums[1] ? Math.floor((100 * sums[0]) / sums[1]) : 100);
}

// ---- rows: add, move, remove
function renumber(list) {
  const name = list.dataset.rows;
  [...list.children].forEach((row, place) => {
    all("[id], [name], [for]", row).forEach((element) => {
      for (const attribute of ["id", "name", "for"]) {
        const text = element.getAttribute(attribute);
        if (text) element.setAttribute(attribute, text.replace(new RegExp(`^${name}-\\d+-`), `${name}-${place}-`));
      }
    });
    all("label", row).forEach((label) => {
      const words = label.querySelector(".sr") ?? label;
      words.textContent = words.textContent.replace(/\d+$/, place + 1);
    });
    all("[data-row]", row).forEach((button) => {
      button.value = button.value.replace(/\d+$/, place);
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+/, place + 1));
    });
    row.querySelector(".ord").textContent = place + 1;
  });
}

function moveRow(button) {
  const row = button.closest("li");
  const list = row.parentElement;
  const act = button.dataset.row;
  const near = act === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (act === "remove") {
    row.remove();
    (near ?? list.lastElementChild)?.querySelector("input, select")?.focus();
    if (!list.children.length) all(`[data-row-add="${list.dataset.rows}"], [data-attach="${list.dataset.rows}"] input`)[0]?.focus();
  } else if (near) {
    act === "up" ? near.before(row) : near.after(row);
    button.focus();
  }
  renumber(list);
}

function addRow(name) {
  const list = all(`[data-rows="${name}"]`)[0];
  list.append(all(`[data-row-of="${name}"]`)[0].content.cloneNode(true));
  renumber(list);
  list.lastElementChild.querySelector("input, select").focus();
}

form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-row], [data-row-add]");
  if (!button) return;
  event.preventDefault();
  button.dataset.row ? moveRow(button) : addRow(button.dataset.rowAdd);
  changed();
});

// ---- the list of what applicants will see
function showDocuments() {
  const seen = form.querySelector("[data-seen]");
  if (!seen) return;
  const rows = given("apply_via")[0] === "web" ? all('[data-rows="documents"] > li') : [];
  seen.replaceChildren(...rows.map((row) => {
    const required = row.querySelector("select").value === "1";
    const item = document.createElement("li");
    const name = document.createElement("span");
    const mark = document.createElement("span");
    name.textContent = row.querySelector("input").value || seen.dataset.nameless;
    mark.className = required ? "req" : "opt";
    mark.textContent = required ? seen.dataset.required : seen.dataset.optional;
    item.append(name, " ", mark);
    return item;
  }));
  form.querySelector("[data-seen-empty]").hidden = rows.length > 0;
}

// ---- long lists of choices: a click chooses without a modifier key, a field narrows the list
all("select[data-many]").forEach((select) => {
  const chosen = document.createElement("p");
  chosen.className = "sub mt";
  chosen.setAttribute("role", "status");
  const search = document.createElement("input");
  search.type = "search";
  search.className = "form-control s wi-20 many-find";
  search.placeholder = select.dataset.find;
  search.setAttribute("aria-label", select.dataset.find);
  select.before(search);
  select.after(chosen);
  const tell = () => {
    const words = [...select.selectedOptions].map((option) => option.textContent);
    chosen.textContent = words.length ? select.dataset.chosen + words.join("、") : "";
  };
  search.addEventListener("input", () => {
    [...select.options].forEach((option) => (option.hidden = !option.textContent.includes(search.value.trim())));
  });
  select.addEventListener("mousedown", (event) => {
    if (event.target.tagName !== "OPTION") return;
    event.preventDefault();
    const top = select.scrollTop;
    event.target.selected = !event.target.selected;
    select.dispatchEvent(new Event("change", { bubbles: true }));
    requestAnimationFrame(() => (select.scrollTop = top));
  });
  select.addEventListener("change", tell);
  tell();
});

// ---- the list of sections
form.addEventListener("click", (event) => {
  const link = event.target.closest("[data-jump-part]");
  if (link) document.querySelector(`${link.hash} > details`).open = true;
  const button = event.target.closest("[data-toggle-list]");
  if (!button && !link) return;
  const toggle = form.querySelector("[data-toggle-list]");
  const open = button ? toggle.getAttribute("aria-expanded") !== "true" : false;
  toggle.setAttribute("aria-expanded", String(open));
  toggle.closest(".e-nav").classList.toggle("open", open);
});
form.addEventListener("focusin", (event) => {
  const section = event.target.closest(".sec");
  if (!section) return;
  all("[data-jump-part]").forEach((link) => {
    link.hash === `#${section.id}` ? link.setAttribute("aria-current", "step") : link.removeAttribute("aria-current");
  });
});

// What is typed, without a file that was chosen: files go by their own button.
const typedIn = () => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));

// ---- the checks and the applicant's form beside follow what is typed
const beside = form.querySelector("[data-beside]");
let asking = 0;
let resting;
async function lookBeside() {
  const turn = ++asking;
  try {
    const answer = await fetch(beside.dataset.beside, { method: "POST", body: typedIn() });
    const page = await answer.text();
    if (!answer.ok || turn !== asking || beside.contains(document.activeElement)) return;
    beside.innerHTML = page;
  } catch {
    // Away from the network the last answer stays; the next input asks again.
  }
}

// ---- nothing typed is lost: it saves itself after some rest and when the window is left, and leaving with the rest asks
const kept = form.querySelector("[data-kept]");
const REST = 3000;
let dirty = false;
let leaving = false;
let typed = 0;
let underway = null;
let waiting;

function tellKept(words, isProblem) {
  kept.textContent = words;
  kept.classList.toggle("hide-s", !isProblem);
  kept.classList.toggle("lamp-warn", isProblem);
}

async function send(turn) {
  const answer = await fetch(form.dataset.keep, { method: "POST", body: typedIn() });
  if (answer.redirected) return tellKept(kept.dataset.lost, true);  // kept for the next login, like any form
  if (!answer.headers.get("Content-Type").startsWith("application/json")) return tellKept(kept.dataset.away, true);
  const said = await answer.json();
  if (answer.status === 409) delete form.dataset.keep;  // somebody else saved: 「一時保存」 shows both
  if (said.problem) return tellKept(said.problem, true);
  form.elements.revision.value = said.revision;
  form.elements.base.value = said.base;
  form.dataset.here = said.here;
  showCompany(said.company);
  form.dataset.keep = `${said.path}keep/`;
  if (location.pathname !== said.path) history.replaceState(null, "", said.path);
  if (beside) beside.dataset.beside = `${beside.dataset.beside.split("?")[0]}?version=${said.id}`;
  dirty = turn !== typed;
  tellKept(said.told, false);
}

// ---- who else has the draft open, and what they saved meanwhile: told while the form is seen, and taken back when it is left
const company = form.querySelector("[data-company]");
const HERE = 30_000;
const ARRIVED = 1000;  // so that a form that is shown again does not tell before the one that was left takes its word back
let telling;

function showCompany(page) {
  const fresh = document.createElement("div");
  fresh.innerHTML = page;
  // What has not changed is not read out again, and nothing is taken from under a finger.
  if (!company || fresh.innerHTML === company.innerHTML.trim() || company.contains(document.activeElement)) return;
  company.innerHTML = page;
}

function where(more = {}) {
  const { csrf_token, base } = form.elements;
  return new URLSearchParams({ csrf_token: csrf_token.value, base: base.value, ...more });
}

async function tellHere() {
  clearTimeout(telling);
  telling = setTimeout(tellHere, HERE);
  if (!company || document.hidden || !form.dataset.here || underway) return;
  const body = where();
  try {
    const answer = await fetch(form.dataset.here, { method: "POST", body });
    const page = await answer.text();
    const isOvertaken = underway || body.get("base") !== form.elements.base.value;
    if (answer.ok && !answer.redirected && !isOvertaken) showCompany(page);
  } catch {
    // Away from the network nothing new is known; it is asked again.
  }
}
document.addEventListener("visibilitychange", tellHere);
window.addEventListener("pagehide", () => form.dataset.here && navigator.sendBeacon(form.dataset.here, where({ leaves: "1" })));

function keep() {
  clearTimeout(waiting);
  if (!form.dataset.keep || !dirty || leaving || underway || sending || !form.elements.title?.value.trim()) return;
  const turn = typed;
  underway = send(turn).catch(() => tellKept(kept.dataset.away, true)).finally(() => {
    underway = null;
    if (turn !== typed) waiting = setTimeout(keep, REST);
  });
}

document.addEventListener("visibilitychange", () => document.hidden && kept && keep());
window.addEventListener("blur", () => kept && keep());
form.addEventListener("submit", (event) => {
  if (!underway) return;
  event.preventDefault();  // with the revision that is being saved
  const { submitter } = event;
  underway.finally(() => form.requestSubmit(submitter));
}, true);

// ---- a file goes while the page stays: the same post as without this, whose answer is the page; of it the field is taken
let sending = false;

function attach(button) {
  const place = button.closest("[data-attach]");
  const told = place.querySelector("[data-sending]");
  const rows = form.querySelector(`[data-rows="${place.dataset.attach}"]`);
  const request = new XMLHttpRequest();
  const turn = typed;
  sending = true;
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    const words = loaded < total ? `${told.dataset.word} ${Math.floor((100 * loaded) / total)}%` : told.dataset.checking;
    if (told.textContent !== words) told.textContent = words;
  });
  request.addEventListener("error", () => (told.textContent = told.dataset.away));
  request.addEventListener("loadend", () => (sending = rows.inert = false));
  request.addEventListener("load", () => takeAnswer(request, button, place.dataset.attach, turn));
  request.responseType = "document";
  request.open("POST", form.action);
  request.send(new FormData(form, button));
  rows.inert = true;  // they come back with the answer
}

function takeAnswer(request, button, name, turn) {
  const page = request.response;
  const field = page?.getElementById(name);
  const fresh = page?.querySelector("[data-entry-form]");
  const faulty = page && [...page.querySelectorAll(".errsum a")].some((link) => link.hash !== `#${name}`);
  if (!field || !fresh || faulty || request.status === 409) {  // another page has to tell what is wrong
    leaving = true;
    return request.status < 400 ? location.assign(request.responseURL) : form.requestSubmit(button);
  }
  document.getElementById(name).replaceWith(document.adoptNode(field));
  if (request.status >= 400) return document.getElementById(`${name}-file`)?.focus();
  const { pathname: path, searchParams } = new URL(request.responseURL);
  if (!searchParams.has("merged")) {  // else the form does not show all that is saved: it rests on what it did before
    form.elements.revision.value = fresh.elements.revision.value;
    form.elements.base.value = fresh.elements.base.value;
  }
  form.dataset.keep = fresh.dataset.keep;
  if (beside) beside.dataset.beside = fresh.querySelector("[data-beside]").dataset.beside;
  if (location.pathname !== path) history.replaceState(null, "", path);
  dirty = turn !== typed;
  showWhatApplies();
  if (kept) tellKept(fresh.querySelector("[data-kept]").textContent, false);
  const [list] = all(`[data-rows="${name}"]`);
  const told = form.querySelector(`[data-attach="${name}"] [data-sending]`);
  if (told) told.textContent = told.dataset.done;
  list.lastElementChild.querySelector("input").focus();
  lookBeside();
}

form.addEventListener("change", (event) => {
  const { largest } = event.target.dataset;
  if (!largest) return;
  const isLarge = [...event.target.files].some((file) => file.size > Number(largest));
  event.target.closest(".fld").querySelector("[data-large]").hidden = !isLarge;
  if (isLarge) event.target.value = "";
});
form.addEventListener("submit", (event) => {
  const place = event.submitter?.closest("[data-attach]");
  if (event.defaultPrevented || leaving || !place?.querySelector("input").files.length) return;
  event.preventDefault();
  if (!sending) attach(event.submitter);
});

function changed() {
  dirty = true;
  typed += 1;
  clearTimeout(waiting);
  if (kept) waiting = setTimeout(keep, REST);
  showWhatApplies();
  showDocuments();
  clearTimeout(resting);
  resting = setTimeout(lookBeside, 1200);
}
form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", (event) => (leaving = !event.defaultPrevented && event.submitter?.formTarget !== "_blank"));
window.addEventListener("pageshow", () => (leaving = false));
window.addEventListener("beforeunload", (event) => dirty && !leaving && event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  form.querySelector("[data-save]")?.click();
});

// ---- where one was: sections open, and the field, kept in this tab until the form is saved and shown again
const PLACE = `place ${location.pathname.replace(/(new|edit\/\d+)\/$/, "")}`;
let at = "";
form.addEventListener("focusin", (event) => (at = event.target.name || event.target.id || at));
form.addEventListener("submit", () => {
  const open = all(".sec > details[open]").map((details) => details.parentElement.id);
  sessionStorage.setItem(PLACE, JSON.stringify({ at, open, y: window.scrollY, left: Date.now() }));
});
function goBack() {
  const kept = JSON.parse(sessionStorage.getItem(PLACE) ?? "null");
  sessionStorage.removeItem(PLACE);
  if (!kept || location.hash || document.querySelector("[data-focus], .errsum") || Date.now() - kept.left > 30 * 60_000) return;
  all(".sec > details").forEach((details) => (details.open = details.open || kept.open.includes(details.parentElement.id)));
  form.elements.namedItem(kept.at)?.focus?.({ preventScroll: true });
  window.scrollTo(0, kept.y);
}

showWhatApplies();
goBack();
telling = setTimeout(tellHere, ARRIVED);
if (location.hash) {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const section = target?.closest(".sec");
  if (section) section.firstElementChild.open = true;
  if (section && section !== target) target.focus();
}
