import assert from "node:assert/strict";
import { test } from "node:test";
import { digest, fitName, freeName, requireRoom, uploadOf } from "./data/bring.js";
import { columnsOf, modelsFor, previewQuery } from "./data/choices.js";

const file = (size, lastModified = 7) => ({ size, lastModified });

test("names become such as the server takes", () => {
  assert.equal(fitName("pump 1.csv"), "pump 1.csv");
  assert.equal(fitName("a:b?c.csv"), "a_b_c.csv");
  assert.equal(fitName("..-~x"), "x");
  assert.equal(fitName("end. "), "end");
  assert.equal(fitName("..."), "unnamed");
  assert.equal(fitName("x".repeat(300) + ".csv").length, 100);
  assert.ok(fitName("x".repeat(300) + ".csv").endsWith("x.csv"));
});

test("a name that is taken gets a number before its ending", () => {
  assert.equal(freeName("pump.csv", []), "pump.csv");
  assert.equal(freeName("pump.csv.gz", ["pump.csv.gz", "pump-2.csv.gz"]), "pump-3.csv.gz");
  assert.equal(freeName("photos", ["photos"]), "photos-2");
});

test("a folder is an upload of its files, without hidden ones and without itself in their paths", () => {
  const chosen = [
    { path: "photos/b/2.png", file: file(20) },
    { path: "photos/a.png", file: file(10) },
    { path: "photos/.DS_Store", file: file(99) },
    { path: "photos/.git/x", file: file(99) },
  ];
  const upload = uploadOf(chosen, true);
  assert.equal(upload.name, "photos");
  assert.equal(upload.bytes, 30);
  assert.deepEqual(
    upload.files.map(({ path }) => path),
    ["a.png", "b/2.png"],
  );
  assert.equal(uploadOf([{ path: "photos/.x", file: file(1) }], true), null);
});

test("the same files have the same key, others another", () => {
  const key = (...files) => uploadOf(files, false).key;
  const pump = { path: "pump.csv", file: file(10) };
  assert.match(key(pump), /^[0-9a-f]{16}$/);
  assert.equal(key(pump), key({ path: "pump.csv", file: file(10) }));
  assert.ok(key(pump) !== key({ path: "pump.csv", file: file(11) }));
  assert.ok(key(pump) !== key({ path: "pump.csv", file: file(10, 8) }));
  assert.equal(new Set(Array.from({ length: 5000 }, (_, i) => digest(`f${i}`))).size, 5000);
});

const FOUND = {
  kind: "table",
  times: { column: "time" },
  channels: [{ name: "flow" }, { name: "heat" }],
  words: [
    { column: "status", label: true, some: ["bad", "good"] },
    { column: "note", label: false, some: ["x"] },
  ],
  samples: { steps: 48 },
};

test("columns have the roles that were found, and only what differs is asked for", () => {
  const columns = columnsOf(FOUND);
  assert.deepEqual(
    columns.map(({ name, role }) => [name, role]),
    [
      ["time", "time"],
      ["flow", "channel"],
      ["heat", "channel"],
      ["status", "label"],
      ["note", "out"],
    ],
  );
  assert.deepEqual(previewQuery(columns, {}, {}), { exclude: ["note"] });
  assert.deepEqual(previewQuery(columns, { heat: "id", note: "label", status: "out" }, { steps: " 12 ", model: "" }), {
    exclude: ["status"],
    id: "heat",
    label: "note",
    steps: "12",
  });
});

test("half a size is none", () => {
  assert.deepEqual(previewQuery([], {}, { height: "64" }), { exclude: [] });
  assert.deepEqual(previewQuery([], {}, { height: "64", width: "96" }), { exclude: [], height: "64", width: "96" });
});

test("patches take the place of a size, and only patches overlap", () => {
  assert.deepEqual(previewQuery([], {}, { height: "64", width: "96", fit: "pad", patch: "32", overlap: "8" }), {
    exclude: [],
    patch: "32",
    overlap: "8",
  });
  assert.deepEqual(previewQuery([], {}, { overlap: "8", noisy: "scans" }), { exclude: [], noisy: "scans" });
});

test("what does not fit is told before any of it is sent", () => {
  const upload = uploadOf([{ path: "pump.csv", file: file(3_000_000) }], false);
  const list = { usedBytes: 1_500_000, quotaBytes: 4_000_000, uploads: [] };
  assert.throws(() => requireRoom(upload, list), {
    message: "pump.csv has 3.00\u202fMB, and of the 4.00\u202fMB for data here 2.50\u202fMB are left.",
  });
  requireRoom(upload, { ...list, usedBytes: 1_000_000 });
  requireRoom(upload, { ...list, uploads: [{ upload: upload.key, bytes: 500_000 }] });
});

test("models are those that fit", () => {
  assert.deepEqual(modelsFor(FOUND), ["conv1d", "lstm", "dense"]);
  assert.deepEqual(modelsFor({ kind: "table", samples: { steps: 1 } }), ["dense"]);
  assert.deepEqual(modelsFor({ kind: "pictures" }), ["cnn", "dense"]);
  assert.deepEqual(modelsFor({ kind: "table", pictures: true, samples: { steps: 1 } }), ["cnn", "dense"]);
  assert.deepEqual(modelsFor({ kind: "sounds", samples: { steps: 64 } }), ["conv1d", "lstm", "dense"]);
  assert.deepEqual(modelsFor({ kind: "arrays", pictures: true, shape: [8, 8, 1] }), ["cnn", "dense"]);
});
