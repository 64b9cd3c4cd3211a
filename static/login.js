// The pages of a login work without this file: it shows a typed password, and counts down to the next resend.

document.querySelectorAll("[data-reveal]").forEach((button) => {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "password";
    field.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
  });
});

// A second click on the same button would ask for a second code.
document.querySelectorAll(".auth form").forEach((form) => {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
});
// Back from the next page: the form may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll(".auth form").forEach((form) => delete form.dataset.sent);
});

const wait = document.querySelector("[data-wait]");
if (wait) {
  const seconds = wait.querySelector("[data-seconds]");
  const button = document.querySelector(`[aria-describedby="${wait.id}"]`);
  const end = Date.now() + Number(wait.dataset.wait) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      seconds.textContent = left;
      return;
    }
    clearInterval(timer);
    wait.textContent = wait.dataset.ready;
    wait.setAttribute("role", "status");
    button.removeAttribute("aria-disabled");
  }, 250);
}
