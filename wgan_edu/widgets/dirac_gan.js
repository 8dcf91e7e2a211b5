// The Dirac-GAN: one point of the plane is the whole state, and every change of the settings is a new curve.

const PLANE = 420, CHART = 330, NEAR = 1e-6;  // pixels; how far from 1 a factor may be and still count as 1

function render({ model, el }) {
  const paper = makePaper(el, "Dirac-GAN phase portrait");
  const top = make("div", { className: "row" }, paper);
  const game = make("select", {}, make("label", { textContent: "Game " }, top));
  const both = make("input", { type: "checkbox" }, make("label", { textContent: "Both at once " }, top));
  const again = make("button", { type: "button", textContent: "Reset start", title: "Back to (1, 0)" }, top);
  const sliders = make("div", { className: "row" }, paper);
  const slider = (text, settings) => {
    const label = make("label", { className: "wide" }, sliders);
    const name = make("span", { textContent: text }, label);
    name.style.minWidth = "110px";
    const input = make("input", { type: "range", ...settings }, label);
    return { input, say: (value) => { name.textContent = `${text} ${value}`; } };
  };
  const lr = slider("Step size", { dataset: { name: "lr" }, min: 0.02, max: 0.5, step: 0.02, value: 0.1 });
  const critics = slider("Critic steps", { dataset: { name: "n_critic" }, min: 1, max: 10, step: 1, value: 1 });

  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures), right = make("div", { className: "side" }, pictures);
  const plane = makeCanvas(left, PLANE, PLANE, "Phase plane");
  plane.canvas.tabIndex = 0;
  plane.canvas.style.cursor = "crosshair";
  make("figcaption", { innerHTML: `Across: where the fake point is, θ. Up: the slope of the critic, ψ. Real is at 0, so the good place is <b>+</b>. <span class="swatch" style="color:${COLORS.fake}">▲</span> the start: drag it, or click here and use the arrow keys. Arrows: where one step leads.` }, left);
  const chart = makeCanvas(right, CHART, 210, "Distance to the good place over the steps");
  make("div", { innerHTML: `Distance to the good place, as a power of ten. Dashed: what the eigenvalues promise near it.` }, right);
  const verdict = make("div", { className: "big" }, right);
  const numbers = make("div", { className: "numbers upright" }, right);
  const messages = makeMessages(paper);

  let shown = null, dragging = false;
  const { ask, close } = inTurn(model, messages, (answer) => paint(answer));
  const newestOnly = newest(ask);
  let wishes = {};  // of several controls, until the kernel is free
  const change = (values) => {
    Object.assign(wishes, values);
    return newestOnly("portrait", () => { const all = wishes; wishes = {}; return all; }).then(describe);
  };

  // --- what the learner does ---

  game.onchange = () => change({ variant: game.value });
  lr.input.oninput = () => change({ lr: Number(lr.input.value) });
  critics.input.oninput = () => change({ n_critic: Number(critics.input.value) });
  both.onchange = () => change({ simultaneous: both.checked });
  again.onclick = () => change({ theta: 1, psi: 0 });
  const inside = (value) => Math.max(-shown.half_width, Math.min(shown.half_width, value));
  const shift = (dx, dy) => ask("portrait", () => ({ theta: inside(shown.theta + dx), psi: inside(shown.psi + dy) })).then(describe);
  plane.canvas.onkeydown = (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !shown) return;
    const far = shown.step ?? (event.shiftKey ? 0.5 : 0.1);  // a recording has steps of its own
    const way = { ArrowLeft: [-far, 0], ArrowRight: [far, 0], ArrowUp: [0, far], ArrowDown: [0, -far] }[event.key];
    if (!way) return;
    event.preventDefault();
    shift(...way);
  };
  const start = (event) => {
    const box = plane.canvas.getBoundingClientRect(), w = shown.half_width, b = boxOf();
    const x = ((event.clientX - box.left) / box.width) * PLANE, y = ((event.clientY - box.top) / box.height) * PLANE;
    change({ theta: inside(((x - b.left) / b.width) * 2 * w - w), psi: inside(w - ((y - b.top) / b.height) * 2 * w) });
  };
  plane.canvas.onpointerdown = (event) => {
    if (!shown) return;
    dragging = true;
    plane.canvas.setPointerCapture(event.pointerId);
    start(event);
  };
  plane.canvas.onpointermove = (event) => { if (dragging) start(event); };
  plane.canvas.onpointerup = plane.canvas.onpointercancel = () => { dragging = false; };

  // --- painting ---

  const boxOf = () => ({ left: 40, top: 10, width: PLANE - 50, height: PLANE - 54 });

  function paint(scene) {
    shown = scene;
    if (!game.options.length) for (const [key, name] of Object.entries(scene.names)) make("option", { value: key, textContent: name }, game);
    game.value = scene.variant;
    lr.input.value = scene.lr; lr.say(scene.lr.toFixed(2));
    critics.input.value = scene.n_critic; critics.say(scene.n_critic);
    both.checked = scene.simultaneous;
    paintPlane(scene);
    paintChart(scene);
    const known = scene.factor !== null;
    const size = (v) => rounded(v, 4);
    verdict.textContent = judged(scene);
    showNumbers(numbers, [
      ["eigenvalues of the flow", known ? `${size(scene.flow_real)} ± ${size(scene.flow_imaginary)} i` : "none: a kink at ψ = 0"],
      ["factor a step", known ? rounded(scene.factor, 5) : "–"],
      ["turn a step", known ? `${rounded((180 / Math.PI) * scene.turn, 2)}°` : "–"],
      ["distance after 300 steps", short(away(scene, scene.path.shape[0] - 1))],
    ]);
    Object.assign(paper.dataset, {
      variant: scene.variant, theta: scene.theta, psi: scene.psi, lr: scene.lr, critics: scene.n_critic, both: scene.simultaneous,
      factor: scene.factor ?? "", end: away(scene, scene.path.shape[0] - 1), painted: Number(paper.dataset.painted ?? 0) + 1,
    });
  }

  const away = (scene, k) => Math.hypot(scene.path[2 * k], scene.path[2 * k + 1]);
  const short = (value) => (value !== 0 && (value < 1e-3 || value > 1e3) ? value.toExponential(1).replace("-", "−") : rounded(value));

  function judged(scene) {
    if (scene.factor === null) return "Near +: driven away";
    if (scene.factor > 1 + NEAR) return "Near +: spirals out";
    if (scene.factor < 1 - NEAR) return "Near +: converges";
    return "Near +: goes round";
  }

  function describe() {
    if (!shown) return;
    const end = short(away(shown, shown.path.shape[0] - 1));
    const words = `${shown.names[shown.variant]} from θ = ${rounded(shown.theta, 2)}, ψ = ${rounded(shown.psi, 2)}: distance ${short(away(shown, 0))} at the start, ${end} after 300 steps.`;
    messages.say(words);
    plane.canvas.setAttribute("aria-label", `Phase plane. ${words} Arrow keys move the start.`);
    chart.canvas.setAttribute("aria-label", `Distance to the good place over 300 steps, now ${end}.`);
  }

  function paintPlane(scene) {
    const { context } = plane, box = boxOf(), w = scene.half_width, k = Math.sqrt(scene.moves.shape[0]);
    context.clearRect(0, 0, PLANE, PLANE);
    const { X, Y } = makeAxes(context, box, [-w, w], [-w, w], { xLabel: "θ, where fake is" });
    context.save();
    context.beginPath(); context.rect(box.left, box.top, box.width, box.height); context.clip();
    let most = 0;
    for (let i = 0; i < scene.moves.length; i += 2) most = Math.max(most, Math.hypot(scene.moves[i], scene.moves[i + 1]));
    const scale = (0.95 * box.width) / (k * (most || 1));
    context.strokeStyle = COLORS.quiet; context.lineWidth = 1;
    for (let i = 0; i < k * k; i++) {
      const x = -w + (2 * w * (i % k)) / (k - 1), y = -w + (2 * w * Math.floor(i / k)) / (k - 1);
      dart(context, X(x), Y(y), scale * scene.moves[2 * i], -scale * scene.moves[2 * i + 1]);
    }
    context.strokeStyle = COLORS.critic; context.lineWidth = 1.8;
    path(context, Array.from({ length: scene.path.shape[0] }, (_, i) => [X(scene.path[2 * i]), Y(scene.path[2 * i + 1])]));
    context.fillStyle = COLORS.critic;
    for (let i = 0; i < scene.path.shape[0]; i++) { context.beginPath(); context.arc(X(scene.path[2 * i]), Y(scene.path[2 * i + 1]), 1.6, 0, 7); context.fill(); }
    context.strokeStyle = COLORS.exact; context.lineWidth = 2.5;
    path(context, [[X(0) - 8, Y(0)], [X(0) + 8, Y(0)]]);
    path(context, [[X(0), Y(0) - 8], [X(0), Y(0) + 8]]);
    context.fillStyle = COLORS.fake;
    mark(context, "fake", X(scene.theta), Y(scene.psi), 9);
    context.restore();
  }

  function paintChart(scene) {
    const { context } = chart, box = { left: 44, top: 12, width: CHART - 56, height: 148 };
    const steps = scene.path.shape[0] - 1;
    const power = Array.from({ length: steps + 1 }, (_, i) => Math.max(-12, Math.log10(away(scene, i) + 1e-30)));
    const low = Math.min(-0.5, ...power) - 0.1, high = Math.max(0.5, ...power) + 0.1;
    context.clearRect(0, 0, CHART, 210);
    const { X, Y } = makeAxes(context, box, [0, steps], [low, high], { xLabel: "steps of the generator" });
    context.save();
    context.beginPath(); context.rect(box.left, box.top, box.width, box.height); context.clip();
    context.strokeStyle = COLORS.critic; context.lineWidth = 2;
    path(context, power.map((value, i) => [X(i), Y(value)]));
    if (scene.factor !== null) {
      context.strokeStyle = COLORS.exact; context.lineWidth = 1.2; context.setLineDash([6, 5]);
      path(context, [[X(0), Y(power[0])], [X(steps), Y(power[0] + steps * Math.log10(scene.factor))]]);
    }
    context.restore();
  }

  ask("now").then(describe);
  return close;
}

function dart(context, x, y, dx, dy) {
  const length = Math.hypot(dx, dy), angle = Math.atan2(dy, dx), head = Math.min(4, 0.5 * length);
  if (!(length > 0.3)) return;
  path(context, [[x, y], [x + dx, y + dy]]);
  const barb = (side) => [x + dx - head * Math.cos(angle + side), y + dy - head * Math.sin(angle + side)];
  path(context, [barb(-0.5), [x + dx, y + dy], barb(0.5)]);
}

export default { render };
