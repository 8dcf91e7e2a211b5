// The divergence slider. All numbers came with the view; nothing is asked of the kernel.

const LOOKS = {  // as in the chapter's figures: color and dashes of each distance
  EMD: [COLORS.plan, []], KL: [COLORS.critic, [8, 4]], "reverse KL": [COLORS.extra, [2, 3]],
  JS: [COLORS.exact, [9, 3, 2, 3]], TV: [COLORS.quiet, [5, 2, 2, 2, 2, 2]],
};
const INFINITY_AT = 2.3;  // where the chart draws what is infinite
const PICTURES = {  // the range of the axis, and its label, in the picture of the two laws
  "point masses": [[-2.3, 2.3], "place"], "parallel lines": [[-2.3, 2.3], "x"],
  "overlapping uniforms": [[-2.2, 3.2], "place"], "discrete piles": [[-0.6, 3.6], "place"],
};

function render({ model, el }) {
  const { names, piles, carried, tables } = numbersOf(model.get("content"));
  const paper = makePaper(el, "Five distances on one slider");
  const row = make("div", { className: "row" }, paper);
  const family = make("select", {}, make("label", { textContent: "Two laws " }, row));
  for (const name of Object.keys(tables)) make("option", { value: name, textContent: name }, family);
  const slider = make("input", { type: "range", step: 1 }, make("label", { className: "wide", textContent: "θ " }, row));
  const place = make("b", { style: "min-width: 5.5em; font-variant-numeric: tabular-nums" }, row);

  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures), right = make("figure", {}, pictures);
  const laws = makeCanvas(left, 380, 270, "The two laws");
  const chart = makeCanvas(right, 460, 270, "Five distances against theta");
  make("figcaption", { innerHTML: `<span class="swatch" style="color:${COLORS.real}">●</span> the fixed law <span class="swatch" style="color:${COLORS.fake}">▲</span> the law that moves with θ` }, left);
  make("figcaption", { textContent: "Each bar lies along its curve at θ; its arrow points downhill." }, right);
  const cells = makeTable(paper, names);

  let shown = { family: null, index: 0 }, telling = false;
  const table = () => tables[shown.family];

  /** Go to a family and a place, and paint it. */
  function go(name, theta) {
    const { thetas } = tables[name];
    const step = thetas[1] - thetas[0];
    const index = Math.min(thetas.length - 1, Math.max(0, Math.round((theta - thetas[0]) / step)));
    if (name !== shown.family) {
      family.value = name;
      slider.max = thetas.length - 1;  // before the value, which it would cut off
    }
    slider.value = index;
    shown = { family: name, index };
    paint();
  }

  /** Tell the kernel, for cells that read it and for a page that is loaded again. */
  function keep() {
    const theta = thetaNow();
    telling = true;  // these changes are ours
    model.set("family", shown.family);
    model.set("theta", theta);
    telling = false;
    model.save_changes();
  }
  const thetaNow = () => Math.round(100 * table().thetas[shown.index]) / 100;

  slider.oninput = () => go(shown.family, table().thetas[slider.value]);
  slider.onchange = () => { keep(); describe(); };
  family.onchange = () => { go(family.value, thetaNow()); keep(); describe(); };
  const fromKernel = () => {
    if (telling) return;
    go(model.get("family"), model.get("theta"));
    describe();
  };
  const changes = ["change:family", "change:theta"];
  for (const change of changes) model.on(change, fromKernel);

  // --- painting ---

  function paint() {
    const { thetas, values, slopes } = table(), count = thetas.length, theta = thetaNow();
    const now = names.map((name, k) => ({ name, value: values[k * count + shown.index], slope: slopes[k * count + shown.index] }));
    place.textContent = `θ = ${rounded(theta, 2)}`;
    slider.setAttribute("aria-valuetext", `theta ${theta.toFixed(2)}`);
    const atEnd = shown.index === 0 || shown.index === count - 1;
    for (const { name, value, slope } of now) {
      const [valueCell, slopeCell, wordCell] = cells[name];
      valueCell.textContent = value === Infinity ? "∞" : rounded(value);
      slopeCell.textContent = Number.isNaN(slope) ? "none" : rounded(slope === 0 ? 0 : slope);
      wordCell.textContent = verdict(theta, value, slope, atEnd);
    }
    paintLaws(theta);
    paintChart(theta, now);
    Object.assign(paper.dataset, {
      family: shown.family, theta: theta.toFixed(2), painted: Number(paper.dataset.painted ?? 0) + 1,
      emd: now[names.indexOf("EMD")].value, js: now[names.indexOf("JS")].value,
    });
  }

  function describe() {
    const said = names.map((name) => `${name} ${cells[name][0].textContent}, slope ${cells[name][1].textContent}`);
    laws.canvas.setAttribute("aria-label", `${shown.family}: the fixed law, and the law at theta ${thetaNow().toFixed(2)}.`);
    chart.canvas.setAttribute("aria-label", `Five distances against theta. At ${thetaNow().toFixed(2)}: ${said.join("; ")}.`);
  }

  function paintLaws(theta) {
    const { context, width, height } = laws, [range, xLabel] = PICTURES[shown.family];
    const box = { left: 40, top: 22, width: width - 52, height: height - 70 };
    const high = shown.family === "discrete piles" ? 0.7 : 1.25;
    context.clearRect(0, 0, width, height);
    const { X, Y } = makeAxes(context, box, range, [0, high], { xLabel, yLabel: shown.family === "parallel lines" ? "y" : shown.family === "overlapping uniforms" ? "density" : "mass" });
    const both = [["real", 0], ["fake", theta]];
    for (const [role, at] of both) {
      context.fillStyle = context.strokeStyle = COLORS[role];
      context.setLineDash(role === "fake" ? [7, 4] : []);
      context.lineWidth = 3;
      if (shown.family === "overlapping uniforms") {
        context.globalAlpha = 0.25;
        context.fillRect(X(at), Y(1), X(at + 1) - X(at), Y(0) - Y(1));
        context.globalAlpha = 1;
        context.strokeRect(X(at), Y(1), X(at + 1) - X(at), Y(0) - Y(1));
      } else if (shown.family === "discrete piles") {
        piles.forEach((mass, i) => {
          const held = mass + (role === "fake" ? theta * carried[i] : 0), x = X(i) + (role === "fake" ? 1 : -21);
          context.globalAlpha = role === "fake" ? 0.75 : 1;
          context.fillRect(x, Y(held), 20, Y(0) - Y(held));
          context.globalAlpha = 1;
        });
      } else {
        context.beginPath(); context.moveTo(X(at), Y(0)); context.lineTo(X(at), Y(1)); context.stroke();
      }
      context.setLineDash([]);
      const marks = { "parallel lines": [0.1, 0.3, 0.5, 0.7, 0.9].map((y) => [at, y]), "point masses": [[at, 1]], "overlapping uniforms": [[at + 0.5, 1]], "discrete piles": [] }[shown.family];
      for (const [x, y] of marks) mark(context, role, X(x), Y(y), 6);
      if (shown.family === "discrete piles") piles.forEach((mass, i) => mark(context, role, X(i) + (role === "fake" ? 11 : -11), Y(mass + (role === "fake" ? theta * carried[i] : 0)) - 8, 5));
    }
  }

  function paintChart(theta, now) {
    const { context, width, height } = chart, { thetas, values } = table(), count = thetas.length;
    const box = { left: 40, top: 22, width: width - 110, height: height - 70 };
    context.clearRect(0, 0, width, height);
    const { X, Y } = makeAxes(context, box, [thetas[0], thetas[count - 1]], [0, INFINITY_AT + 0.1], { xLabel: "θ", yLabel: "distance" });
    const heightOf = (value) => Y(Math.min(value, INFINITY_AT));
    context.strokeStyle = COLORS.guide; context.lineWidth = 1;
    stroke(context, [[box.left, Y(INFINITY_AT)], [box.left + box.width, Y(INFINITY_AT)]]);
    stroke(context, [[X(theta), box.top], [X(theta), box.top + box.height]]);
    context.fillStyle = COLORS.ink; context.textAlign = "left"; context.textBaseline = "middle";
    context.fillText("∞", box.left + box.width + 6, Y(INFINITY_AT));
    const order = ["EMD", "KL", "reverse KL", "JS", "TV"];
    context.lineWidth = 2;
    for (const name of order) {
      const k = names.indexOf(name), [color, dashes] = LOOKS[name];
      context.strokeStyle = color; context.setLineDash(dashes);
      stroke(context, Array.from(thetas, (x, i) => [X(x), heightOf(values[k * count + i])]));
    }
    context.setLineDash([]);
    for (const name of [...order].reverse()) {  // EMD last and thin, for TV may lie under it
      const { value, slope } = now[names.indexOf(name)], x = X(theta), y = heightOf(value);
      context.fillStyle = context.strokeStyle = LOOKS[name][0];
      if (!Number.isNaN(slope)) tangent(context, x, y, (slope * (Y(0) - Y(1))) / (X(1) - X(0)), name === "EMD" ? 3 : 6, slope);
      context.beginPath(); context.arc(x, y, 4, 0, 7); context.fill();
    }
  }

  fromKernel();
  return () => { for (const change of changes) model.off(change, fromKernel); };
}

