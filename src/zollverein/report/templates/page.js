"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let printing = false;

  // A specification for this screen: its colours, its width, and the outlines that the page holds once.
  // Rows are data, never dressed.
  const rows = (part) => (part === data.placeholder ? data.outlines : part);

  function dressed(node, colours, width) {
    if (typeof node === "string") return colours[node] || node;
    if (Array.isArray(node)) return node.map((part) => dressed(part, colours, width));
    if (node === null || typeof node !== "object") return node;
    const copy = {};
    for (const [key, part] of Object.entries(node)) {
      if (key === "values") copy[key] = rows(part);
      else if (key === "datasets") copy[key] = Object.fromEntries(Object.entries(part).map(([name, set]) => [name, rows(set)]));
      else if (key === "labelLimit") copy[key] = Math.min(part, Math.round(width * 0.46));
      else if (key === "strokeWidth" && part?.scale?.range)
        copy[key] = { ...part, scale: { ...part.scale, range: part.scale.range.map((w) => w * Math.min(1, Math.max(0.45, width / 900))) } };
      else copy[key] = dressed(part, colours, width);
    }
    return copy;
  }

  const drawn = new Map();
  async function draw(element) {
    const spec = data.charts[element.dataset.chart];
    const width = Math.max(260, Math.floor(element.clientWidth));
    const shown = `${width} ${dark.matches && !printing}`;
    if (drawn.get(element)?.shown === shown) return;
    const before = drawn.get(element)?.view;
    drawn.set(element, { shown });
    const copy = dressed(spec, dark.matches && !printing ? data.dark : {}, width);
    const ratio = spec.usermeta?.ratio;
    copy.width = width;
    // Names that stand beside each other on a desk stand beneath each other on a telephone.
    const narrow = width < 560 && spec.usermeta?.narrow_height;
    if (narrow) {
      copy.height = narrow;
      copy.params = copy.params.map((part) => (part.name === "narrow" ? { ...part, value: true } : part));
    }
    if (ratio) copy.height = Math.round(width * ratio);
    else copy.autosize = { type: "fit-x", contains: "padding" };
    copy.padding = ratio ? 0 : { left: 0, right: 2, top: 2, bottom: 5 };
    const result = await window.vegaEmbed(element, copy, { actions: false, renderer: "svg", tooltip: { theme: "custom" } });
    if (before) before.finalize();
    // The element says in words what it shows; the graphic's own parts would only repeat it, letter by letter.
    const svg = element.querySelector("svg");
    if (svg) svg.setAttribute("aria-hidden", "true");
    drawn.set(element, { shown, view: result });
  }
  const canvases = [...document.querySelectorAll("[data-chart]")];
  const drawAll = () => Promise.all(canvases.map((canvas) => draw(canvas).catch(() => said(canvas))));

  // A browser that cannot draw a chart says it in words.
  function said(canvas) {
    canvas.textContent = canvas.getAttribute("aria-label");
    canvas.classList.add("note");
    canvas.dataset.failed = "true";
  }

  function numeric(text) {
    const value = Number(text);
    return text !== "" && Number.isFinite(value) ? value : null;
  }

  function compare(a, b) {
    const [x, y] = [numeric(a), numeric(b)];
    if (x !== null && y !== null) return x - y;
    if (x !== null) return -1;
    if (y !== null) return 1;
    return a.localeCompare(b, "en");
  }

  function sort(heading) {
    const table = heading.closest("table");
    const column = heading.cellIndex;
    // Figures start with the largest, names with the first letter; a second click turns them round.
    const before = heading.getAttribute("aria-sort");
    const down = before ? before === "ascending" : heading.classList.contains("figure");
    const rows = [...table.tBodies[0].rows];
    const order = (row) => row.cells[column].dataset.order;
    const known = rows.filter((row) => order(row) !== "–");
    const unknown = rows.filter((row) => order(row) === "–");
    known.sort((a, b) => (down ? -1 : 1) * compare(order(a), order(b)));
    for (const other of heading.parentElement.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    table.tBodies[0].append(...known, ...unknown);
  }

  for (const button of document.querySelectorAll(".sortable thead button"))
    button.addEventListener("click", () => sort(button.closest("th")));

  // A table that is wider than the screen says so, and fades at the edge behind which there is more.
  function hint(box) {
    const beyond = box.scrollWidth - box.clientWidth;
    box.classList.toggle("wide", beyond > 4);
    box.classList.toggle("more", beyond - box.scrollLeft > 4);
  }
  const watch = new ResizeObserver((seen) => seen.forEach((entry) => hint(entry.target.closest(".scroll"))));
  for (const box of document.querySelectorAll(".scroll")) {
    box.addEventListener("scroll", () => hint(box), { passive: true });
    watch.observe(box);
    watch.observe(box.querySelector("table"));
  }

  // Paper shows what a click would open.
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const part of opened) part.open = true;
    printing = true;
    drawAll();
  });
  window.addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
    printing = false;
    drawAll();
  });

  if (canvases.length) {
    let waiting = 0;
    window.addEventListener("resize", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(drawAll, 150);
    });
    dark.addEventListener("change", drawAll);
    drawAll().then(() => document.documentElement.setAttribute("data-drawn", "true"));
  }
})();
