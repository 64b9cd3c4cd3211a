// The preview as a phone will show it: the same page in a frame of a phone's width, where nothing runs and no link leads away.

const widths = document.querySelector("[data-widths]");
const wide = document.createElement("div");  // all that the public page will hold
let phone = null;

function onPhone() {
  const page = document.documentElement.cloneNode(true);
  page.querySelectorAll("script, [data-preview-only]").forEach((part) => part.remove());
  const nowhere = document.createElement("base");
  nowhere.target = "_blank";  // which a frame without that right does not open
  page.querySelector("head").prepend(nowhere);
  const frame = document.createElement("iframe");
  frame.className = "pv-phone";
  frame.title = widths.dataset.title;
  frame.setAttribute("sandbox", "allow-same-origin");
  frame.srcdoc = `<!doctype html>${page.outerHTML}`;
  return frame;
}

while (widths.nextSibling) wide.append(widths.nextSibling);
widths.after(wide);
widths.hidden = false;
widths.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-width]");
  if (!chosen) return;
  widths.querySelectorAll("[data-width]").forEach((button) => button.setAttribute("aria-pressed", String(button === chosen)));
  const small = chosen.dataset.width === "phone";
  if (small) wide.after((phone ??= onPhone()));
  wide.hidden = small;
  if (phone) phone.hidden = !small;
});
