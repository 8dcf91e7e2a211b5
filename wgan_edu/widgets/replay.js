// A recording in place of the kernel: the page of a view asks as ever, and what was recorded answers. Joined after a view.

const SLOWEST = 150;  // ms that an answer to `tick` takes at most: what is not trained here has its time all the same

/** Put a view to the next place on the page that waits for it. */
async function replay(render, mark, css, says, text) {
  const host = document.querySelector(`[data-recording="${mark}"]:not([data-alive])`);
  if (!host) return;
  host.dataset.alive = "";
  try {
    const recording = await openRecording(text);
    const root = host.attachShadow({ mode: "open" });  // neither the page's style nor that of another view gets in
    make("style", { textContent: css }, root);
    const el = make("div", { className: "recorded" }, root);
    const under = make("div", { className: "recording" });
    make("span", { textContent: says }, under);
    const note = make("span", { aria: { role: "status" } }, under);
    render({ model: replayedModel(recording, (words) => { if (note.textContent !== words) note.textContent = words; }), el });
    el.firstElementChild.append(under);
    for (const button of el.querySelectorAll("button")) {
      if (!recording.without.includes(button.textContent)) continue;
      button.disabled = true;
      button.title = "This copy is a recording: open the notebook to do this.";
    }
    for (const [name, [min, max, step]] of Object.entries(recording.sliders)) {
      Object.assign(el.querySelector(`[data-name="${name}"]`), { min, max, step });
    }
  } catch (error) {
    host.textContent = `${says} It cannot be shown in this browser (${error.message}); the figures of this page show the same.`;
    console.error(error);
  }
}

// --- the numbers ---

async function openRecording(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = await new Response(stream).arrayBuffer();
  const length = new DataView(bytes).getUint32(0, true), from = 4 + length;
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, length)));
  const numbersAt = (part) => {  // what refers to numbers gets them, at any depth
    if (part === null || typeof part !== "object") return part;
    if ("numbers" in part) {
      const count = part.shape.reduce((product, n) => product * n, 1);
      return Object.assign(new Float32Array(bytes, from + part.numbers, count), { shape: part.shape });
    }
    if (Array.isArray(part)) return part.map(numbersAt);
    return Object.fromEntries(Object.entries(part).map(([name, inner]) => [name, numbersAt(inner)]));
  };
  const { columns, ...rest } = head;
  const read = Object.entries(columns).map(([name, column]) => [name, columnReader(column, bytes, from, numbersAt)]);
  const readers = Object.fromEntries(read);
  const answer = (index) => Object.fromEntries(read.map(([name, at]) => [name, at(index)]));
  return { ...numbersAt(rest), answer, value: (name, index) => readers[name](index) };
}

/** What gives the value of one name in the answer with an index. */
function columnReader(column, bytes, from, numbersAt) {
  if ("same" in column) { const value = numbersAt(column.same); return () => value; }
  if ("each" in column) {
    const values = numbersAt(column.each);
    return (index) => values[column.which ? column.which[index] : index];
  }
  const { shape, low, step, which, spiral } = column;
  const size = shape.slice(1).reduce((product, n) => product * n, 1), all = shape[0] * size;
  const parts = new Uint8Array(bytes, from + column.at, 3 * all), steps = new Int32Array(all);
  for (let i = 0; i < all; i++) {
    const folded = parts[i] + 256 * parts[i + all] + 65536 * parts[i + 2 * all];
    steps[i] = folded & 1 ? -(folded + 1) / 2 : folded / 2;
  }
  for (const axis of [...column.along].reverse()) {  // differences, added up again
    const stride = shape.slice(axis + 1).reduce((product, n) => product * n, 1);
    for (let i = 0; i < all; i++) if (Math.floor(i / stride) % shape[axis]) steps[i] += steps[i - stride];
  }
  return (index) => {
    const row = which[index];
    if (row < 0) return null;
    const k = low.length > 1 ? row : 0;
    const values = Float32Array.from({ length: size }, (_, i) => low[k] + step[k] * steps[row * size + i]);
    if (spiral) for (let i = 0; i < size; i += 2) {
      const away = Math.exp(values[i]), angle = values[i + 1];
      values[i] = away * Math.cos(angle); values[i + 1] = away * Math.sin(angle);
    }
    return Object.assign(values, { shape: shape.slice(1) });
  };
}

