// The page of kit serve: asks /v1/models what there is, makes an input for it, shows what it predicts.
const at = id => document.getElementById(id);
// Okabe and Ito 2008, "Color universal design"; the same colours as in the figures of kit
const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"];
const BACKGROUND = ["0", "background", "bg", "none", "other", "rest", "unlabeled", "unlabelled"];
const SHOWN = 8; // bars before "show all"
let model, asked = 0;
let token = new URLSearchParams(location.hash.slice(1)).get("token") ?? sessionStorage.getItem("token");

function make(tag, properties = {}, ...children) {
  const { style = {}, ...rest } = properties;
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) {
    if (name in element && name !== "list") element[name] = value; // an input's list can only be read
    else element.setAttribute(name, value);
  }
  for (const [name, value] of Object.entries(style)) element.style.setProperty(name, value);
  element.append(...children);
  return element;
}

const color = index => index < PALETTE.length ? PALETTE[index] : `hsl(${(index * 137.5) % 360} 70% 55%)`;
const percent = share => `${(100 * share).toFixed(share > 0 && share < 0.1 || share > 0.9 && share < 1 ? 1 : 0)} %`;
const number = value => value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e12)
  ? value.toLocaleString("en", { maximumSignificantDigits: 4 }) : value.toExponential(3);

