// The form of a mail works without this file: placeholders are typed, boxes checked one by one. Nothing here decides.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const form = one("form[data-mail]");

// ---- placeholders go where the cursor stood last, in the subject or the body
let place = one("#body");
document.addEventListener("focusin", (event) => event.target.matches("#subject, #body") && (place = event.target));
all("[data-insert]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    place.setRangeText(button.dataset.insert, place.selectionStart, place.selectionEnd, "end");
    place.dispatchEvent(new Event("input", { bubbles: true }));
    place.focus();
  });
});

// ---- fields that are there only while another has a certain value
function showWhatApplies() {
  const topic = one("#topic")?.value ?? "";
  const later = one("input[name=when][value=later]")?.checked ?? false;
  all("[data-topic]").forEach((part) => (part.hidden = part.dataset.topic !== topic));
  all("[data-topic-not]").forEach((part) => (part.hidden = part.dataset.topicNot === topic));
  all("[data-when]").forEach((part) => (part.hidden = !later));
  const kind = one("#mail_class")?.value;
  all("[data-class]").forEach((part) => (part.hidden = part.dataset.class !== kind));
}
document.addEventListener("change", showWhatApplies);
showWhatApplies();

if (form) {
  // ---- whom it goes to
  const boxes = () => all("input[name=send]", form);
  const count = () => all("[data-checked]").forEach((part) => (part.textContent = boxes().filter((box) => box.checked).length.toLocaleString("ja-JP")));
  const choose = (chosen) => {
    boxes().forEach((box) => (box.checked = chosen));
    keep();
    count();
  };
  if (boxes().length > 1) all("[data-every], [data-none]").forEach((button) => (button.hidden = false));
  one("[data-every]").addEventListener("click", () => choose(true));
  one("[data-none]").addEventListener("click", () => choose(false));
  form.addEventListener("change", count);

  // ---- a file that is too large is told before it travels
  one("#file")?.addEventListener("change", (event) => {
    const field = event.target;
    const large = [...field.files].some((file) => file.size > Number(field.dataset.largest));
    one("[data-large]").hidden = !large;
    if (large) field.value = "";
  });

  // ---- what is typed stays in this tab until it is sent: who was logged out finds it again
  const key = `mail:${form.dataset.mail}:${form.elements.class.value}`;
  const TEXTS = ["subject", "body", "topic", "entry_id", "moves_to", "reopened_until", "release_at", "template_name"];
  const people = () => all("input[name=listed]", form).map((field) => field.value).join(",");
  function keep() {
    const texts = Object.fromEntries(TEXTS.filter((name) => form.elements[name]).map((name) => [name, form.elements[name].value]));
    const checked = all("input:checked", form).map((field) => `${field.name}=${field.value}`);
    sessionStorage.setItem(key, JSON.stringify({ people: people(), texts, checked }));
  }
  function bringBack() {
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    const isNew = !form.elements.subject.value && !form.elements.body.value;
    if (!kept || !isNew || kept.people !== people() || !(kept.texts.subject || kept.texts.body)) return;
    Object.entries(kept.texts).forEach(([name, text]) => form.elements[name] && (form.elements[name].value = text));
    all("input[type=checkbox], input[type=radio]", form).forEach((field) => (field.checked = kept.checked.includes(`${field.name}=${field.value}`)));
    one("[data-kept]").hidden = false;
    all("[data-count]", form).forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true })));
    showWhatApplies();
  }
  bringBack();
  count();
  form.addEventListener("input", keep);
  form.addEventListener("change", keep);
}

// ---- it was sent
if (one("[data-mail-sent]")) {
  Object.keys(sessionStorage).filter((name) => name.startsWith("mail:")).forEach((name) => sessionStorage.removeItem(name));
}
