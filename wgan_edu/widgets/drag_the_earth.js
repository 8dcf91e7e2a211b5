// Drag the earth: points with masses on a canvas; every change is solved by the kernel and painted as it comes.

const SIZE = 440;  // of the picture, in CSS pixels

function render({ model, el }) {
  const paper = makePaper(el, "Drag the earth");
  const top = make("div", { className: "row" }, paper);
  const button = (text, title, work) => Object.assign(make("button", { type: "button", textContent: text, title }, top), { onclick: work });
  const preset = make("select", {}, make("label", { textContent: "Scene " }, top));
  button("Next point", "Choose the next point (key N)", () => choose(1));
  button("More mass", "Give the chosen point more mass (key +)", () => grow(1.15));
  button("Less mass", "Give the chosen point less mass (key −)", () => grow(1 / 1.15));
  button("Add real", "Add a real point", () => add("real"));
  button("Add generated", "Add a generated point", () => add("fake"));
  button("Remove", "Remove the chosen point (key Delete)", () => ask("remove", point));
  const withPrices = make("input", { type: "checkbox" }, make("label", { textContent: "Prices " }, top));
  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures);
  const view = makeCanvas(left, SIZE, SIZE, "Points, masses and the optimal plan");
  view.canvas.tabIndex = 0;
  make("figcaption", { innerHTML: `<span class="swatch" style="color:${COLORS.real}">●</span> real, <span class="swatch" style="color:${COLORS.fake}">▲</span> generated, larger for more mass. <span class="swatch" style="color:${COLORS.plan}">—</span> the optimal plan. Purple: its potential f, of slope at most 1. Drag a point, turn the wheel over it; or click here and use the arrow keys, + and −, N, Insert, Delete.` }, left);
  const right = make("div", { className: "side" }, pictures);
  const big = make("div", { className: "big" }, right);
  const numbers = make("div", { className: "numbers upright" }, right);
  const shares = makeCanvas(right, 300, 150, "The masses of both sides");
  const words = make("div", {}, right);
  const messages = makeMessages(paper);

  let shown = null, chosen = { side: "fake", index: 0 }, dragging = false, trips = [];
  const { ask, close } = inTurn(model, messages, (answer, verb, began) => {
    messages.say("");
    if (answer.chosen !== undefined) chosen = { side: answer.side, index: answer.chosen };
    paint(answer);
    if (!dragging) describe();
    trips = [...trips.slice(-39), performance.now() - began];
    paper.dataset.trip = [...trips].sort((a, b) => a - b)[Math.floor(trips.length / 2)];
  });
  const dragTo = newest(ask);

  // --- what the learner does ---

  const places = (side) => (side === "real" ? shown.x : shown.y);
  const masses = (side) => (side === "real" ? shown.a : shown.b);
  const point = () => ({ side: chosen.side, index: chosen.index });
  function choose(by) {
    const n = shown.a.length, m = shown.b.length, at = chosen.side === "real" ? chosen.index : n + chosen.index;
    const next = (at + by + n + m) % (n + m);
    chosen = next < n ? { side: "real", index: next } : { side: "fake", index: next - n };
    paint(shown);
    describe();
  }
  const grow = (factor) => ask("set_mass", () => ({ ...point(), share: masses(chosen.side)[chosen.index] * factor }));
  const add = (side) => ask("add", { side, x: 0, y: side === "real" ? 0.5 : -0.5 });
  const shift = (dx, dy) => ask("move", () => {
    const p = places(chosen.side), i = 2 * chosen.index;
    return { ...point(), x: p[i] + dx, y: p[i + 1] + dy };
  });
  preset.onchange = () => { chosen = { side: "fake", index: 0 }; ask("preset", { name: preset.value }); };
  withPrices.onchange = () => paint(shown);
  view.canvas.onkeydown = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !shown) return;
    const far = shown.step * (event.shiftKey ? 5 : 1);
    const work = {
      ArrowLeft: () => shift(-far, 0), ArrowRight: () => shift(far, 0), ArrowUp: () => shift(0, far), ArrowDown: () => shift(0, -far),
      "+": () => grow(1.15), "=": () => grow(1.15), "-": () => grow(1 / 1.15), n: () => choose(1), p: () => choose(-1),
      Insert: () => add(chosen.side), Delete: () => ask("remove", point), Backspace: () => ask("remove", point),
    }[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  };
  const inData = (event) => {
    const box = view.canvas.getBoundingClientRect(), w = shown.half_width;
    return [((event.clientX - box.left) / box.width) * 2 * w - w, w - ((event.clientY - box.top) / box.height) * 2 * w];
  };
  function under(event) {
    const [x, y] = inData(event);
    let best = null;
    for (const side of ["fake", "real"]) {
      const p = places(side);
      for (let i = 0; i < p.length / 2; i++) {
        const away = Math.hypot(p[2 * i] - x, p[2 * i + 1] - y);
        if (away < 0.18 && (!best || away < best.away - 1e-9)) best = { side, index: i, away };
      }
    }
    return best;
  }
  view.canvas.onpointerdown = (event) => {
    const hit = shown && under(event);
    if (!hit) return;
    chosen = { side: hit.side, index: hit.index };
    dragging = true;
    trips = [];
    view.canvas.setPointerCapture(event.pointerId);
    paint(shown);
  };
  view.canvas.onpointermove = (event) => {
    if (!dragging) { view.canvas.style.cursor = shown && under(event) ? "grab" : ""; return; }
    const [x, y] = inData(event);
    dragTo("move", { ...point(), x, y });
  };
  view.canvas.onpointerup = view.canvas.onpointercancel = () => { if (dragging) { dragging = false; describe(); } };
  view.canvas.addEventListener("wheel", (event) => {
    const hit = shown && under(event);
    if (!hit) return;  // the page scrolls
    event.preventDefault();
    chosen = { side: hit.side, index: hit.index };
    const share = masses(hit.side)[hit.index] * (event.deltaY < 0 ? 1.1 : 1 / 1.1);
    dragTo("set_mass", { ...point(), share });
  }, { passive: false });

  // --- painting ---

  function paint(scene) {
    shown = scene;
    chosen.index = Math.min(chosen.index, masses(chosen.side).length - 1);
    if (!preset.options.length) for (const name of scene.presets) make("option", { value: name, textContent: name }, preset);
    paintPlane(scene);
    paintShares(scene);
    big.textContent = `W1 = ${rounded(scene.cost, 4)}`;
    const nats = (value) => (value === null ? "∞" : rounded(value, 4));
    showNumbers(numbers, [["KL(real ‖ generated)", nats(scene.kl)], ["KL(generated ‖ real)", nats(scene.reverse_kl)], ["JS", nats(scene.js)], ["total variation", nats(scene.tv)], ["routes in use", scene.moves.shape[0]]]);
    words.textContent = (scene.tied ? "Another plan costs the same: its other routes are dashed. " : "") + (Math.abs(scene.rescaled - 1) > 1e-9 ? `The other masses of that side were multiplied by ${scene.rescaled.toFixed(3)}, so that it still sums to 1.` : "");
    Object.assign(paper.dataset, { cost: scene.cost, js: scene.js, tv: scene.tv, kl: scene.kl ?? "Infinity", n: scene.a.length, m: scene.b.length, tied: scene.tied, side: chosen.side, index: chosen.index, mass: masses(chosen.side)[chosen.index], px: places(chosen.side)[2 * chosen.index], py: places(chosen.side)[2 * chosen.index + 1], painted: Number(paper.dataset.painted ?? 0) + 1 });
  }

  function describe() {
    if (!shown) return;
    const p = places(chosen.side), i = chosen.index, name = chosen.side === "real" ? "real" : "generated";
    messages.say(`Chosen: ${name} point ${i + 1} of ${p.length / 2}, at (${rounded(p[2 * i], 2)}, ${rounded(p[2 * i + 1], 2)}), mass ${rounded(masses(chosen.side)[i])}.`);
    view.canvas.setAttribute("aria-label", `${shown.a.length} real and ${shown.b.length} generated points with the optimal plan between them; W1 is ${rounded(shown.cost, 4)}. Arrow keys move the chosen point, plus and minus change its mass, N chooses the next.`);
    const listed = (masses) => [...masses].map((mass) => rounded(mass, 2)).join(", ");
    shares.canvas.setAttribute("aria-label", `Masses of the real points: ${listed(shown.a)}; of the generated ones: ${listed(shown.b)}.`);
  }

  function paintPlane(scene) {
    const { context } = view, w = scene.half_width;
    const X = (x) => ((x + w) / (2 * w)) * SIZE, Y = (y) => ((w - y) / (2 * w)) * SIZE;
    context.clearRect(0, 0, SIZE, SIZE);
    context.imageSmoothingEnabled = true;
    context.drawImage(paintSurface(scene.surface), 0, 0, SIZE, SIZE);
    const route = (moves, k) => {
      const [i, j, mass] = moves.subarray(3 * k, 3 * k + 3);
      context.lineWidth = 1 + 9 * Math.sqrt(mass);
      edged(context, [[X(scene.x[2 * i]), Y(scene.x[2 * i + 1])], [X(scene.y[2 * j]), Y(scene.y[2 * j + 1])]]);
    };
    context.strokeStyle = COLORS.plan;
    for (let k = 0; k < scene.moves.shape[0]; k++) route(scene.moves, k);
    context.setLineDash([6, 5]);
    for (let k = 0; k < scene.others.shape[0]; k++) route(scene.others, k);
    context.setLineDash([]);
    for (const side of ["real", "fake"]) {
      const p = places(side), mass = masses(side);
      for (let i = 0; i < mass.length; i++) {
        const x = X(p[2 * i]), y = Y(p[2 * i + 1]), size = 3 + 17 * Math.sqrt(mass[i]);
        context.fillStyle = COLORS[side]; context.globalAlpha = 0.9;
        mark(context, side, x, y, size);
        context.globalAlpha = 1;
        if (chosen.side === side && chosen.index === i) {
          context.strokeStyle = COLORS.exact; context.lineWidth = 2;
          context.beginPath(); context.arc(x, y, size + 5, 0, 7); context.stroke();
        }
        if (withPrices.checked) {
          const f = side === "real" ? scene.prices_x[i] : -scene.prices_y[i];
          context.font = "600 12px system-ui, sans-serif"; context.textAlign = "center"; context.textBaseline = "bottom";
          context.lineWidth = 3; context.strokeStyle = COLORS.paper; context.fillStyle = COLORS.ink;
          context.strokeText(rounded(f, 2), x, y - size - 4); context.fillText(rounded(f, 2), x, y - size - 4);
        }
      }
    }
  }

  function paintShares(scene) {
    const { context, width } = shares;
    context.clearRect(0, 0, width, 150);
    context.textBaseline = "bottom"; context.textAlign = "left";
    [["real", scene.a, 40], ["fake", scene.b, 112]].forEach(([side, mass, y]) => {
      let at = 0;
      context.fillStyle = COLORS.ink;
      context.fillText(`${side === "real" ? "real" : "generated"} masses, sum ${[...mass].reduce((s, v) => s + v, 0).toFixed(3)}`, 0, y - 6);
      mass.forEach((share, i) => {
        const here = chosen.side === side && chosen.index === i;
        context.fillStyle = COLORS[side]; context.globalAlpha = here ? 1 : 0.8;
        context.fillRect(at, y, Math.max(1, share * width - 1.5), 24);  // white between the points
        if (here) { context.globalAlpha = 1; context.strokeStyle = COLORS.exact; context.lineWidth = 2; context.strokeRect(at + 1, y + 1, Math.max(1, share * width - 3), 22); }
        at += share * width;
      });
      context.globalAlpha = 1;
    });
  }

  ask("now");
  return close;
}

export default { render };