async function ask(path, options = {}) {
  const headers = { ...options.headers, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(path, { ...options, headers }).catch(() => {
    throw Error("The server does not answer. Is it still running?");
  });
  const found = await answer.json();
  if (answer.status === 401) { at("key").hidden = false; at("desk").hidden = true; at("token").focus(); }
  if (!answer.ok) throw Error(found.error);
  return found;
}

// ---- what is given ----

const INPUTS = { images: imageInput, table: tableInput, texts: textInput, numbers: numbersInput };

async function predict(body, headers, shown) {
  const mine = ++asked, began = performance.now();
  document.body.classList.add("busy");
  at("result").setAttribute("aria-busy", "true");
  try {
    const found = await ask(`v1/models/${model.name}:predict`, { method: "POST", body, headers });
    if (mine !== asked) return;
    show(found.predictions[0], found.notes ?? [], shown);
    at("speed").textContent = `${(performance.now() - began).toFixed(0)} ms there and back, ${model.runtime}`;
  } catch (error) {
    if (mine !== asked) return;
    at("result").replaceChildren(make("p", { className: "wrong", role: "alert" }, error.message));
    at("speed").textContent = "";
  } finally {
    if (mine === asked) document.body.classList.remove("busy");
    at("result").removeAttribute("aria-busy");
  }
}

function predictInstance(instance) {
  const body = JSON.stringify({ instances: [instance] });
  at("command").textContent = `curl ${address()} \\\n  -H 'Content-Type: application/json'${key()} \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
  return predict(body, { "Content-Type": "application/json" });
}

const address = () => new URL(`v1/models/${model.name}:predict`, location.href).href;
const key = () => token ? " \\\n  -H 'Authorization: Bearer TOKEN'" : "";

function imageInput() {
  const choose = make("input", { type: "file", accept: "image/*", id: "file" });
  const words = make("b", {}, "Choose an image");
  const drop = make("label", { className: "drop", htmlFor: "file" }, words, "or drop or paste it here", choose);
  const place = make("div");
  at("input").replaceChildren(place, drop);
  at("result").replaceChildren(make("p", { className: "soft" }, "Give an image to see what the model says of it."));
  at("command").textContent = `curl ${address()} \\\n  -H 'Content-Type: image/jpeg'${key()} \\\n  --data-binary @image.jpg`;
  const take = file => {
    if (!file) return;
    words.textContent = "Choose another image";
    drop.classList.add("small");
    const picture = make("img", { alt: `The chosen image, ${file.name}`, src: URL.createObjectURL(file) });
    const stage = make("div", { className: "stage" }, picture);
    picture.onload = () => {
      stage.classList.toggle("tiny", picture.naturalWidth < 160);
      if (picture.naturalWidth < 420) picture.style.width = "420px";
    };
    picture.onerror = () => { picture.alt = `${file.name}: this browser cannot show it, the model may read it`; };
    place.replaceChildren(stage);
    predict(file, { "Content-Type": "application/octet-stream" }, stage);
  };
  choose.onchange = () => take(choose.files[0]);
  window.ondragover = event => { event.preventDefault(); document.body.classList.add("over"); };
  window.ondragleave = () => document.body.classList.remove("over");
  window.ondrop = event => {
    event.preventDefault();
    document.body.classList.remove("over");
    take(event.dataTransfer.files[0]);
  };
  window.onpaste = event => take([...event.clipboardData.files][0]);
}

function tableInput() {
  const fields = model.input.columns.map(field);
  const button = make("button", {}, "Predict");
  at("input").replaceChildren(make("div", { className: "fields" }, ...fields.map(([, label]) => label)), button);
  const go = () => predictInstance(Object.fromEntries(fields.map(([name, , value]) => [name, value()])));
  at("input").onchange = go;
  at("input").onsubmit = event => { event.preventDefault(); go(); };
  go();
}

function field(column) {
  const { name, kind, levels, typical } = column;
  let control, value;
  if (kind === "boolean" || (kind === "category" && levels.length <= 30)) {
    const choices = kind === "boolean" ? [[false, "no"], [true, "yes"]] : levels.map(level => [level, String(level)]);
    const all = [...choices, [null, "missing"]];
    control = make("select", {}, ...all.map(([each, text]) => make("option", { value: JSON.stringify(each) }, text)));
    control.value = JSON.stringify(typical);
    value = () => JSON.parse(control.value);
  } else if (kind === "category") {
    const list = make("datalist", { id: `levels of ${name}` }, ...levels.map(level => make("option", { value: level })));
    control = make("input", { value: typical ?? "", list: list.id, autocomplete: "off" });
    const known = new Map(levels.map(level => [String(level), level]));
    value = () => control.value === "" ? null : known.get(control.value) ?? control.value;
    return [name, make("label", {}, name, control, list), value];
  } else {
    control = make("input", { type: kind === "numeric" ? "number" : "date", value: typical ?? "" });
    if (kind === "numeric") control.step = "any";
    value = () => control.value === "" ? null : kind === "numeric" ? Number(control.value) : control.value;
  }
  return [name, make("label", {}, name, control), value];
}

function textInput() {
  const text = make("textarea", { id: "text", placeholder: "Write or paste a text" });
  area(text, () => text.value);
}

function numbersInput() {
  const text = make("textarea", { id: "text", value: JSON.stringify(model.input.example) });
  area(text, () => JSON.parse(text.value));
}

function area(text, value) {
  const label = make("label", { htmlFor: "text" }, model.input.column ?? "Numbers, as lists of JSON");
  at("input").replaceChildren(label, text, make("p", {}, make("button", {}, "Predict")));
  at("result").replaceChildren();
  at("input").onchange = null;
  at("input").onsubmit = event => {
    event.preventDefault();
    try { predictInstance(value()); }
    catch (error) { at("result").replaceChildren(make("p", { className: "wrong", role: "alert" }, "These are no lists of JSON.")); }
  };
}

// ---- what is said ----

function show(said, notes, stage) {
  const parts = [];
  if (said.boxes_xyxy) parts.push(...boxes(said, stage));
  else if (said.mask) parts.push(...mask(said, stage));
  else if (said.image) parts.push(...picture(said, stage));
  else if ("label" in said) parts.push(verdict(said.label), ...bars(said.probabilities ?? said.scores, [said.label]));
  else if (said.labels) parts.push(verdict(said.labels.join(", ") || "none of the labels"), ...bars(said.probabilities, said.labels));
  else if ("value" in said) parts.push(...value("", said.value, said.interval));
  else if (said.values) for (const [name, each] of Object.entries(said.values)) parts.push(...value(name, each, said.interval?.[name]));
  else parts.push(make("pre", {}, JSON.stringify(said, null, 1)));
  parts.push(...notes.map(note => make("p", { className: "note" }, note)));
  at("result").replaceChildren(...parts);
  requestAnimationFrame(() => {
    for (const fill of document.querySelectorAll(".fill")) fill.style.width = fill.dataset.width;
  });
}

const verdict = text => make("p", { className: "verdict" }, String(text));

function bars(shares, said) {
  if (!shares) return [];
  const chosen = new Set(said.map(String));
  const order = Object.entries(shares).sort((a, b) => b[1] - a[1]);
  const most = Math.max(...order.map(([, share]) => Math.abs(share)), 1);
  const rows = order.map(([name, share]) => make("li", { className: chosen.has(name) ? "said" : "" },
    make("span", { className: "name" }, name),
    make("span", { className: "number" }, most > 1 ? number(share) : percent(share)),
    make("span", { className: "track", ariaHidden: "true" },
      make("div", { className: "fill", "data-width": `${100 * Math.max(0, share) / most}%` }))));
  const list = make("ul", { className: "bars", role: "list" }, ...rows.slice(0, SHOWN));
  if (rows.length <= SHOWN) return [list];
  const more = make("button", { className: "quiet", type: "button" }, `Show all ${rows.length}`);
  more.onclick = () => {
    list.append(...rows.slice(SHOWN));
    for (const fill of list.querySelectorAll(".fill")) fill.style.width = fill.dataset.width;
    more.remove();
  };
  return [list, more];
}

function value(name, found, interval) {
  const parts = [make("p", { className: "verdict" }, number(found))];
  if (name) parts.unshift(make("h2", {}, name));
  if (!interval) return parts;
  const [low, high] = interval, width = high - low || 1;
  const place = each => `${15 + 70 * (each - low) / width}%`;
  parts.push(make("p", { className: "soft" }, `likely between ${number(low)} and ${number(high)}`),
    make("div", { className: "interval", ariaHidden: "true" },
      make("div", { className: "track" },
        make("div", { className: "span", style: { left: place(low), right: "15%" } }),
        make("div", { className: "dot", style: { left: place(Math.min(high, Math.max(low, found))) } })),
      make("span", { className: "low", style: { left: place(low) } }, number(low)),
      make("span", { className: "high", style: { left: place(high) } }, number(high))));
  return parts;
}

function layer(stage, element) {
  for (const old of stage.querySelectorAll(".layer")) old.remove();
  element.classList.add("layer");
  element.ariaHidden = "true";
  stage.append(element);
  return element;
}

function boxes(said, stage) {
  const names = model.names.map(String);
  const over = layer(stage, make("div"));
  const drawn = said.boxes_xyxy.map(([x1, y1, x2, y2], place) => {
    const label = String(said.labels[place]);
    const box = make("div", { className: "box", style: { "--c": color(names.indexOf(label)), "--t": readable(color(names.indexOf(label))) } },
      make("span", {}, `${label} ${percent(said.scores[place])}`));
    over.append(box);
    return [box, x1, y1, x2, y2];
  });
  const picture = stage.querySelector("img");
  const arrange = () => {
    for (const [box, x1, y1, x2, y2] of drawn) {
      const [w, h] = [picture.naturalWidth || 1, picture.naturalHeight || 1];
      const sides = { left: x1 / w, top: y1 / h, width: (x2 - x1) / w, height: (y2 - y1) / h };
      for (const [side, share] of Object.entries(sides)) box.style[side] = `${100 * share}%`;
      box.classList.toggle("under", y1 / h < 0.08);
    }
  };
  if (picture.complete) arrange(); else picture.addEventListener("load", arrange);
  const count = said.labels.length;
  const rows = said.labels.map((label, place) => {
    const row = make("li", {}, make("span", { className: "chip", style: { "--c": color(names.indexOf(String(label))) } }),
      make("span", { className: "name" }, String(label)), make("span", { className: "number" }, percent(said.scores[place])));
    row.onmouseenter = () => drawn[place][0].classList.add("lit");
    row.onmouseleave = () => drawn[place][0].classList.remove("lit");
    return row;
  });
  return [verdict(count === 0 ? "Nothing found" : `${count} object${count > 1 ? "s" : ""}`),
    make("ul", { className: "rows", role: "list" }, ...rows)];
}

function mask(said, stage) {
  const { size: [height, width, labels], runs } = said.mask;
  const names = Object.keys(said.classes), flat = new Uint8Array(height * width * (labels ?? 1));
  let place = 0;
  for (const [index, length] of runs) flat.fill(index, place, place += length);
  const hasBackground = !labels && BACKGROUND.includes(names[0].trim().toLowerCase());
  const seen = names.map((_, index) => !(hasBackground && index === 0));
  const canvas = layer(stage, make("canvas", { width, height }));
  if (!stage.querySelector("img").naturalWidth) stage.style.aspectRatio = `${width} / ${height}`;
  const paint = () => paintMask(canvas, flat, labels, seen);
  paint();
  const opacity = make("input", { type: "range", min: 0, max: 100, value: 60, id: "opacity" });
  opacity.oninput = () => { canvas.style.opacity = opacity.value / 100; };
  opacity.oninput();
  const rows = names.map((name, index) => {
    const check = make("input", { type: "checkbox", checked: seen[index] });
    check.onchange = () => { seen[index] = check.checked; paint(); };
    return make("li", {}, make("label", {}, check, make("span", { className: "chip", style: { "--c": color(index) } }),
      make("span", { className: "name" }, name)), make("span", { className: "number" }, percent(said.classes[name])));
  });
  return [make("label", { htmlFor: "opacity" }, "How strongly the mask is drawn"), opacity,
    make("ul", { className: "rows", role: "list" }, ...rows)];
}

function paintMask(canvas, flat, labels, seen) {
  const pen = canvas.getContext("2d"), image = pen.createImageData(canvas.width, canvas.height);
  const rgb = seen.map((_, index) => colorValues(color(index)));
  for (let pixel = 0; pixel < canvas.width * canvas.height; pixel++) {
    let classes = [flat[pixel]];
    if (labels) classes = seen.map((_, index) => index).filter(index => flat[pixel * labels + index]);
    classes = classes.filter(index => seen[index]);
    if (!classes.length) continue;
    for (let channel = 0; channel < 3; channel++) {
      image.data[4 * pixel + channel] = classes.reduce((sum, index) => sum + rgb[index][channel], 0) / classes.length;
    }
    image.data[4 * pixel + 3] = 255;
  }
  pen.putImageData(image, 0, 0);
}

// black or white, whichever is told apart from a colour more easily (WCAG's contrast, linear light by 2.2)
function readable(text) {
  const [red, green, blue] = [...colorValues(text)].map(value => (value / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000" : "#fff";
}

function colorValues(text) {
  const pen = make("canvas", { width: 1, height: 1 }).getContext("2d");
  pen.fillStyle = text;
  pen.fillRect(0, 0, 1, 1);
  return pen.getImageData(0, 0, 1, 1).data;
}

function picture(said, stage) {
  const source = `data:image/png;base64,${said.image.png}`;
  const after = layer(stage, make("img", { src: source, alt: "" }));
  const slide = make("input", { type: "range", min: 0, max: 100, value: 50, id: "slide" });
  slide.oninput = () => { after.style.clipPath = `inset(0 0 0 ${slide.value}%)`; };
  slide.oninput();
  const keep = make("a", { href: source, download: `${model.name}.png` }, "Save the picture");
  return [make("label", { htmlFor: "slide" }, "Left of here what was given, right of it what the model makes of it"),
    slide, make("p", {}, keep)];
}

// ---- which model ----

function choose(found) {
  model = found;
  document.title = at("name").textContent = model.name;
  const scores = Object.entries(model.metrics).filter(([name]) => name !== "loss").slice(0, 2);
  const shown = scores.map(([name, score]) => `${name.replaceAll("_", " ")} ${number(score)}`);
  const about = model.describe.task.replace(/, (void|loss) [^,;]*/g, "");
  at("about").textContent = [about[0].toUpperCase() + about.slice(1), model.describe.input, ...shown].join(" · ");
  at("input").onchange = at("input").onsubmit = window.onpaste = window.ondrop = window.ondragover = null;
  at("speed").textContent = "";
  (INPUTS[model.input.kind] ?? numbersInput)();
}

async function start() {
  try {
    const { models } = await ask("v1/models");
    at("key").hidden = true;
    at("desk").hidden = at("program").hidden = false;
    at("choice").hidden = models.length < 2;
    at("model").replaceChildren(...models.map((each, place) => make("option", { value: place }, each.name)));
    at("model").onchange = () => choose(models[at("model").value]);
    if (token) at("document")?.replaceWith("openapi.json"); // a link carries no token
    choose(models[0]);
  } catch (error) {
    const asksForToken = !at("key").hidden;
    at("about").textContent = !asksForToken ? error.message : token ? "That is not the token of this server." : "";
  }
}

at("key").onsubmit = event => {
  event.preventDefault();
  token = at("token").value;
  sessionStorage.setItem("token", token);
  start();
};
start();
