// Keeps the preview of a form[data-preview] up to date while one writes, once it was asked for. Without this the button does it.
const form = document.querySelector("form[data-preview]");
const place = form && document.getElementById(form.dataset.preview);
let waiting, asked = 0;

async function show(moves) {
  const body = new FormData(form);
  body.set("action", "preview");
  const mine = ++asked;
  const answer = await fetch(form.getAttribute("action"), { method: "POST", body });
  if (!answer.ok || answer.redirected || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...page.getElementById(place.id).childNodes);
  if (moves) {
    place.scrollIntoView({ block: "start" });
    place.querySelector("h2").focus({ preventScroll: true });
  }
}

if (place) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    if (place.children.length) waiting = setTimeout(show, 800, false);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "preview") return;
    event.preventDefault();
    show(true);
  });
}
