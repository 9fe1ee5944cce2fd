// Shows at once how a colour that is being chosen would read; the server, which knows the rule, draws it.
const form = document.querySelector("form[data-contrast]");
const shown = form?.querySelector(".contrast");
let timer, asked = 0;

async function look() {
  const question = ++asked;
  const chosen = new URLSearchParams([...new FormData(form)].filter(([name]) => !/csrf_token|shown/.test(name)));
  const answer = await fetch(`${form.dataset.contrast}?${chosen}`);
  if (answer.ok && question === asked) shown.innerHTML = await answer.text();
}

form?.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, 120); });
