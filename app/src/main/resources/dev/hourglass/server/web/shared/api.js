import { EventStream } from "./events.js";
import { readNpy } from "./npy.js";

/** The server's REST API, as openapi.yaml describes it. Every call rejects with an ApiError or a DOMException (abort). */

export class ApiError extends Error {
  /** @param {number} status 0 if the server cannot be reached */
  constructor(status, { message, field = null, fix = null }) {
    super(message);
    this.status = status;
    this.field = field;
    this.fix = fix;
  }
}

const NPY = "application/x-npy";

async function send(method, path, { query, body, type, accept = "application/json", signal } = {}) {
  const headers = { Accept: accept };
  if (body !== undefined) {
    headers["Content-Type"] = type ?? "application/json";
  }
  let response;
  try {
    response = await fetch(address(path, query), {
      method,
      headers,
      body: body === undefined ? undefined : type ? body : JSON.stringify(body),
      signal,
    });
  } catch (failure) {
    if (failure.name === "AbortError") {
      throw failure;
    }
    throw new ApiError(0, {
      message: "The server does not answer.",
      fix: "If it was stopped, start it again with ./hourglass serve; this page reconnects by itself.",
    });
  }
  if (!response.ok) {
    const answer = await response.json().catch(() => null);
    throw new ApiError(
      response.status,
      answer?.error ?? { message: `The server answered ${response.status} ${response.statusText}.` },
    );
  }
  return response;
}

export function address(path, query = {}) {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined && each !== "") {
        search.append(name, each);
      }
    }
  }
  const text = search.toString();
  return `/api/${path}${text ? `?${text}` : ""}`;
}

const json = async (method, path, options) => {
  const response = await send(method, path, options);
  return response.status === 204 ? null : response.json();
};

const get = (path, query, signal) => json("GET", path, { query, signal });
const of = (run, model) =>
  `runs/${encodeURIComponent(run)}` + (model === undefined ? "" : `/models/${encodeURIComponent(model)}`);

/**
 * Asks until the answer is there: a 202 names a job, whose progress is told meanwhile.
 *
 * @param {() => Promise<Response>} ask
 * @param {(job: object) => void} onProgress
 */
async function whenDone(ask, onProgress, signal) {
  for (;;) {
    const response = await ask();
    if (response.status !== 202) {
      return response;
    }
    const { job } = await response.json();
    onProgress?.(job);
    await finished(job.job, onProgress, signal);
  }
}

function finished(job, onProgress, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      stream.close();
      reject(new DOMException("The page asks for something else now.", "AbortError"));
    };
    const stream = new EventStream(`/api/jobs/${encodeURIComponent(job)}/events`, {
      job(now) {
        onProgress?.(now);
        if (now.state === "queued" || now.state === "running") {
          return;
        }
        stream.close();
        signal?.removeEventListener("abort", stop);
        if (now.state === "done") {
          resolve();
        } else {
          reject(new ApiError(422, { message: now.message ?? `${now.task} was ${now.state}.` }));
        }
      },
    });
    if (signal?.aborted) {
      stop();
    }
    signal?.addEventListener("abort", stop, { once: true });
  });
}

const long = (method, path, options, onProgress) =>
  whenDone(() => send(method, path, options), onProgress, options.signal);
const longJson = async (...call) => (await long(...call)).json();
const longNpy = async (...call) => readNpy(await (await long(...call)).arrayBuffer());

