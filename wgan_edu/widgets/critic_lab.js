// The critic lab. It draws what it is given, and does not know whether a kernel or a recording answers.

const LAB_SIDE = 400;
const LAB_BUDGET = 0.06;  // seconds of training from frame to frame

function render({ model, el }) {
  const paper = makePaper(el, "Critic lab");
  const buttons = make("div", { className: "row" }, paper);
  const choice = make("select", {}, make("label", { textContent: "Constraint " }, buttons));
  const button = (text, title) => make("button", { type: "button", textContent: text, title }, buttons);
  const play = button("Play", "Train until paused");
  play.className = "main";
  const step = button("Step", "One step of the critic");
  const reset = button("Reset", "Begin again with a fresh critic");

  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures), right = make("figure", {}, pictures);
  const plane = makeCanvas(left, LAB_SIDE, LAB_SIDE, "How steep the critic is");
  const chart = makeCanvas(right, LAB_SIDE, LAB_SIDE, "Raw estimate and certified bound over training");
  make("figcaption", {}, left).innerHTML = `Slope of the critic: <span class="swatch" style="color:${COLORS.flat}">■</span> below 1, white at 1, <span class="swatch" style="color:${COLORS.steep}">■</span> above, full color at 0 and 2. <span class="swatch" style="color:${COLORS.real}">●</span> real, <span class="swatch" style="color:${COLORS.fake}">▲</span> fake.`;
  make("figcaption", {}, right).innerHTML = `<span class="swatch" style="color:${COLORS.critic}">—</span> raw estimate, <span class="swatch" style="color:${COLORS.plan}">■</span> certified lower bound; dashed, exact W1 of these points.`;
  const numbers = make("div", { className: "numbers" }, paper);
  const messages = makeMessages(paper);

  let shown = null;
  const { ask, close } = inTurn(model, messages, (answer) => paint(answer), () => player.set(false));
  const player = makePlay(play, el, frame, (playing) => (playing ? messages.say("") : describe()));
  async function frame() {
    await ask("tick", lessMotion() ? { steps: 10, budget: 1 } : { steps: 1000, budget: LAB_BUDGET });
    if (shown?.done && player.isOn()) { player.set(false); messages.say("The last step is taken. Choose another constraint, or reset."); }
    if (lessMotion()) await later(500);
  }
  step.onclick = async () => { player.set(false); messages.say(""); await ask("tick", { steps: 1, budget: 1 }); describe(); };
  const begin = async () => { messages.say(""); await ask("choose", { name: choice.value }); describe(); };
  reset.onclick = () => { player.set(false); begin(); };
  choice.onchange = begin;  // a lab that plays goes on playing under the new constraint

  // --- painting ---

  function paint(frame) {
    shown = frame;
    if (!choice.options.length) for (const name of frame.choices) make("option", { value: name, textContent: name }, choice);
    choice.value = frame.choice;
    paintPlane(frame);
    paintChart(frame);
    showNumbers(numbers, [
      ["step", `${frame.step} of ${frame.last_step}`], ["raw", rounded(frame.raw)], ["certified", rounded(frame.certified)],
      ["exact W1", rounded(frame.w1)], ["mean slope at the points", rounded(frame.mean_norm, 2)],
    ]);
    Object.assign(paper.dataset, {
      step: frame.step, raw: frame.raw, certified: frame.certified, w1: frame.w1, choice: frame.choice,
      painted: Number(paper.dataset.painted ?? 0) + 1, done: frame.done,
    });
  }

  function describe() {
    if (!shown) return;
    const f = shown;
    plane.canvas.setAttribute("aria-label", `Slopes of the critic over the plane under ${f.choice} after ${f.step} steps; the mean slope at the points is ${rounded(f.mean_norm, 2)}.`);
    chart.canvas.setAttribute("aria-label", `Over ${f.step} steps: raw estimate now ${rounded(f.raw)}, certified ${rounded(f.certified)}, exact W1 ${rounded(f.w1)}.`);
  }

  function paintPlane(frame) {
    const { context, width, height } = plane;
    const box = { left: 34, top: 8, width: width - 42, height: height - 42 };
    context.clearRect(0, 0, width, height);
    context.imageSmoothingEnabled = true;
    context.drawImage(paintNorms(frame.norms), box.left, box.top, box.width, box.height);
    const w = frame.half_width, [cx, cy] = frame.center;
    makeAxes(context, box, [cx - w, cx + w], [cy - w, cy + w]);
    const X = (x) => box.left + ((x + w) / (2 * w)) * box.width;
    const Y = (y) => box.top + ((w - y) / (2 * w)) * box.height;
    for (const role of ["real", "fake"]) {
      context.fillStyle = COLORS[role]; context.globalAlpha = 0.9;
      const points = frame[role];
      for (let i = 0; i < points.length; i += 2) mark(context, role, X(points[i]), Y(points[i + 1]), 2.4);
    }
    context.globalAlpha = 1;
  }

  function paintChart(frame) {
    const { context, width, height } = chart;
    const box = { left: 44, top: 30, width: width - 56, height: height - 76 };
    context.clearRect(0, 0, width, height);
    const count = frame.trace.shape[1];
    const row = (k) => Array.from(frame.trace.subarray(k * count, (k + 1) * count));
    const [steps, raw, certified] = [0, 1, 2].map(row);
    const finite = raw.filter(Number.isFinite);
    const top = 1.15 * Math.max(frame.w1, Math.min(Math.max(...finite), 2.5 * frame.w1));
    const bottom = Math.min(0, Math.max(Math.min(...finite), -0.5 * frame.w1));
    const { X, Y } = makeAxes(context, box, [0, Math.max(50, frame.step)], [bottom, top], { xLabel: "critic steps", yLabel: "raw, certified, exact" });
    context.save();
    context.beginPath(); context.rect(box.left, box.top - 3, box.width + 12, box.height + 6); context.clip();
    context.strokeStyle = COLORS.exact; context.lineWidth = 1.4; context.setLineDash([5, 4]);
    path(context, [[box.left, Y(frame.w1)], [box.left + box.width, Y(frame.w1)]]);
    context.setLineDash([]);
    context.strokeStyle = COLORS.critic; context.lineWidth = 1.8;
    path(context, raw.map((value, i) => [X(steps[i]), Y(value)]));
    context.strokeStyle = context.fillStyle = COLORS.plan; context.lineWidth = 1;
    path(context, certified.map((value, i) => [X(steps[i]), Y(value)]));
    const each = Math.ceil(count / 25);
    certified.forEach((value, i) => { if (i % each === 0 || i === count - 1) mark(context, "plan", X(steps[i]), Y(value), 3.4); });
    context.restore();
  }

  ask("now").then(describe);
  return () => { player.close(); close(); };
}

/** Slopes on a grid: gray below 1, white at 1, ochre above; full color at 0 and at 2. */
function paintNorms(norms) {
  const [rows, columns] = norms.shape;
  const canvas = make("canvas", { width: columns, height: rows });
  const image = new ImageData(columns, rows), flat = channels(COLORS.flat), steep = channels(COLORS.steep);
  for (let j = 0; j < rows; j++) for (let i = 0; i < columns; i++) {
    const off = Math.max(-1, Math.min(1, norms[(rows - 1 - j) * columns + i] - 1));
    const full = off < 0 ? flat : steep;
    image.data.set([...full.map((value) => 255 + Math.abs(off) * (value - 255)), 255], 4 * (j * columns + i));
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

export default { render };
