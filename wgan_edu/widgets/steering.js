// Steering: a row of digits as they were asked for, the same after a walk through the noise, and what changed.

const COLUMNS = 6, CELL = 66, GAP = 6, LEFT = 56, BARS = 330;  // pixels

function render({ model, el }) {
  const paper = makePaper(el, "Steer a generator");
  const top = make("div", { className: "row" }, paper);
  const label = make("select", {}, make("label", { textContent: "Ask for a " }, top));
  const goal = make("select", {}, make("label", { textContent: "Push " }, top));
  const hold = make("input", { type: "checkbox" }, make("label", { textContent: "Hold the other attributes" }, top));
  const noise = make("button", { type: "button", textContent: "New noise", title: "Twelve other digits of the same label" }, top);
  const wide = make("label", { className: "wide" }, make("div", { className: "row" }, paper));
  const said = make("span", { textContent: "Strength" }, wide);
  said.style.minWidth = "110px";
  const strength = make("input", { type: "range", dataset: { name: "strength" }, min: -4, max: 4, step: 0.25, value: 0 }, wide);

  const pictures = make("div", { className: "row pictures" }, paper);
  const left = make("figure", {}, pictures), right = make("div", { className: "side" }, pictures);
  const high = 4 * CELL + 5 * GAP + 20;
  const sheet = makeCanvas(left, LEFT + COLUMNS * (CELL + GAP), high, "Generated digits before and after");
  make("figcaption", { textContent: "Above: twelve digits as asked for. Below: the same twelve after the walk. A number in the corner: what the classifier reads, where it is not what was asked for." }, left);
  const bars = makeCanvas(right, BARS, 190, "What changed");
  make("div", { textContent: "Mean change of each attribute, in standard deviations among generated digits of this label; of the probability of being read as asked, in points from 0 to 1. Hatched: what is pushed. Outline: the mean size, where changes up and down do not cancel." }, right);
  const numbers = make("div", { className: "numbers upright" }, right);
  const messages = makeMessages(paper);

  let shown = null, wishes = {};
  const { ask, close } = inTurn(model, messages, (answer) => paint(answer));
  const newestOnly = newest(ask);
  const change = (values) => {
    Object.assign(wishes, values);  // of several controls, until the kernel is free
    return newestOnly("push", () => { const all = wishes; wishes = {}; return all; }).then(describe);
  };
  label.onchange = () => change({ label: Number(label.value) });
  goal.onchange = () => change({ goal: goal.value });
  hold.onchange = () => change({ hold: hold.checked });
  noise.onclick = () => change({ seed: (wishes.seed ?? shown?.seed ?? 0) + 1 });
  strength.oninput = () => change({ strength: Number(strength.value) });

  // --- painting ---

  const signed = (value, digits = 2) => (value > 0 ? "+" : "") + rounded(value, digits);

  function paint(scene) {
    shown = scene;
    if (!goal.options.length) {
      for (const name of scene.goals) make("option", { value: name, textContent: name }, goal);
      for (let digit = 0; digit < 10; digit++) make("option", { value: digit, textContent: digit }, label);
    }
    label.value = scene.label; goal.value = scene.goal; hold.checked = scene.hold;
    if (wishes.strength === undefined && Number(strength.value) !== scene.strength) strength.value = scene.strength;
    said.textContent = `Strength ${signed(scene.strength)}`;
    paintSheet(scene);
    paintBars(scene);
    showNumbers(numbers, [["read as asked, before", rounded(scene.likely[0], 2)], ["after", rounded(scene.likely[1], 2)]]);
    const found = Object.fromEntries(scene.names.map((name, i) => [name.replace(" ", "-").replace(/-(.)/, (_, c) => c.toUpperCase()), scene.changes[i]]));
    Object.assign(paper.dataset, {
      ...found, label: scene.label, goal: scene.goal, strength: scene.strength, hold: scene.hold, seed: scene.seed,
      likely: scene.likely[1], painted: Number(paper.dataset.painted ?? 0) + 1,
    });
  }

  function paintSheet(scene) {
    const { context, width, height } = sheet;
    context.clearRect(0, 0, width, height);
    const [count, size] = scene.pictures.shape, side = Math.round(Math.sqrt(size)), half = count / 2;
    const tile = make("canvas", { width: side, height: side }), brush = tile.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.textBaseline = "middle"; context.fillStyle = COLORS.ink; context.textAlign = "left";
    ["before", "after"].forEach((word, block) => context.fillText(word, 0, block * (height / 2 + 8) + CELL + GAP / 2));
    for (let k = 0; k < count; k++) {
      const block = k < half ? 0 : 1, i = k % half;
      const x = LEFT + (i % COLUMNS) * (CELL + GAP), y = block * (height / 2 + 8) + Math.floor(i / COLUMNS) * (CELL + GAP);
      const image = brush.createImageData(side, side);
      for (let p = 0; p < size; p++) {
        const shade = 255 * (1 - Math.max(0, Math.min(1, scene.pictures[k * size + p])));
        image.data.set([shade, shade, shade, 255], 4 * p);
      }
      brush.putImageData(image, 0, 0);
      context.drawImage(tile, x, y, CELL, CELL);
      context.strokeStyle = COLORS.guide; context.lineWidth = 1; context.strokeRect(x + 0.5, y + 0.5, CELL - 1, CELL - 1);
      const read = (block ? scene.read_as : scene.read_before)[i];
      if (read !== scene.label) {
        context.fillStyle = COLORS.paper; context.fillRect(x + CELL - 17, y + 1, 16, 18);
        context.fillStyle = COLORS.fake; context.textAlign = "center";
        context.fillText(read, x + CELL - 9, y + 11);
      }
    }
  }

  function paintBars(scene) {
    const { context, width, height } = bars, from = 96, room = width - from - 60, high = height / scene.names.length;
    context.clearRect(0, 0, width, height);
    const most = Math.max(1, ...scene.sizes), zero = from + room / 2, scale = room / 2 / most;
    context.textBaseline = "middle";
    scene.names.forEach((name, i) => {
      const y = i * high + high / 2, to = scale * scene.changes[i], pushed = name === scene.goal;
      context.fillStyle = COLORS.ink; context.textAlign = "right"; context.fillText(name, from - 12, y);
      context.fillStyle = pushed ? COLORS.plan : name === "as asked" ? COLORS.quiet : COLORS.extra;
      context.fillRect(Math.min(zero, zero + to), y - 10, Math.abs(to), 20);
      if (pushed) {
        context.strokeStyle = COLORS.paper; context.lineWidth = 1.5;
        for (let x = Math.min(zero, zero + to) + 5; x < Math.max(zero, zero + to); x += 7) path(context, [[x, y - 10], [x, y + 10]]);
      }
      const size = scale * scene.sizes[i] * (scene.changes[i] < 0 ? -1 : 1);  // without the signs that cancel
      context.strokeStyle = COLORS.ink; context.lineWidth = 1;
      if (Math.abs(size) > 0.5) context.strokeRect(Math.min(zero, zero + size), y - 10, Math.abs(size), 20);
      context.fillStyle = COLORS.ink; context.textAlign = "left"; context.fillText(signed(scene.changes[i]), from + room + 10, y);
    });
    context.strokeStyle = COLORS.quiet; context.lineWidth = 1;
    path(context, [[zero, 2], [zero, height - 2]]);
  }

  function describe() {
    if (!shown) return;
    const changes = shown.names.map((name, i) => `${name} ${signed(shown.changes[i])}`).join(", ");
    const words = `Asked for a ${shown.label}, pushed ${shown.goal} by ${rounded(shown.strength, 2)}${shown.hold ? ", the others held" : ""}: ${changes}.`;
    messages.say(words);
    sheet.canvas.setAttribute("aria-label", `Twelve generated digits before and after. ${words}`);
    bars.canvas.setAttribute("aria-label", `Changes: ${changes}.`);
  }

  ask("now").then(describe);
  return close;
}

export default { render };
