// The training player. It draws what it is given, and does not know whether a kernel or a recording answers.

const FRAME_TIME = 90;  // ms from frame to frame at full speed: what painting leaves of it is for training
const ARROW = 26;       // length of an arrow for a push of 1, in pixels
const SIDE = 400;       // of both pictures, in CSS pixels
const SPEEDS = {
  slow: { steps: 1, budget: 1, pause: 250 },
  steady: { steps: 5, budget: 1, pause: 0 },
  fast: { steps: 1000, budget: null, pause: 0 },
};

function render({ model, el }) {
  const paper = makePaper(el, "Training player");
  const buttons = make("div", { className: "row" }, paper);
  const button = (text, title) => make("button", { type: "button", textContent: text, title }, buttons);
  const play = button("Play", "Train until paused");
  play.className = "main";
  const critic = button("Step critic", "One step of the critic");
  const generator = button("Step generator", "One step of the generator");
  const reset = button("Reset", "Begin again with the same seed");
  const choices = make("label", { textContent: "Constraint " });  // joins the buttons if there is something to choose
  const choice = make("select", {}, choices);
  const speed = make("select", {}, make("label", { textContent: "Speed " }, buttons));
  for (const name of Object.keys(SPEEDS)) make("option", { value: name, textContent: name }, speed);
  speed.value = lessMotion() ? "slow" : "fast";

  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures), right = make("figure", {}, pictures);
  const plane = makeCanvas(left, SIDE, SIDE, "Samples over the critic's surface");
  const chart = makeCanvas(right, SIDE, SIDE, "Critic gap and exact W1 over training");
  const under = make("figcaption", {}, left), beside = make("figcaption", {}, right);
  under.innerHTML = `<span class="swatch" style="color:${COLORS.real}">●</span> real <span class="swatch" style="color:${COLORS.fake}">▲</span> generated. Purple: where the critic is high. Arrows: the push on a generated point; the bar is a push of 1.`;
  beside.innerHTML = `<span class="swatch" style="color:${COLORS.critic}">—</span> critic gap, <span class="swatch">×</span> exact W1, <span class="swatch" style="color:${COLORS.plan}">■</span> certified lower bound, all of the same 256 points a side. Dashed: the floor, exact W1 of real points against other real points. Upright: the step shown.`;
  const scrubRow = make("div", { className: "row" }, paper);
  const scrub = make("input", { type: "range", min: 0, max: 0, value: 0, step: 1 }, make("label", { className: "wide", textContent: "Frame " }, scrubRow));
  const where = make("span", {}, scrubRow);
  const numbers = make("div", { className: "numbers" }, paper);
  const messages = makeMessages(paper);

  let overhead = 40, painted = [], shown = null;
  const { ask, close } = inTurn(model, messages, (answer, verb) => paint(answer, verb === "show"), () => player.set(false));
  const player = makePlay(play, el, frame, (playing) => {
    if (!playing) { describe(); return; }
    painted = [];
    messages.say("");
  });
  async function frame() {
    const began = performance.now();
    const { steps, budget, pause } = SPEEDS[speed.value];
    const time = budget ?? Math.min(60, Math.max(15, FRAME_TIME - overhead)) / 1000;
    await ask("tick", { steps, budget: time });
    const took = performance.now() - began;
    if (budget === null) overhead += 0.2 * (took - 1000 * time - overhead);
    painted.push(performance.now());
    painted = painted.slice(-20);
    if (shown?.done && player.isOn()) { player.set(false); messages.say(shown.ends ?? "The run is finished. Scrub through it, or reset."); }
    if (lessMotion()) await later(500); else if (pause) await later(pause);
  }

  for (const [control, verb] of [[critic, "critic_step"], [generator, "generator_step"], [reset, "reset"]]) {
    control.onclick = async () => { player.set(false); messages.say(""); await ask(verb); describe(); };
  }
  choice.onchange = async () => { player.set(false); messages.say(""); await ask("choose", { name: choice.value }); describe(); };
  const look = newest(ask);
  scrub.oninput = async () => {
    player.set(false);
    await look("show", { index: Number(scrub.value) });
    describe();
  };

  // --- painting ---

  function paint(frame, looking) {
    shown = frame;
    if (frame.choices?.length && !choice.length) {
      if (!frame.choice) make("option", { value: "", textContent: "as given" }, choice);
      for (const name of frame.choices) make("option", { value: name, textContent: name }, choice);
      buttons.insertBefore(choices, speed.parentElement);
    }
    choice.value = frame.choice ?? "";
    paintPlane(frame);
    paintChart(frame);
    scrub.max = Math.max(0, frame.frames - 1);
    if (!looking) scrub.value = frame.index ?? scrub.max;
    where.textContent = `step ${frame.generator_steps} of ${frame.last_step}`;
    const rate = painted.length > 5 ? (1000 * (painted.length - 1)) / (painted.at(-1) - painted[0]) : null;
    const cells = [
      ["critic steps", frame.critic_steps],
      [frame.loss === "wgan" ? "critic gap" : "gap of the logits", rounded(frame.gap)],
      ["exact W1", rounded(solved(frame, 2))],
      ["certified", rounded(solved(frame, 3))],
      [frame.loss === "wgan" ? "mean slope" : "mean push", rounded(frame.push, 2)],
    ];
    if (frame.mode_count) cells.push(["modes", `${frame.modes} of ${frame.mode_count}`]);
    if (player.isOn() && rate) cells.push(["frames a second", rate.toFixed(0)]);
    showNumbers(numbers, cells);
    Object.assign(paper.dataset, {
      step: frame.generator_steps, critic: frame.critic_steps, gap: frame.gap, w1: solved(frame, 2), modes: frame.modes,
      frames: frame.frames, rate: rate ?? "", painted: Number(paper.dataset.painted ?? 0) + 1, done: frame.done,
    });
  }

  function describe() {
    if (!shown) return;
    const f = shown;
    const found = f.mode_count ? `, ${f.modes} of ${f.mode_count} modes found` : "";
    plane.canvas.setAttribute("aria-label", `Real and generated points over the critic's surface after ${f.generator_steps} generator steps${found}; the mean push on a generated point is ${rounded(f.push, 2)}.`);
    chart.canvas.setAttribute("aria-label", `Critic gap and exact W1 over ${f.generator_steps} generator steps; the gap is now ${rounded(f.gap)}, exact W1 ${rounded(solved(f, 2))}, its sampling floor ${rounded(f.floor)}.`);
  }

  function paintPlane(frame) {
    const { context, width, height } = plane;
    const box = { left: 34, top: 8, width: width - 42, height: height - 42 };
    context.clearRect(0, 0, width, height);
    const surface = paintSurface(frame.surface);
    context.imageSmoothingEnabled = true;
    context.drawImage(surface, box.left, box.top, box.width, box.height);
    const w = frame.half_width, [cx, cy] = frame.center;
    makeAxes(context, box, [cx - w, cx + w], [cy - w, cy + w]);
    const X = (x) => box.left + ((x + w) / (2 * w)) * box.width;
    const Y = (y) => box.top + ((w - y) / (2 * w)) * box.height;
    context.save();
    context.beginPath(); context.rect(box.left, box.top, box.width, box.height); context.clip();
    context.fillStyle = COLORS.real; context.globalAlpha = 0.8;
    for (let i = 0; i < frame.real.length; i += 2) mark(context, "real", X(frame.real[i]), Y(frame.real[i + 1]), 2.6);
    context.globalAlpha = 1; context.strokeStyle = COLORS.ink; context.lineWidth = 1.1;
    for (let i = 0; i < frame.arrows.length; i += 2) arrow(context, X(frame.fake[i]), Y(frame.fake[i + 1]), ARROW * frame.arrows[i], -ARROW * frame.arrows[i + 1]);
    context.fillStyle = COLORS.fake; context.globalAlpha = 0.9;
    for (let i = 0; i < frame.fake.length; i += 2) mark(context, "fake", X(frame.fake[i]), Y(frame.fake[i + 1]), 3);
    context.restore();
    context.strokeStyle = COLORS.ink; context.lineWidth = 3;
    context.beginPath(); context.moveTo(box.left + 10, box.top + box.height - 10);
    context.lineTo(box.left + 10 + ARROW, box.top + box.height - 10); context.stroke();
  }

  function paintChart(frame) {
    const { context, width, height } = chart;
    const box = { left: 44, top: 30, width: width - 56, height: height - 76 };
    context.clearRect(0, 0, width, height);
    const [rows, count] = frame.trace.shape;
    const row = (k) => frame.trace.subarray(k * count, (k + 1) * count);
    const [steps, gap, w1, certified] = [0, 1, 2, 3].map(row);
    const solved = [...w1].filter((value) => !Number.isNaN(value));
    const gaps = [...gap].sort((a, b) => a - b);
    const top = 1.15 * Math.max(frame.floor, ...solved, Math.min(gaps[Math.floor(0.95 * (count - 1))], 3 * Math.max(...solved)));
    const bottom = Math.max(-0.3 * top, Math.min(0, 1.1 * gaps[0]));
    const { X, Y } = makeAxes(context, box, [0, Math.max(20, steps[count - 1])], [bottom, top], { xLabel: "generator steps", yLabel: frame.loss === "wgan" ? "critic gap and W1" : "gap of the logits and W1" });
    context.save();
    context.beginPath(); context.rect(box.left, box.top - 3, box.width + 12, box.height + 3); context.clip();
    context.strokeStyle = COLORS.quiet; context.setLineDash([5, 4]); context.lineWidth = 1.5;
    path(context, [[box.left, Y(frame.floor)], [box.left + box.width, Y(frame.floor)]]);
    context.setLineDash([]);
    if (bottom < 0) { context.lineWidth = 0.7; path(context, [[box.left, Y(0)], [box.left + box.width, Y(0)]]); }
    context.strokeStyle = COLORS.critic; context.lineWidth = 1.8;
    path(context, Array.from(gap, (value, i) => [X(steps[i]), Y(value)]));
    const at = Array.from(w1, (_, i) => i).filter((i) => !Number.isNaN(w1[i]));
    context.strokeStyle = context.fillStyle = COLORS.exact; context.lineWidth = 1;
    path(context, at.map((i) => [X(steps[i]), Y(w1[i])]));
    for (const i of at) mark(context, "exact", X(steps[i]), Y(w1[i]), 4);
    context.fillStyle = COLORS.plan;
    for (const i of at) mark(context, "plan", X(steps[i]), Y(certified[i]), 3.2);
    context.strokeStyle = COLORS.ink; context.lineWidth = 1;
    const now = X(frame.generator_steps);
    path(context, [[now, box.top], [now, box.top + box.height]]);
    context.restore();
  }

  ask("now").then(describe);
  return () => { player.close(); close(); };
}

/** A row of the trace at its latest solved frame that is not after the one shown: W1 is not solved in every frame. */
function solved(frame, row) {
  const [, count] = frame.trace.shape;
  let found = NaN;
  for (let i = 0; i < count && frame.trace[i] <= frame.generator_steps; i++) {
    const value = frame.trace[row * count + i];
    if (!Number.isNaN(value)) found = value;
  }
  return found;
}

function arrow(context, x, y, dx, dy) {
  const length = Math.hypot(dx, dy);
  if (!(length > 0.5)) return;
  const most = Math.min(1, 60 / length), head = Math.min(5, 0.5 * length * most);
  const toX = x + dx * most, toY = y + dy * most, angle = Math.atan2(dy, dx);
  context.beginPath();
  context.moveTo(x, y); context.lineTo(toX, toY);
  for (const side of [-1, 1]) {
    context.moveTo(toX, toY);
    context.lineTo(toX - head * Math.cos(angle + side * 0.45), toY - head * Math.sin(angle + side * 0.45));
  }
  context.stroke();
}

export default { render };
