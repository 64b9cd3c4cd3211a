// The list of applicants works without this file: it picks those whose documents are missing, and looks again at downloads.

const pick = document.querySelector("[data-incomplete-pick]");
if (pick) {
  pick.hidden = false;
  pick.addEventListener("click", () => {
    document.querySelectorAll("tbody tr").forEach((row) => {
      row.querySelector("input[type=checkbox]").checked = row.hasAttribute("data-incomplete");
    });
  });
}
if (document.querySelector("[data-working]")) setTimeout(() => location.reload(), 3000);