/** What gradient descent makes of a value and a slope. */
function verdict(theta, value, slope, atEnd) {
  if (theta === 0) return "home";
  if (value === Infinity) return "infinite: nowhere to go";
  if (Number.isNaN(slope)) return atEnd ? "the end: no slope" : "a kink: no slope";
  if (slope === 0) return "flat: stuck";
  return slope > 0 === theta > 0 ? (slope > 0 ? "← points home" : "points home →") : "leads away";
}

/** A bar along the curve, with an arrow at its lower end; rise in pixels for each pixel to the right. */
function tangent(context, x, y, rise, thickness, slope) {
  const dx = 30 / Math.hypot(1, rise), dy = -rise * dx;
  context.lineWidth = thickness;
  stroke(context, [[x - dx, y - dy], [x + dx, y + dy]]);
  if (slope === 0) return;
  const side = -Math.sign(slope), angle = Math.atan2(side * dy, side * dx);
  const tip = [x + side * dx * 1.35, y + side * dy * 1.35];
  context.beginPath();
  context.moveTo(...tip);
  const head = 9 + thickness;
  for (const turn of [0.5, -0.5]) context.lineTo(tip[0] - head * Math.cos(angle + turn), tip[1] - head * Math.sin(angle + turn));
  context.fill();
}

