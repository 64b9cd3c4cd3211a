// What pages share. Everything works without it; nothing here decides anything.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// ---- menus: a button opens the navigation that it names
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-menu]");
  if (button) {
    const menu = document.getElementById(button.getAttribute("aria-controls"));
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    menu.hidden = !open && menu.classList.contains("p-drawer");
    menu.classList.toggle("open", open);
    if (open) one("a", menu)?.focus();
  }
  all("details.p-menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  all("details.p-menu[open]").forEach((menu) => {
    menu.open = false;
    one("summary", menu).focus();
  });
});

// ---- questions: data-confirm opens a dialog; its OK submits the form of the button that asked
let asking = null;
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  if (button && button.dataset.confirmed !== "yes") {
    const dialog = document.getElementById(button.dataset.confirm);
    if (!dialog || button.getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    asking = button;
    all("[data-say]", dialog).forEach((place) => (place.textContent = button.dataset[place.dataset.say] ?? ""));
    dialog.showModal();
  }
  const dialog = event.target.closest("dialog");
  if (dialog && event.target.closest("[data-close]")) dialog.close();
  if (dialog && event.target.closest("[data-ok]") && asking) {
    const inputs = all("input, textarea, select", dialog);
    if (!inputs.every((input) => input.reportValidity())) return;
    const form = asking.form ?? asking.closest("form");
    inputs.forEach((input) => input.name && copyInto(form, input));
    asking.dataset.confirmed = "yes";
    dialog.close();
    form.requestSubmit(asking);
    delete asking.dataset.confirmed;
  }
});
document.addEventListener("close", (event) => {
  if (event.target.matches("dialog") && asking) asking.focus();
}, true);

function copyInto(form, input) {
  const hidden = document.createElement("input");
  hidden.type = "hidden";
  hidden.name = input.name;
  hidden.value = input.value;
  form.append(hidden);
}

// ---- a popup that the page came with
all("dialog[data-popup]").forEach((dialog) => {
  dialog.close();
  dialog.showModal();
});

// ---- one press, one request
document.addEventListener("submit", (event) => {
  if (event.defaultPrevented) return;
  const form = event.target;
  const leaves = event.submitter?.formTarget === "_blank" || form.target === "_blank";
  if (leaves || form.method === "get") return;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-disabled", "true");
});
window.addEventListener("pageshow", () => {
  all("form[data-sent]").forEach((form) => delete form.dataset.sent);
  all("[type=submit][aria-disabled=true]:not([data-reason])").forEach((button) => button.removeAttribute("aria-disabled"));
});

// ---- buttons that are disabled for a reason stay focusable but do nothing
document.addEventListener("click", (event) => {
  const button = event.target.closest("[aria-disabled=true]");
  if (button) event.preventDefault();
}, true);

// ---- passwords can be looked at
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveal);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
});

// ---- counters of characters, as Python counts them
function count(field) {
  const place = one(`[data-counter="${CSS.escape(field.id)}"]`);
  if (place) place.textContent = [...field.value].length.toLocaleString("ja-JP");
}
document.addEventListener("input", (event) => event.target.dataset?.count && count(event.target));
all("[data-count]").forEach(count);

// ---- links of the error summary open the fold and focus the field
document.addEventListener("click", (event) => {
  const link = event.target.closest(".errsum a, [data-jump]");
  if (!link) return;
  const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!target) return;
  event.preventDefault();
  reveal(target);
});
function reveal(target) {
  for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details")) fold.open = true;
  const field = target.matches("input, select, textarea, button, a") ? target : (one("input, select, textarea", target) ?? target);
  field.scrollIntoView({ block: "center" });
  field.focus({ preventScroll: true });
}
one("[data-focus]")?.focus();

// ---- seconds that run down: at the end a button becomes usable or a notice goes
all("[data-countdown]").forEach((place) => {
  let left = Number(place.dataset.countdown);
  const target = document.getElementById(place.dataset.for ?? "");
  const show = () => {
    all("[data-seconds]", place).forEach((number) => (number.textContent = String(left)));
    if (left > 0) return;
    clearInterval(timer);
    place.hidden = true;
    if (target) {
      target.removeAttribute("aria-disabled");
      delete target.dataset.reason;
    }
    place.dispatchEvent(new CustomEvent("countdown:end", { bubbles: true }));
  };
  const timer = setInterval(() => {
    left -= 1;
    show();
  }, 1000);
  show();
});

// ---- a select or check box that applies at once, beside a button for those without scripts
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-apply]");
  if (field) field.form.requestSubmit();
});