// --- the model ---

class NotRecorded extends Error {}

/** As much of a model as a view uses. `note(words)` says what is particular about the last answer. */
function replayedModel(recording, note) {
  const heard = {}, { traits } = recording;
  const answered = { film, nearest }[recording.next.kind]?.(recording, note);
  const tell = (event, ...what) => { for (const hear of [...(heard[event] ?? [])]) hear(...what); };
  return {
    get: (name) => traits[name] ?? null,
    set: (name, value) => { traits[name] = value; },
    save_changes: () => {},
    on: (event, hear) => { (heard[event] ??= []).push(hear); },
    off: (event, hear) => { heard[event] = (heard[event] ?? []).filter((one) => one !== hear); },
    send: ({ ask, verb, values }) => {
      const content = { answer: ask }, buffers = [];
      try {
        for (const [name, value] of Object.entries(answered(verb, values ?? {}))) {
          content[name] = value instanceof Float32Array ? { buffer: buffers.push(value) - 1, shape: value.shape } : value;
        }
      } catch (error) {
        content[error instanceof NotRecorded ? "calm" : "error"] = error.message;
      }
      setTimeout(() => tell("msg:custom", content, buffers), verb === "tick" ? Math.min(SLOWEST, 1000 * values.budget) : 0);
    },
  };
}

// --- a film: frames in the order of the run, and beside it what steps of one kind alone would do ---

function film({ answer, value, next: { clock, grows, reels } }, note) {
  let reel = reels[0], at = 0, far = 0, aside = null;  // aside: { side, step } while off the main reel
  const times = new Map(reels.map((one) => [one, one.frames.map((index) => value(clock, index))]));
  const time = (k) => times.get(reel)[k];
  const last = () => reel.frames.length - 1;

  function go(verb, values) {
    note("");
    if (verb === "now") return;
    if (verb === "show") { at = Math.max(0, Math.min(last(), values.index)); aside = null; }
    else if (verb === "reset") { at = far = 0; aside = null; }
    else if (verb === "choose") { reel = reels.find((one) => one.choice === values.name); at = far = 0; aside = null; }
    else if (verb === "tick") play(values.steps);
    else byHand(verb);
    far = Math.max(far, at);
  }

  /** So many steps on, but at most to the next frame of the regular ones. */
  function play(steps) {
    if (aside) { aside = null; note(`Back in the recorded run, at step ${time(at)}.`); }
    const wanted = Math.min(time(at) + steps, (Math.floor(time(at) / reel.stride) + 1) * reel.stride);
    const found = times.get(reel).findIndex((now, k) => k > at && now >= wanted);
    at = found < 0 ? last() : found;
  }

  /** A step of one kind, wherever such steps were recorded. */
  function byHand(verb) {
    if (aside) {
      if (verb === aside.side.verb && aside.step < aside.side.frames.length - 1) { aside.step += 1; return; }
      const inTurn = verb === "generator_step" && aside.side.verb === "critic_step" && aside.step === reel.n_critic - 1;
      if (inTurn && time(at + 1) === time(at) + 1) { at += 1; aside = null; return; }
      throw new NotRecorded("The recording has no such step from here: press Play or Reset, or open the notebook to go on by hand.");
    }
    const sides = reel.sides.filter((side) => side.verb === verb);
    const [side] = sides.sort((a, b) => Math.abs(time(a.at) - time(at)) - Math.abs(time(b.at) - time(at)));
    if (!side) throw new NotRecorded("The recording has no such step: open the notebook to take it.");
    if (side.at !== at) note(`Steps by hand were recorded from step ${time(side.at)}; this is the first of them.`);
    at = side.at;
    aside = { side, step: 0 };
  }

  return (verb, values) => {
    go(verb, values);
    const now = answer(aside ? aside.side.frames[aside.step] : reel.frames[at]);
    const seen = aside ? [...reel.frames.slice(0, at + 1), ...aside.side.frames.slice(0, aside.step + 1)] : reel.frames.slice(0, far + 1);
    for (const [name, rows] of Object.entries(grows)) {
      const values = rows.flatMap((row) => seen.map((index) => value(row, index) ?? NaN));
      now[name] = Object.assign(Float32Array.from(values), { shape: [rows.length, seen.length] });
    }
    const ended = !aside && at === last();
    const ends = ended && !now.done ? "The recording ends here. Scrub through it, or reset." : null;
    return { ...now, frames: reel.frames.length, index: at, done: ended, ...(ends && { ends }) };
  };
}

