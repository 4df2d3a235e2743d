/**
 * NumPy's file format, version 1.0, as far as the server writes it: float32 and int32, little-endian, C order.
 *
 * @param {ArrayBuffer} buffer
 * @returns {{shape: number[], values: Float32Array | Int32Array}}
 */
export function readNpy(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < 10 || view.getUint32(0) !== 0x934e554d) {
    throw new Error("The server's answer is not an NPY file.");
  }
  const headerLength = view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(new Uint8Array(buffer, 10, headerLength));
  const type = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const shape = (/'shape':\s*\(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  const start = 10 + headerLength;
  if (type === "<f4") {
    return { shape, values: new Float32Array(buffer.slice(start)) };
  }
  if (type === "<i4") {
    return { shape, values: new Int32Array(buffer.slice(start)) };
  }
  throw new Error(`The server's NPY file has the type ${type}; this page reads <f4 and <i4.`);
}

/** @param {Uint8Array} bytes @param {number[]} shape @returns {Uint8Array} a file of NumPy's type uint8 */
export function writeNpyBytes(bytes, shape) {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(", ")}${shape.length === 1 ? "," : ""}), }`;
  const headerLength = Math.ceil((10 + text.length + 1) / 64) * 64 - 10;
  const file = new Uint8Array(10 + headerLength + bytes.length);
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, headerLength & 255, headerLength >> 8]);
  file.set(new TextEncoder().encode(`${text.padEnd(headerLength - 1)}\n`), 10);
  file.set(bytes, 10 + headerLength);
  return file;
}
