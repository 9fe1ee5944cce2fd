// Adds the minutes left to "Your seat is kept until 14:32". Speaks to a screen reader at five and one minutes, and at the end.
const spoken = new Set([5, 1, 0]);

function words(line, minutes) {
  if (minutes <= 0) return line.dataset.over;
  return minutes === 1 ? line.dataset.one : line.dataset.many.replace("#", minutes);
}

function tick(line, left, end) {
  const minutes = Math.max(0, Math.ceil((end - Date.now()) / 60000));
  left.setAttribute("aria-live", spoken.has(minutes) ? "polite" : "off");
  const text = words(line, minutes);
  if (left.textContent !== text) left.textContent = text;
  if (minutes > 0) setTimeout(tick, 5000, line, left, end);
}

for (const line of document.querySelectorAll("[data-countdown]")) {
  const end = Date.parse(line.dataset.countdown);
  const left = line.querySelector("[data-countdown-left]");
  if (end - Date.now() < 2 * 3600 * 1000) tick(line, left, end);
}
