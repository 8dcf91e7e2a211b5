// The dashboard of a run on pictures. It draws what it is given, from a kernel or from a recording.

const WALL = 400;           // side of the wall of pictures, in CSS pixels
const CHART = 196;          // height of each chart
const TICK_BUDGET = 0.15;   // seconds of training from frame to frame

function render({ model, el }) {
  const paper = makePaper(el, "Dashboard of a run on pictures");
  const buttons = make("div", { className: "row" }, paper);
  const button = (text, title) => make("button", { type: "button", textContent: text, title }, buttons);
  const play = button("Play", "Train until paused");
  play.className = "main";
  const step = button("Step", "One generator step, with the critic steps before it");
  const reset = button("Reset", "Begin again with the same seed");
  const bar = make("progress", { max: 1, value: 0, aria: { label: "Share of the run that is done" } }, buttons);
  bar.style.flex = "1 1 160px";

  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures), right = make("figure", {}, pictures);
  const wall = makeCanvas(left, WALL, WALL, "Generated pictures");
  const gaps = makeCanvas(make("div", {}, right), WALL, CHART, "Critic gap on training and on held-out pictures");
  const norms = makeCanvas(make("div", {}, right), WALL, CHART, "Gradient norms");
  make("figcaption", {}, left).textContent = "Generated from the same noise in every frame; ink on paper.";
  make("figcaption", {}, right).innerHTML = `Above: <span class="swatch" style="color:${COLORS.critic}">—</span> gap on training pictures, <span class="swatch" style="color:${COLORS.extra}">- -</span> on held-out ones. Below: gradient norms of <span class="swatch" style="color:${COLORS.critic}">—</span> critic and <span class="swatch" style="color:${COLORS.fake}">- -</span> generator.`;
  const numbers = make("div", { className: "numbers" }, paper);
  const messages = makeMessages(paper);

  let shown = null;
  const { ask, close } = inTurn(model, messages, (answer) => paint(answer), () => player.set(false));
  const player = makePlay(play, el, frame, (playing) => (playing ? messages.say("") : describe()));
  async function frame() {
    await ask("tick", lessMotion() ? { steps: 1000, budget: 1 } : { steps: 1000, budget: TICK_BUDGET });
    if (shown?.done && player.isOn()) { player.set(false); messages.say(shown.ends ?? "The run is finished."); }
    if (lessMotion()) await later(500);
  }
  step.onclick = async () => { player.set(false); messages.say(""); await ask("tick", { steps: 1, budget: 60 }); describe(); };
  reset.onclick = async () => { player.set(false); messages.say(""); await ask("reset"); describe(); };

  // --- painting ---

  function paint(frame) {
    shown = frame;
    reset.hidden = frame.saved;  // a saved run is not thrown away by one click
    bar.max = frame.last_step; bar.value = frame.step;
    paintWall(frame);
    paintLines(gaps, frame, [1, 2], [COLORS.critic, COLORS.extra], "critic gap", "");
    paintLines(norms, frame, [3, 4], [COLORS.critic, COLORS.fake], "gradient norms", "generator steps");
    showNumbers(numbers, [
      ["step", `${frame.step} of ${frame.last_step}`], ["gap", rounded(frame.gap)], ["held out", rounded(frame.validation_gap)],
      ["gradients", `${rounded(frame.critic_grad_norm, 2)}, ${rounded(frame.generator_grad_norm, 2)}`],
      ["pictures a second", rounded(frame.rate, 0)], [`memory (${frame.device})`, frame.memory === null ? "–" : `${(frame.memory / 1e6).toFixed(0)} MB`],
      ["time left", inWords(frame.seconds_left)],
    ]);
    if (frame.problem) messages.say(frame.problem);
    Object.assign(paper.dataset, {
      step: frame.step, gap: frame.gap, validation: frame.validation_gap, rate: frame.rate ?? "", left: frame.seconds_left ?? "",
      memory: frame.memory ?? "", ink: frame.pictures.reduce((sum, value) => sum + value, 0) / frame.pictures.length,
      painted: Number(paper.dataset.painted ?? 0) + 1, done: frame.done,
    });
  }

  function describe() {
    if (!shown) return;
    const f = shown;
    wall.canvas.setAttribute("aria-label", `${f.pictures.shape[0]} generated pictures after ${f.step} generator steps.`);
    gaps.canvas.setAttribute("aria-label", `Over ${f.step} steps: critic gap on training pictures now ${rounded(f.gap)}, on held-out pictures ${rounded(f.validation_gap)}.`);
    norms.canvas.setAttribute("aria-label", `Gradient norms over ${f.step} steps, now: critic ${rounded(f.critic_grad_norm, 2)}, generator ${rounded(f.generator_grad_norm, 2)}.`);
  }

  function paintWall({ pictures, side }) {
    const { context, width } = wall;
    const [count] = pictures.shape, across = Math.ceil(Math.sqrt(count)), full = across * (side + 1) - 1;
    const sheet = make("canvas", { width: full, height: full });
    const image = new ImageData(full, full);
    image.data.fill(255);
    for (let p = 0; p < count; p++) for (let i = 0; i < side * side; i++) {
      const x = (p % across) * (side + 1) + (i % side), y = Math.floor(p / across) * (side + 1) + Math.floor(i / side);
      const light = 255 * (1 - Math.min(1, Math.max(0, pictures[p * side * side + i])));
      image.data.set([light, light, light, 255], 4 * (y * full + x));
    }
    sheet.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.clearRect(0, 0, width, width);
    context.drawImage(sheet, 0, 0, width, width);
  }

  ask("now").then(describe);
  return () => { player.close(); close(); };
}

/** Rows of the trace over its first row, the second one dashed. */
function paintLines({ context, width, height }, frame, rows, colors, yLabel, xLabel) {
  const count = frame.trace.shape[1];
  const row = (k) => Array.from(frame.trace.subarray(k * count, (k + 1) * count));
  const steps = row(0), lines = rows.map(row);
  const seen = lines.flat().filter(Number.isFinite);
  const top = 1.1 * Math.max(0.01, ...seen), bottom = Math.min(0, 1.1 * Math.min(0, ...seen));
  const box = { left: 44, top: 24, width: width - 56, height: height - (xLabel ? 66 : 48) };
  context.clearRect(0, 0, width, height);
  const { X, Y } = makeAxes(context, box, [0, Math.max(10, frame.step)], [bottom, top], { xLabel, yLabel });
  context.save();
  context.lineWidth = 1.8;
  lines.forEach((line, i) => {
    context.strokeStyle = colors[i];
    context.setLineDash(i ? [5, 3] : []);
    path(context, line.map((value, j) => [X(steps[j]), Y(value)]).filter(([, y]) => Number.isFinite(y)));
  });
  context.restore();
}

/** Seconds as a person says them. */
function inWords(seconds) {
  if (seconds === null || Number.isNaN(seconds)) return "–";
  if (seconds < 90) return `${seconds.toFixed(0)} s`;
  return seconds < 5400 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

export default { render };
