// The pages of a login work without this file: it offers to show a typed password, and counts down to the next resend.

document.querySelectorAll("[data-reveal]").forEach((button) => (button.hidden = false));

const wait = document.querySelector("[data-wait]");
if (wait) {
  const seconds = wait.querySelector("[data-seconds]");
  const button = document.querySelector(`[data-reason="${wait.id}"]`);
  const end = Date.now() + Number(wait.dataset.wait) * 1000;
  const timer = setInterval(() => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      seconds.textContent = left;
      return;
    }
    clearInterval(timer);
    wait.setAttribute("role", "status");
    wait.textContent = wait.dataset.ready;
    button.removeAttribute("aria-disabled");
  }, 250);
}
