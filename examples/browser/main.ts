/** The page: what is asked of the worker, and how what it tells is shown. */

import type { Pictures, TrainEvent } from "vaekit";
import { startWorker, type WorkerError } from "./ask.js";
import { lossCurve } from "./curve.js";
import { drawSheet } from "./drawing.js";
import { latentsAt, type ModelFacts, PAD_SIDE, type Source, type Told } from "./messages.js";
import { latentPad } from "./pad.js";

const SAMPLE_COLUMNS = 8;
const SAMPLE_GAP = 2;

const byId = <Kind extends Element>(id: string) => document.getElementById(id) as unknown as Kind;
const [train, stop, save, saveFolder] = ["train", "stop", "save", "save-folder"].map((id) =>
  byId<HTMLButtonElement>(id),
);
const [records, epochs, latent, net, device] = ["records", "epochs", "latent", "net", "device"].map((id) =>
  byId<HTMLInputElement>(id),
);
const [openZip, openFolder] = ["open-zip", "open-folder"].map((id) => byId<HTMLInputElement>(id));
const [across, up] = ["across", "up"].map((id) => byId<HTMLInputElement>(id));
const [status, problem, kept] = ["status", "problem", "kept"].map((id) => byId<HTMLElement>(id));
const progress = byId<HTMLProgressElement>("progress");

const curve = lossCurve(byId("curve"));
const worker = startWorker("/worker.js", onTold);
let source: Source = "mnist";
/** The model that is shown; null before there is one. */
let facts: ModelFacts | null = null;
let run = { steps: 1, epochs: 1 };

const pad = latentPad({ plane: byId("plane"), mark: byId("mark"), across, up }, () => {
  byId<HTMLElement>("across-value").textContent = pad.at.x.toFixed(2);
  byId<HTMLElement>("up-value").textContent = pad.at.y.toFixed(2);
  void decodeHere();
});

let decoding = false;
let moved = false;
/** Decodes where the pad stands; where it moved meanwhile, once more. */
async function decodeHere(): Promise<void> {
  moved = true;
  if (decoding) return;
  decoding = true;
  while (moved && facts) {
    moved = false;
    const asked = facts;
    const { x, y } = pad.at;
    const pictures = await worker.ask("decode", latentsAt(asked, x, y)).catch(() => null);
    if (!pictures || asked !== facts) continue;
    drawSheet(byId("here"), pictures, 1, 0);
    document.body.dataset.drawn = `${x.toFixed(2)},${y.toFixed(2)}`;
  }
  decoding = false;
}

function onTold(told: Told): void {
  if ("notice" in told) say(told.notice);
  else if ("event" in told) onEvent(told.event, told.facts);
  else if ("samples" in told) showPictures(told.samples, told.pad, told.step);
}

function onEvent(event: TrainEvent, its: ModelFacts): void {
  if (event.event === "start") {
    run = { steps: event.steps, epochs: event.epochs };
    curve.clear(event.epochs);
    adopt(its);
    say(`${event.parameters.toLocaleString("en")} parameters, ${event.records.toLocaleString("en")} records`);
  } else if (event.event === "progress") {
    progress.value = event.step / event.steps;
    curve.train((event.step / event.steps) * run.epochs, event.terms.loss);
    const left = Number.isFinite(event.secondsLeft) ? `, ${timeText(event.secondsLeft)} left` : "";
    say(
      `epoch ${event.epoch} of ${run.epochs}, loss ${event.terms.loss.toFixed(1)}, ${Math.round(event.recordsPerSecond).toLocaleString("en")} records/s${left}`,
    );
  } else if (event.event === "epoch") {
    progress.value = event.step / run.steps;
    curve.train(event.epoch, event.train.loss);
    if (event.validation) curve.valid(event.epoch, event.validation.loss);
  } else if (event.event === "end") {
    progress.value = 1;
    say("trained; looking at what it learned");
  } else if (event.event === "notice") say(event.message);
}

function showPictures(samples: Pictures, plane: Pictures, step: number | null): void {
  drawSheet(byId("samples"), samples, SAMPLE_COLUMNS, SAMPLE_GAP);
  drawSheet(byId("pad"), plane, PAD_SIDE, 0);
  byId("mark").removeAttribute("hidden");
  byId("samples-note").textContent =
    step === null
      ? "64 pictures from latents drawn by the model's prior."
      : `64 pictures after ${step.toLocaleString("en")} steps, always from the same random latents.`;
  void decodeHere();
}

/** Shows another model. */
function adopt(its: ModelFacts): void {
  facts = its;
  document.body.dataset.model = its.name;
  across.disabled = false;
  up.disabled = its.axes[0] === its.axes[1];
  for (const [id, axis] of [
    ["across-name", its.axes[0]],
    ["up-name", its.axes[1]],
  ] as const)
    byId(id).innerHTML = `z<sub>${axis}</sub>`;
  byId("pad-note").textContent =
    its.latent <= 2
      ? "Every place in this plane stands for a picture: click, drag, or move the sliders."
      : `The two busiest of ${its.latent} latents; the others are 0. Click, drag, or move the sliders.`;
  pad.moveTo(0, 0);
}