export const api = {
  status: () => get("status"),
  datasets: async () => (await get("datasets")).datasets,
  recipes: async () => (await get("recipes")).recipes,
  recipe: (name) => get(`recipes/${encodeURIComponent(name)}`),
  checkRecipe: (plan, signal) => json("POST", "recipe-checks", { body: plan, signal }),
  estimate: (plan, signal) => json("POST", "recipe-estimates", { body: plan, signal }),

  data: () => get("data"),
  removeData: (name) => json("DELETE", `data/${encodeURIComponent(name)}`),
  previewData: (name, query, { signal, onProgress } = {}) =>
    longJson("GET", `data/${encodeURIComponent(name)}/preview`, { query, signal }, onProgress),
  dataPictureAddress: (name, query) => address(`data/${encodeURIComponent(name)}/preview.png`, query),
  uploadPieces: async (upload, signal) => (await get(`uploads/${upload}`, {}, signal)).files,
  appendToUpload: async (upload, path, offset, piece, signal) => {
    const file = path.split("/").map(encodeURIComponent).join("/");
    const options = { query: { offset }, body: piece, type: "application/octet-stream", signal };
    return (await json("PATCH", `uploads/${upload}/files/${file}`, options)).bytes;
  },
  finishUpload: (whole) => json("POST", "data", { body: whole }),
  forgetUpload: (upload) => json("DELETE", `uploads/${upload}`),

  /** What is listed, and what is left out because it can't be read: {runs, leftOut}. */
  runs: () => get("runs"),
  createRun: (plan) => json("POST", "runs", { body: plan }),
  run: (run) => get(of(run)),
  setRunState: (run, state) => json("PUT", `${of(run)}/state`, { body: { state } }),
  fork: (run, fork) => json("POST", `${of(run)}/forks`, { body: fork }),
  history: async (run) => (await get(`${of(run)}/history`)).models,
  files: async (run) => (await get(`${of(run)}/files`)).files,
  fileAddress: (run, path, download = false) =>
    address(`${of(run)}/files/${path.split("/").map(encodeURIComponent).join("/")}`, download ? { download } : {}),
  archiveAddress: (run) => address(`${of(run)}/archive.zip`),
  comparison: (runs) => get("comparisons", { run: runs }),
  followRuns: (handlers) => new EventStream("/api/runs/events", handlers),
  followRun: (run, handlers) => new EventStream(address(`${of(run)}/events`), handlers),

  models: async () => (await get("models")).models,
  model: (run, model, query) => get(of(run, model), query),
  filters: (run, model, layer, query, signal) =>
    get(`${of(run, model)}/layers/${encodeURIComponent(layer)}/filters`, query, signal),
  activations: (run, model, layer, query, signal) =>
    get(`${of(run, model)}/layers/${encodeURIComponent(layer)}/activations`, query, signal),
  snapshots: (run, model) => get(`${of(run, model)}/snapshots`),
  snapshot: (run, model, epoch) => get(`${of(run, model)}/snapshots/${epoch}`),

  samples: (run, model, query, onProgress, signal) =>
    longJson("GET", `${of(run, model)}/samples`, { query, signal }, onProgress),
  sample: (run, model, index, query, signal) => get(`${of(run, model)}/samples/${index}`, query, signal),
  thumbnailAddress: (run, model, index, query) => address(`${of(run, model)}/samples/${index}/input.png`, query),
  sheetAddress: (run, model, sheet, query) => address(`${of(run, model)}/sheets/${sheet}.png`, query),
  upload: (run, model, file, type, query) => json("POST", `${of(run, model)}/uploads`, { body: file, type, query }),
  encode: (run, model, samples, query, signal) =>
    json("POST", `${of(run, model)}/encode`, { body: { samples }, query, signal }),
  decode: (run, model, samples, query, signal) =>
    json("POST", `${of(run, model)}/decode`, { body: { samples }, query, signal }),
  reconstruct: (run, model, samples, query, signal) =>
    json("POST", `${of(run, model)}/reconstruct`, { body: { samples }, query, signal }),

  createMap: (run, model, wish, onProgress, signal) =>
    longJson("POST", `${of(run, model)}/maps`, { body: wish, signal }, onProgress),
  points: (run, model, map, query, onProgress, signal) =>
    longNpy(
      "GET",
      `${of(run, model)}/maps/${encodeURIComponent(map)}/points`,
      { query, accept: NPY, signal },
      onProgress,
    ),
  column: (run, model, map, column, signal) =>
    longNpy("GET", `${of(run, model)}/maps/${encodeURIComponent(map)}/columns/${encodeURIComponent(column)}`, {
      accept: NPY,
      signal,
    }),
  place: (run, model, map, x, y) => get(`${of(run, model)}/maps/${encodeURIComponent(map)}/place`, { x, y }),
  walk: (run, model, map, from, to, steps) =>
    get(`${of(run, model)}/maps/${encodeURIComponent(map)}/walk`, { from, to, steps }),
  selection: (run, model, map, indices) =>
    json("POST", `${of(run, model)}/maps/${encodeURIComponent(map)}/selections`, { body: { indices } }),
  selectionFile: async (run, model, map, indices, accept) => {
    const path = `${of(run, model)}/maps/${encodeURIComponent(map)}/selections`;
    return (await send("POST", path, { body: { indices }, accept })).blob();
  },
  directions: (run, model, query, onProgress, signal) =>
    longJson("GET", `${of(run, model)}/directions`, { query, signal }, onProgress),

  anomalies: (run, model, query, onProgress, signal) =>
    longJson("GET", `${of(run, model)}/anomalies`, { query, signal }, onProgress),
  errorsCsv: async (run, model, query) =>
    (await long("GET", `${of(run, model)}/errors`, { query, accept: "text/csv" })).blob(),
  series: (run, model, query, onProgress, signal) =>
    longJson("GET", `${of(run, model)}/series`, { query, signal }, onProgress),
  seriesCurves: (run, model, query, signal) => longJson("GET", `${of(run, model)}/series/curves`, { query, signal }),
  seriesEvents: (run, model, query, signal) => longJson("GET", `${of(run, model)}/series/events`, { query, signal }),
  knownAnomalies: (run, model, query, signal) => longJson("GET", `${of(run, model)}/series/known`, { query, signal }),
  seriesScores: async (run, model, query) =>
    (await long("GET", `${of(run, model)}/series/scores`, { query, accept: "text/csv" })).blob(),
  marks: (run, model, query, signal) => get(`${of(run, model)}/marks`, query, signal),
  addMark: (run, model, query, mark) => json("POST", `${of(run, model)}/marks`, { query, body: mark }),
  markFile: async (run, model, file, query) =>
    (await long("GET", `${of(run, model)}/marks/${file}`, { query, accept: "*/*" })).blob(),
  denoise: (run, model, query, signal) => get(`${of(run, model)}/denoising`, query, signal),
  denoisingGain: (run, model, query, onProgress, signal) =>
    longJson("GET", `${of(run, model)}/denoising-gain`, { query, signal }, onProgress),
};