// --- places: a slider moved, a point dragged; the nearest place that was recorded answers ---

const FAR_OFF = 0.15;  // of the recorded range: a wish that ends this far from it was not recorded

function nearest({ answer, value, next: { places, jumps, links, grows, verbs } }, note) {
  let at = 0, come = [0], edited = null;  // come: the answers on the way here; edits of one and the same thing are one step
  const names = Object.keys(places), count = places[names[0]].length;
  const spread = Object.fromEntries(names.map((name) => {
    const numbers = places[name].filter((value) => typeof value === "number");
    return [name, Math.max(...numbers) - Math.min(...numbers) || 1];
  }));
  /** How far apart two values are: numbers as parts of their range, words far. */
  const apart = (name, a, b) => (typeof a === "number" && typeof b === "number" ? Math.abs(a - b) / spread[name] : a === b ? 0 : 1e6);

  function go(verb, values) {
    note("");
    if (verb === "now") return;
    if (verb in jumps) { at = jumps[verb][Object.values(values)[0]]; come = [at]; edited = null; return; }
    const link = links[[verb, ...Object.values(values)].join(" ")];
    if (link) {
      const says = said(link.says, at);
      if (link.to[at] < 0) throw new NotRecorded("The recording ends here: reset, or open the notebook to go on.");
      at = link.to[at];
      come = verb === "reset" ? [at] : [...come, at];
      edited = null;
      return says;
    }
    if (!(verb in verbs)) throw new NotRecorded("The recording cannot do this: open the notebook for it.");
    const wish = Object.fromEntries(names.map((name) => [name, places[name][at]])), asked = new Set();
    for (const [name, value] of Object.entries(values)) {
      const setting = (verbs[verb][name] ?? name).replace(/{(.+?)}/g, (_, part) => values[part]);
      if (value === null || !(setting in places)) continue;
      wish[setting] = value;
      asked.add(setting);
    }
    let least = Infinity;
    for (let k = 0; k < count; k++) {  // what is asked for counts first, then that all else stays
      const off = names.reduce((sum, name) => sum + (asked.has(name) ? 1000 : 1) * apart(name, wish[name], places[name][k]), 0);
      if (off < least) { least = off; at = k; }
    }
    if (!asked.size || names.some((name) => apart(name, wish[name], places[name][at]) > FAR_OFF)) {
      note("That was not recorded; this is the nearest that was. Open the notebook for all.");
    }
    const edit = [...asked].join(" ");
    come = edit === edited ? [...come.slice(0, -1), at] : [...come, at];
    edited = edit;
  }
  const said = (says, index) => ("same" in says ? says.same : says.each[says.which ? says.which[index] : index]);

  return (verb, values) => {
    const says = go(verb, values);
    const grown = Object.entries(grows).map(([name, columns]) => {
      const numbers = come.flatMap((index) => columns.map((column) => value(column, index) ?? NaN));
      return [name, Object.assign(Float32Array.from(numbers), { shape: [come.length, columns.length] })];
    });
    return { ...answer(at), ...(says !== undefined && { says }), ...Object.fromEntries(grown), nearest: true };
  };
}
