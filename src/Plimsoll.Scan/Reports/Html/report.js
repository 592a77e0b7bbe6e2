// Filters the findings, and lays out those out of sight once the page is open. Without it the page shows all of them.
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const rows = [...document.getElementById("rows").tBodies[0].rows];
  const search = document.getElementById("q"), layer = document.getElementById("layer"), shown = document.getElementById("shown");
  const severities = [...form.querySelectorAll("[name=sev]")], only = [...form.querySelectorAll("[name=only]")], suppressed = form.querySelector("[name=show]");
  let texts = null, waiting = 0;

  function apply() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length && !texts) texts = rows.map((row) => row.textContent.toLowerCase());
    const off = severities.filter((box) => !box.checked).map((box) => box.value), needed = only.filter((box) => box.checked).map((box) => box.value);
    let count = 0;
    rows.forEach((row, i) => {
      const kinds = row.classList;
      const hide = off.includes(kinds[0]) || needed.some((kind) => !kinds.contains(kind)) || (kinds.contains("s") && !suppressed.checked)
        || (layer && layer.value && !(row.dataset.l || "").split(" ").includes(layer.value)) || words.some((word) => !texts[i].includes(word));
      if (row.hidden !== hide) row.hidden = hide;
      if (!hide) count++;
    });
    shown.textContent = count === rows.length ? `All ${count.toLocaleString("en")} are shown.` : `${count.toLocaleString("en")} of ${rows.length.toLocaleString("en")} are shown.`;
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", apply);
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    if (link.dataset.layer && layer) { layer.value = link.dataset.layer; apply(); }
    // A link to a finding shows it, whatever the filter hides.
    const row = /^#f\d+$/.test(link.getAttribute("href")) && document.querySelector(link.getAttribute("href"));
    if (row) { row.hidden = false; row.querySelector("details").open = true; }
  });
  addEventListener("beforeprint", () => document.querySelectorAll(".plan .more").forEach((more) => { more.open = true; }));
  addEventListener("load", () => setTimeout(() => document.getElementById("rows").classList.add("whole"), 400));
  form.hidden = false;
  apply();
})();
