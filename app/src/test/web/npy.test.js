import assert from "node:assert/strict";
import { test } from "node:test";
import { readNpy, writeNpyBytes } from "./shared/npy.js";

/** As NumPy writes it: the header is padded to 64 bytes. */
function npy(descr, shape, bytes) {
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const header = `${text.padEnd(128 - 10 - 1)}\n`;
  const file = new Uint8Array(128 + bytes.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  file.set(new TextEncoder().encode(header), 10);
  file.set(bytes, 128);
  return file.buffer;
}

test("floats are read with their shape", () => {
  const { shape, values } = readNpy(npy("<f4", "(2, 3)", new Uint8Array(new Float32Array([1, 2.5, -3, 0, 5, 6]).buffer)));
  assert.deepEqual(shape, [2, 3]);
  assert.deepEqual([...values], [1, 2.5, -3, 0, 5, 6]);
  assert.ok(values instanceof Float32Array);
});

test("whole numbers of a plain row are read", () => {
  const { shape, values } = readNpy(npy("<i4", "(3,)", new Uint8Array(new Int32Array([7, -1, 70000]).buffer)));
  assert.deepEqual(shape, [3]);
  assert.deepEqual([...values], [7, -1, 70000]);
  assert.ok(values instanceof Int32Array);
});

test("other types and other files are refused by name", () => {
  assert.throws(() => readNpy(npy("<f8", "(1,)", new Uint8Array(8))), {
    message: "The server's NPY file has the type <f8; this page reads <f4 and <i4.",
  });
  assert.throws(() => readNpy(new ArrayBuffer(20)), { message: "The server's answer is not an NPY file." });
  assert.throws(() => readNpy(new ArrayBuffer(3)), { message: "The server's answer is not an NPY file." });
});

test("bytes are written as NumPy reads them", () => {
  const file = writeNpyBytes(new Uint8Array([0, 127, 255, 1]), [1, 2, 2]);
  assert.deepEqual([...file.slice(0, 8)], [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  const length = file[8] + 256 * file[9];
  assert.equal((10 + length) % 64, 0);
  const header = new TextDecoder().decode(file.slice(10, 10 + length));
  assert.equal(header.trimEnd(), "{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2, 2), }");
  assert.equal(header.at(-1), "\n");
  assert.deepEqual([...file.slice(10 + length)], [0, 127, 255, 1]);
});

test("a shape of one dimension keeps the comma of a tuple", () => {
  const text = new TextDecoder().decode(writeNpyBytes(new Uint8Array(5), [5]));
  assert.match(text, /'shape': \(5,\), \}/);
});