function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

/** The rows of numbers; gives the cells for value, slope and verdict of each name. */
function makeTable(paper, names) {
  const table = make("table", { style: "border-collapse: collapse; font-variant-numeric: tabular-nums" }, paper);
  const edge = `padding: 3px 14px 3px 4px; border-bottom: 1px solid ${COLORS.guide}; text-align:`;
  const head = make("tr", {}, make("thead", {}, table));
  for (const [text, side] of [["distance", "left"], ["value", "right"], ["slope in θ", "right"], ["going downhill", "left"]]) {
    make("th", { textContent: text, scope: "col", style: `${edge} ${side}` }, head);
  }
  const body = make("tbody", {}, table), cells = {};
  for (const name of names) {
    const line = make("tr", {}, body);
    const first = make("th", { scope: "row", style: `${edge} left; font-weight: 600` }, line);
    const swatch = make("canvas", { width: 34, height: 10, style: "margin-right: 8px; vertical-align: middle" }, first);
    const context = swatch.getContext("2d");
    [context.strokeStyle] = LOOKS[name]; context.lineWidth = 3; context.setLineDash(LOOKS[name][1]);
    stroke(context, [[0, 5], [34, 5]]);
    first.append(name);
    cells[name] = ["right", "right", "left"].map((side) => make("td", { style: `${edge} ${side}; min-width: 4.5em` }, line));
  }
  return cells;
}

/** Binary parts as numbers, at any depth. */
function numbersOf(content) {
  if (content instanceof DataView || content instanceof ArrayBuffer || ArrayBuffer.isView(content)) {
    const bytes = content.buffer ? content.buffer.slice(content.byteOffset, content.byteOffset + content.byteLength) : content;
    return new Float32Array(bytes);
  }
  if (Array.isArray(content) || content === null || typeof content !== "object") return content;
  return Object.fromEntries(Object.entries(content).map(([name, part]) => [name, numbersOf(part)]));
}

export default { render };
