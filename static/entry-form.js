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
    if (!list.children.length) all(`[data-row-add="${list.dataset.rows}"]`)[0].focus();
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

// ---- nothing typed is lost by leaving
let dirty = false;
let leaving = false;
function changed() {
  dirty = true;
  showWhatApplies();
  showDocuments();
}
form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("submit", (event) => (leaving = event.submitter?.formTarget !== "_blank"));
window.addEventListener("pageshow", () => (leaving = false));
window.addEventListener("beforeunload", (event) => dirty && !leaving && event.preventDefault());

document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "s" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
  event.preventDefault();
  form.querySelector("[data-save]")?.click();
});

showWhatApplies();
if (location.hash) {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const section = target?.closest(".sec");
  if (section) section.firstElementChild.open = true;
  if (section && section !== target) target.focus();
}
