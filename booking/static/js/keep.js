// Keeps what is typed in a form[data-keep] while one looks at another page or switches language, in this tab only.
// data-keep="draft": once sent, the server keeps it. Other forms are kept until a page without one says that all went well.
const form = document.querySelector("form[data-keep]");
const prefix = "kept:";
const key = prefix + location.pathname.replace(/^\/(fr|en)\//, "/");
const left = (field) => !field.name || ["hidden", "submit", "password"].includes(field.type);

function save() {
  const values = [...form.elements].filter((field) => !left(field)).map((field) =>
    [field.name, field.value, field.type === "checkbox" || field.type === "radio" ? field.checked : null]);
  sessionStorage.setItem(key, JSON.stringify(values));
}

function restore() {
  for (const [name, value, checked] of JSON.parse(sessionStorage.getItem(key) || "[]")) {
    const fields = [...form.elements].filter((field) => field.name === name && !left(field));
    if (checked === null) fields.forEach((field) => { field.value = value; });
    else fields.filter((field) => field.value === value).forEach((field) => { field.checked = checked; });
  }
  form.querySelectorAll("details").forEach((part) => {
    if ([...part.querySelectorAll("input:not([type=checkbox])")].some((field) => field.value)) part.open = true;
  });
}

if (form) {
  restore();
  form.addEventListener("input", save);
  form.addEventListener("submit", () => form.dataset.keep === "draft" && sessionStorage.removeItem(key));
} else {
  Object.keys(sessionStorage).filter((name) => name.startsWith(prefix)).forEach((name) => sessionStorage.removeItem(name));
}
