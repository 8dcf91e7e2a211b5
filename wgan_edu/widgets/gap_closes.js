// The gap closes: two bounds on W1 that move toward each other. The kernel does the moves; the page draws them.

const STREET = { width: 500, height: 405 }, PLANE = 430, CHART = { width: 350, height: 230 };
const STEP = 0.1;  // of a price that is dragged or stepped by keys

function render({ model, el }) {
  const paper = makePaper(el, "The gap closes");
  const top = make("div", { className: "row" }, paper);
  const button = (text, title, work) => Object.assign(make("button", { type: "button", textContent: text, title }, top), { onclick: work });
  const mode = make("select", {}, make("label", { textContent: "Game " }, top));
  for (const [value, text] of [["line", "on a line"], ["plane", "in the plane"]]) make("option", { value, textContent: text }, mode);
  button("Improve the plan", "A swap that lowers the work, or a longer circle", () => move("improve_plan"));
  const only = {
    line: [
      button("Nearest feasible f", "Replace f by a nearest function of slope at most 1", () => move("nearest")),
      button("Raise prices", "Two c-transforms: keep the prices at the piles, take the best at the holes, then at the piles", () => move("raise_prices")),
    ],
    plane: [1, 10].map((steps) => button(`Train ${steps} step${steps > 1 ? "s" : ""}`, "Change the network so that its c-transform proves more", () => move("train", { steps }))),
  };
  button("Reset", "Begin this game again", () => move("reset"));

  const pictures = make("div", { className: "row pictures" }, paper);
  const figures = { line: make("figure", {}, pictures), plane: make("figure", {}, pictures) };
  const street = makeCanvas(figures.line, STREET.width, STREET.height, "Prices on a street, and a plan below them");
  const plane = makeCanvas(figures.plane, PLANE, PLANE, "Points, a plan, and the landscape of f");
  const marks = `<span class="swatch" style="color:${COLORS.real}">●</span> piles, <span class="swatch" style="color:${COLORS.fake}">▲</span> holes.`;
  const lights = `<b style="background:${COLORS.glow}; color:${COLORS.plan}">—</b> a route along which f falls by the full way; dashed, one with slack.`;
  make("figcaption", { innerHTML: `Top: f, drag its dots; pale, all that other functions of slope at most 1 with these prices can be; <b style="color:${COLORS.alarm}">red</b>, too steep. Bottom: ${marks} The numbers are barrows. ${lights}` }, figures.line);
  make("figcaption", { innerHTML: `${marks} ${lights} Purple, darker where it is higher: f, the c-transform of the network.` }, figures.plane);
  const side = make("div", { className: "side" }, pictures);
  const chart = makeCanvas(side, CHART.width, CHART.height, "Both bounds after each move");
  const numbers = make("div", { className: "numbers" }, side);
  const verdict = make("div", { style: "min-height: 2.8em; margin-top: 6px" }, side);
  const table = make("table", { style: "border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13px" }, side);
  const list = make("div", { className: "row", style: "column-gap: 10px", aria: { role: "group", label: "Prices" } }, paper);
  const messages = makeMessages(paper);

  let shown = null, chosen = null, dragging = false, boxes = [];
  const { ask, close } = inTurn(model, messages, (answer, verb) => {
    messages.say(answer.says);
    paint(answer, verb);
  });
  const move = async (verb, values) => { await ask(verb, values); describe(); };
  const wishes = [];  // for each place the newest: no edit may push out that of another place
  const setPrice = (index, value) => (wishes[index] ??= newest(ask))("set_price", { index, value }).then(describe);
  mode.onchange = () => move("show", { mode: mode.value });

  // --- prices by mouse, touch and keys ---

  const box = { left: 44, top: 26, width: STREET.width - 60, height: 240 };
  function scales() {
    const { places, prices } = shown, span = places.at(-1) - places[0] || 1;
    const most = Math.max(0.5 * span, 1, ...prices.map((price) => Math.abs(price) + 0.5));
    return {
      x0: places[0] - 0.05 * span, x1: places.at(-1) + 0.05 * span, most,
      X: (x) => box.left + ((x - places[0] + 0.05 * span) / (1.1 * span)) * box.width,
      Y: (f) => box.top + box.height * (0.5 - (0.5 * f) / most),
    };
  }
  const inCanvas = (event) => {
    const frame = street.canvas.getBoundingClientRect();
    return [((event.clientX - frame.left) / frame.width) * STREET.width, ((event.clientY - frame.top) / frame.height) * STREET.height];
  };
  function under(event) {
    const [x, y] = inCanvas(event), { X, Y } = scales();
    const away = shown.places.map((place, k) => Math.hypot(X(place) - x, Y(shown.prices[k]) - y));
    const nearest = away.indexOf(Math.min(...away));
    return away[nearest] < 24 ? nearest : null;
  }
  street.canvas.onpointerdown = (event) => {
    chosen = shown?.prices ? under(event) : null;
    if (chosen === null) return;
    dragging = scales().most;  // the axis stays as it is while a dot is dragged
    street.canvas.setPointerCapture(event.pointerId);
    paint(shown);
  };
  street.canvas.onpointermove = (event) => {
    if (!dragging) { street.canvas.style.cursor = shown?.prices && under(event) !== null ? "grab" : ""; return; }
    const price = dragging * (1 - (2 * (inCanvas(event)[1] - box.top)) / box.height);
    const value = Math.round(Math.max(-dragging, Math.min(dragging, price)) / STEP) * STEP;
    setPrice(chosen, Number(value.toFixed(1)));
  };
  street.canvas.onpointerup = street.canvas.onpointercancel = () => { dragging = false; };

  function makeBoxes(places) {
    list.replaceChildren(make("span", { textContent: "Prices: f at" }));
    boxes = places.map((place, index) => {
      const entry = make("input", { type: "number", step: shown.step ?? STEP, style: "width: 3.3em; font: inherit" }, make("label", { textContent: `${place} ` }, list));
      entry.setAttribute("aria-label", `f at ${place}`);
      entry.onfocus = () => { chosen = index; paint(shown); };
      entry.oninput = () => { if (Number.isFinite(entry.valueAsNumber)) setPrice(index, entry.valueAsNumber); };
      entry.onblur = () => { if (shown.prices) entry.value = tidy(shown.prices[index]); };
      return entry;
    });
  }

  // --- painting ---

  function paint(game, verb) {
    shown = game;
    const onLine = game.mode === "line";
    mode.value = game.mode;
    for (const name of ["line", "plane"]) {
      figures[name].hidden = name !== game.mode;
      for (const control of only[name]) control.hidden = name !== game.mode;
    }
    list.style.display = table.style.display = onLine ? "" : "none";
    if (onLine) {
      only.line[0].disabled = !game.steep.includes(true);
      if (boxes.length !== game.places.length) makeBoxes(game.places);
      boxes.forEach((entry, k) => { if (verb !== "set_price" || entry !== entry.getRootNode().activeElement) entry.value = tidy(game.prices[k]); });
      paintStreet(game);
      paintTable(game);
    } else {
      paintPlane(game);
    }
    paintChart(game);
    const lit = game.lit.filter(Boolean).length;
    showNumbers(numbers, [
      ["lower bound", game.lower === null ? "no bound" : rounded(game.lower, 4)], ["exact W1", rounded(game.w1, 4)],
      ["work of the plan", rounded(game.upper, 4)], ["lit routes", `${lit} of ${game.lit.length}`],
      ...(onLine ? [] : [["raw gap of the network", rounded(game.gap, 4)], ["steps", game.steps]]),
    ]);
    verdict.textContent = words(game);
    verdict.style.fontWeight = game.closed ? 600 : 400;
    Object.assign(paper.dataset, {
      mode: game.mode, lower: game.lower ?? "", upper: game.upper, w1: game.w1, gap: game.gap, lit, routes: game.lit.length, closed: game.closed,
      steep: onLine ? game.steep.filter(Boolean).length : 0, prices: onLine ? game.prices.join(" ") : "", moves: game.history.shape[0], steps: game.steps ?? 0,
      painted: Number(paper.dataset.painted ?? 0) + 1,
    });
  }

  function words(game) {
    if (game.closed) return "The gap is closed. Earth moves only where the slope of f is exactly 1.";
    if (game.lower === null) return `Between two places f is steeper than 1. So its gap, ${rounded(game.gap)}, proves nothing.`;
    return `The bounds are ${rounded(game.upper - game.lower)} apart: the mass on each route times its slack, added up.`;
  }

  function describe() {
    if (!shown) return;
    const state = `Lower bound ${shown.lower === null ? "none, f is too steep" : rounded(shown.lower)}, exact W1 ${rounded(shown.w1)}, work of the plan ${rounded(shown.upper)}; ${shown.lit.filter(Boolean).length} of ${shown.lit.length} routes are lit.`;
    (shown.mode === "line" ? street : plane).canvas.setAttribute("aria-label", `${shown.mode === "line" ? "Prices on a street and a plan" : "Points in the plane, a plan and f"}. ${state}`);
    chart.canvas.setAttribute("aria-label", `Both bounds after ${shown.history.shape[0] - 1} moves. ${state}`);
  }

  function paintStreet(game) {
    const { context } = street, { places, prices } = game, { X, Y, x0, x1, most } = scales();
    context.clearRect(0, 0, STREET.width, STREET.height);
    const ground = 372;
    if (!game.steep.includes(true)) {  // the limits of McShane: between them all functions with these prices
      const limit = (x, sign) => sign * Math.min(...places.map((place, k) => sign * prices[k] + Math.abs(x - place)));
      const across = Array.from({ length: 221 }, (_, k) => x0 + ((x1 - x0) * k) / 220);
      context.fillStyle = COLORS.veil; context.strokeStyle = COLORS.critic; context.lineWidth = 0.8;
      context.beginPath();
      for (const x of across) context.lineTo(X(x), Math.max(box.top, Math.min(box.top + box.height, Y(limit(x, 1)))));
      for (const x of across.reverse()) context.lineTo(X(x), Math.max(box.top, Math.min(box.top + box.height, Y(limit(x, -1)))));
      context.closePath(); context.fill(); context.stroke();
    }
    makeAxes(context, box, [x0, x1], [-most, most], { yLabel: "price f" });
    context.strokeStyle = COLORS.guide; context.lineWidth = 1;
    for (const place of places) path(context, [[X(place), box.top], [X(place), ground]]);
    path(context, [[box.left, Y(0)], [box.left + box.width, Y(0)]]);
    const ends = game.routes.map(([i, j]) => [game.x[i], game.y[j]]);
    const lively = (k) => ends.some(([from, to], r) => game.lit[r] && Math.min(from, to) <= places[k] + 1e-6 && Math.max(from, to) >= places[k + 1] - 1e-6);
    game.steep.forEach((steep, k) => {
      const stretch = [[X(places[k]), Y(prices[k])], [X(places[k + 1]), Y(prices[k + 1])]];
      const glows = !steep && lively(k);
      if (glows) { context.strokeStyle = COLORS.glow; context.lineWidth = 11; path(context, stretch); }
      context.strokeStyle = steep ? COLORS.alarm : glows ? COLORS.plan : COLORS.critic;
      context.lineWidth = steep || glows ? 4 : 2;
      context.setLineDash(steep ? [7, 4] : []);
      path(context, stretch);
    });
    context.setLineDash([]);
    places.forEach((place, k) => {
      context.fillStyle = COLORS.critic;
      context.beginPath(); context.arc(X(place), Y(prices[k]), 6.5, 0, 7); context.fill();
      if (k === chosen) { context.strokeStyle = COLORS.exact; context.lineWidth = 2; context.beginPath(); context.arc(X(place), Y(prices[k]), 10, 0, 7); context.stroke(); }
    });
    ends.forEach(([from, to], r) => {
      const middle = (X(from) + X(to)) / 2, radius = Math.abs(X(from) - X(to)) / 2;
      const arc = () => { context.beginPath(); context.ellipse(middle, ground, radius, Math.min(58, 12 + 0.35 * radius), 0, Math.PI, 0); context.stroke(); };
      const width = 1.5 + 1.3 * game.barrows[r];
      if (game.lit[r]) { context.strokeStyle = COLORS.glow; context.lineWidth = width + 6; arc(); }
      context.strokeStyle = game.lit[r] ? COLORS.plan : COLORS.quiet; context.lineWidth = width;
      context.setLineDash(game.lit[r] ? [] : [7, 5]);
      arc();
      context.setLineDash([]);
    });
    context.textAlign = "center"; context.textBaseline = "top";
    for (const [role, where, mass] of [["real", game.x, game.piles], ["fake", game.y, game.holes]]) {
      where.forEach((place, k) => {
        context.fillStyle = COLORS[role];
        mark(context, role, X(place), ground, 5 + 1.4 * Math.sqrt(mass[k]));
        context.fillText(mass[k].toFixed(0), X(place), ground + 14);
      });
    }
    context.fillStyle = COLORS.ink; context.textAlign = "left";
    context.fillText("barrows", 0, ground + 14);
  }

  function paintPlane(game) {
    const { context } = plane, [cx, cy] = game.middle, w = game.half_width;
    const X = (x) => ((x - cx + w) / (2 * w)) * PLANE, Y = (y) => ((w - y + cy) / (2 * w)) * PLANE;
    context.clearRect(0, 0, PLANE, PLANE);
    context.drawImage(paintSurface(game.surface), 0, 0, PLANE, PLANE);
    game.routes.forEach(([i, j], r) => {
      const way = [[X(game.x[2 * i]), Y(game.x[2 * i + 1])], [X(game.y[2 * j]), Y(game.y[2 * j + 1])]];
      if (game.lit[r]) { context.strokeStyle = COLORS.glow; context.lineWidth = 10; path(context, way); }
      context.strokeStyle = game.lit[r] ? COLORS.plan : COLORS.ink; context.lineWidth = game.lit[r] ? 4 : 1.6;
      context.setLineDash(game.lit[r] ? [] : [6, 5]);
      path(context, way);
      context.setLineDash([]);
    });
    for (const [role, points] of [["real", game.x], ["fake", game.y]]) {
      context.fillStyle = COLORS[role];
      for (let k = 0; k < points.length; k += 2) mark(context, role, X(points[k]), Y(points[k + 1]), 7);
    }
  }

  function paintTable(game) {
    table.replaceChildren();
    const cell = (row, kind, text) => make(kind, { textContent: text, style: "padding: 1px 10px 1px 2px; text-align: right" }, row);
    const head = make("tr", {}, make("thead", {}, table)), body = make("tbody", {}, table);
    for (const text of ["route", "barrows", "way", "fall of f", "slack"]) cell(head, "th", text);
    game.routes.forEach(([i, j], r) => {
      const row = make("tr", {}, body), slack = game.way[r] - game.fall[r];
      if (game.lit[r]) row.style.background = `${COLORS.glow}66`;
      for (const text of [`${tidy(game.x[i])} → ${tidy(game.y[j])}`, game.barrows[r], tidy(game.way[r]), rounded(game.fall[r], 2), rounded(slack, 2)]) cell(row, "td", text);
    });
  }

  function paintChart(game) {
    const { context, width, height } = chart;
    const frame = { left: 44, top: 26, width: width - 60, height: height - 66 };
    context.clearRect(0, 0, width, height);
    const count = game.history.shape[0], lower = [], upper = [];
    for (let k = 0; k < count; k++) { lower.push(game.history[2 * k]); upper.push(game.history[2 * k + 1]); }
    const known = lower.filter((value) => !Number.isNaN(value)), high = 1.08 * Math.max(...upper);
    const { X, Y } = makeAxes(context, frame, [0, Math.max(8, count - 1)], [Math.max(-0.4 * high, Math.min(0, ...known)), high], { xLabel: "moves", yLabel: "bounds on W1" });
    context.save();
    context.beginPath(); context.rect(frame.left, frame.top - 4, frame.width + 14, frame.height + 4); context.clip();
    context.strokeStyle = COLORS.exact; context.lineWidth = 1.5; context.setLineDash([5, 4]);
    path(context, [[frame.left, Y(game.w1)], [frame.left + frame.width, Y(game.w1)]]);
    context.setLineDash([]);
    context.fillStyle = context.strokeStyle = COLORS.plan; context.lineWidth = 2;
    path(context, upper.map((value, k) => [X(k), Y(value)]));
    upper.forEach((value, k) => mark(context, "plan", X(k), Y(value), 4));
    context.fillStyle = context.strokeStyle = COLORS.critic;
    for (let k = 0; k < count; k++) {
      if (Number.isNaN(lower[k])) continue;
      mark(context, "critic", X(k), Y(lower[k]), 4);
      if (k && !Number.isNaN(lower[k - 1])) path(context, [[X(k - 1), Y(lower[k - 1])], [X(k), Y(lower[k])]]);
    }
    context.restore();
    context.textBaseline = "bottom"; context.textAlign = "right"; context.fillStyle = COLORS.ink;
    context.fillText("■ plan   ◆ f   - - W1", width - 4, frame.top - 8);
  }

  ask("now").then(describe);
  return close;
}

const tidy = (value) => String(Number(value.toFixed(6)));

export default { render };
