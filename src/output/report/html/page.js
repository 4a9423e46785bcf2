(() => {
  "use strict";
  const table = document.getElementById("rows");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const texts = rows.map((row) => `${row.textContent} ${row.dataset.f ?? ""}`.toLowerCase());
  const form = document.getElementById("controls");
  const find = document.getElementById("find");
  const standing = document.getElementById("standing");
  const shown = document.getElementById("shown");
  const headers = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  let sorted = "";

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter((word) => word !== "");
    let count = 0;
    rows.forEach((row, index) => {
      const fits = (standing.value === "" || row.dataset.s === standing.value) &&
        words.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      if (fits) count += 1;
    });
    shown.textContent = `${count} of ${rows.length} rows are shown${sorted}`;
  }

  function key(row, column) {
    const cell = row.cells[column];
    if (cell.dataset.none !== undefined) return "";
    if (cell.dataset.n !== undefined) return Number(cell.dataset.n);
    return cell.textContent.trim();
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
    return collator.compare(a, b);
  }

  function sort(header) {
    const column = header.cellIndex;
    const up = header.getAttribute("aria-sort") !== "ascending";
    headers.forEach((other) => other.removeAttribute("aria-sort"));
    header.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = rows.map((row, index) => ({ row, index, key: key(row, column) }));
    // Rows that say nothing here stay at the end, whichever way the others go.
    keyed.sort((a, b) => {
      const empty = (a.key === "") - (b.key === "");
      if (empty !== 0) return empty;
      const order = compare(a.key, b.key);
      return (up ? order : -order) || a.index - b.index;
    });
    body.append(...keyed.map((item) => item.row));
    sorted = `, sorted by ${header.textContent.trim().toLowerCase()}, ${up ? "ascending" : "descending"}`;
    filter();
  }

  headers.forEach((header) => {
    const button = document.createElement("button");
    button.type = "button";
    header.dataset.name = header.textContent;
    button.append(...header.childNodes);
    button.addEventListener("click", () => sort(header));
    header.append(button);
  });
  find.addEventListener("input", filter);
  standing.addEventListener("change", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
