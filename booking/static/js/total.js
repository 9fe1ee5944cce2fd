// Keeps the total in step with the number of seats. The server computes the amount that counts; this one only foretells it.
// <form data-unit-price="34000"> … <input|select data-seat-count> … <output data-seat-total>
function chf(centimes) {
  const whole = Math.trunc(centimes / 100).toString().replace(/\B(?=(\d{3})+$)/g, "’");
  return `CHF\u00a0${whole}.${String(centimes % 100).padStart(2, "0")}`;
}

for (const form of document.querySelectorAll("[data-unit-price]")) {
  const count = form.querySelector("[data-seat-count]");
  const total = form.querySelector("[data-seat-total]");
  if (!count || !total) continue;
  const show = () => {
    const seats = Number.parseInt(count.value, 10);
    if (seats > 0) total.textContent = chf(seats * Number(form.dataset.unitPrice));
  };
  count.addEventListener("input", show);
  show();
}
