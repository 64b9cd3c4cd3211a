// What is being made in the background: its part of the page is fetched anew, the rest stays as it is.

const one = (selector, root = document) => root.querySelector(selector);
const look = async () => {
  const panel = one("#downloads");
  if (!panel || !("working" in panel.dataset)) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  const fresh = answer?.ok && one("#downloads", new DOMParser().parseFromString(await answer.text(), "text/html"));
  if (fresh && !panel.contains(document.activeElement)) {
    panel.replaceChildren(...fresh.childNodes); // the region itself stays, so that its news are read out
    if (!("working" in fresh.dataset)) delete panel.dataset.working;
  }
  setTimeout(look, 3000);
};
setTimeout(look, 2000);