/** Runs `work` with the buttons off; what goes wrong is shown. */
async function busily(work: () => Promise<string>, busy = false): Promise<void> {
  problem.hidden = true;
  const before = facts;
  const buttons = [train, save, saveFolder];
  const inputs = [openZip, openFolder];
  const wereOff = buttons.map(({ disabled }) => disabled);
  for (const control of [...buttons, ...inputs]) control.disabled = true;
  stop.hidden = !busy;
  document.body.dataset.state = "busy";
  try {
    say(await work());
    for (const button of buttons) button.disabled = facts === null && button !== train;
  } catch (error) {
    const { message, hint } = error as WorkerError;
    problem.textContent = hint ? `${message}\n${hint}` : message;
    problem.hidden = false;
    say("");
    if (before && before !== facts) adopt(before); // which the worker still has
    buttons.forEach((button, i) => {
      button.disabled = wereOff[i];
    });
  }
  for (const input of inputs) input.disabled = false;
  stop.hidden = true;
  document.body.dataset.state = problem.hidden ? "ready" : "failed";
}

const say = (text: string) => {
  status.textContent = text;
};

byId<HTMLFormElement>("wishes").addEventListener("submit", (event) => {
  event.preventDefault();
  void busily(async () => {
    progress.value = 0;
    kept.textContent = "";
    say("reading pictures");
    const wishes = { source, device: device.value, net: net.value };
    const counts = { latent: latent.valueAsNumber, records: records.valueAsNumber, epochs: epochs.valueAsNumber };
    adopt(await worker.ask("train", { ...wishes, ...counts }));
    return facts?.loss == null ? "done" : `done: ${facts.loss.toFixed(1)} nats per record on records kept aside`;
  }, true);
});
stop.addEventListener("click", () => {
  say("stopping");
  worker.stop();
});

const open = (files: readonly File[]) =>
  busily(async () => {
    say(`opening ${files[0].name}`);
    curve.clear(1);
    adopt(await worker.ask("open", files, device.value));
    return `opened ${facts?.name}, ${facts?.latent} latents`;
  });
for (const input of [openZip, openFolder]) {
  input.addEventListener("change", () => {
    const files = [...(input.files ?? [])];
    input.value = "";
    if (files.length > 0) void open(files);
  });
}

save.addEventListener("click", () =>
  busily(async () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([(await worker.ask("pack")) as Uint8Array<ArrayBuffer>]));
    link.download = `${facts?.name}.zip`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    kept.textContent = `Saved ${link.download}. Unpack it, then: vaekit sample ${facts?.name} --out samples.png`;
    return "saved";
  }),
);
saveFolder.hidden = !("showDirectoryPicker" in window);
saveFolder.addEventListener("click", () =>
  busily(async () => {
    const picked = await window.showDirectoryPicker!({ mode: "readwrite" }).catch(() => null);
    if (!picked) return "";
    kept.textContent = `Saved into ${await worker.ask("saveTo", picked)}.`;
    return "saved";
  }),
);

function choose(files: readonly File[]): void {
  source = files.length > 0 ? files : "mnist";
  byId<HTMLElement>("source").textContent = files.length > 0 ? files.map(({ name }) => name).join(", ") : "MNIST";
}
byId<HTMLInputElement>("files").addEventListener("change", ({ target }) =>
  choose([...((target as HTMLInputElement).files ?? [])]),
);
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
for (const kind of ["dragleave", "drop"] as const)
  addEventListener(kind, (event) => {
    event.preventDefault();
    document.body.classList.remove("dropping");
    const files = kind === "drop" ? [...(event.dataTransfer?.files ?? [])] : [];
    if (document.body.dataset.state === "busy") return;
    if (files[0]?.name.endsWith(".zip")) void open(files);
    else if (files.length > 0) choose(files);
  });

function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`;
}

declare global {
  interface Window {
    showDirectoryPicker?(options: { mode: "readwrite" }): Promise<FileSystemDirectoryHandle>;
  }
}

const { isolated, cores, adapter } = await worker.ask("look");
const threads = isolated ? Math.min(cores, 4) : 1;
device.append(new Option(`WebAssembly, ${threads} ${threads === 1 ? "thread" : "threads"}`, "wasm"));
device.append(new Option(adapter ? `WebGPU, ${adapter}` : "WebGPU: no graphics card found", "webgpu"));
(device as unknown as HTMLSelectElement).options[1].disabled = adapter === null;
byId("surroundings").textContent = isolated
  ? ""
  : "This page is not cross-origin isolated, so WebAssembly has one thread. Headers of the server change that: Cross-Origin-Opener-Policy: same-origin, Cross-Origin-Embedder-Policy: require-corp.";
train.disabled = false;
say("");
document.body.dataset.state = "ready";
