import { api } from "../shared/api.js";
import * as format from "../shared/format.js";

/** Files and folders on their way to the server: in pieces, each where the last one ended, so nothing is sent twice. */

const PIECE_BYTES = 8 << 20;
const AT_ONCE = 4;
const TRIES = 5;
const WAIT_MILLIS = 1_000;
/** What names may not have on the server. */
const UNFIT = /[\p{Cc}/\\:*?"<>|]/gu;

/** @returns a name that the server takes */
export function fitName(name) {
  const fit = name
    .replace(UNFIT, "_")
    .replace(/^[.~-]+/, "")
    .replace(/[. ]+$/, "")
    .trim();
  return fit === "" ? "unnamed" : fit.length <= 100 ? fit : fit.slice(0, 80) + fit.slice(-20);
}

/** A name that none of these has: pump.csv, pump-2.csv, pump-3.csv. */
export function freeName(name, taken) {
  const dot = name.indexOf(".", 1);
  const [stem, ending] = dot < 0 ? [name, ""] : [name.slice(0, dot), name.slice(dot)];
  let free = name;
  for (let number = 2; taken.includes(free); number++) {
    free = `${stem}-${number}${ending}`;
  }
  return free;
}

const isHidden = (path) => path.split("/").some((part) => part.startsWith("."));

/**
 * What somebody chose, as an upload.
 *
 * @param {{path: string, file: File}[]} chosen paths begin with the folder, if it is one
 * @param {boolean} folder
 */
export function uploadOf(chosen, folder) {
  const files = chosen
    .filter(({ path }) => !isHidden(path))
    .map(({ path, file }) => {
      const parts = path.split("/").map(fitName);
      return { path: (folder ? parts.slice(1) : parts.slice(-1)).join("/"), file };
    })
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length === 0) {
    return null;
  }
  const name = fitName(chosen[0].path.split("/")[0]);
  const lines = files.map(({ path, file }) => `${path} ${file.size} ${file.lastModified}`).join("\n");
  return {
    name,
    folder,
    files,
    bytes: files.reduce((sum, { file }) => sum + file.size, 0),
    key: digest(`${name}\n${lines}`),
  };
}

/** 64 bits by which an upload is known again; no secret. */
export function digest(text) {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("");
}

/** All that was dropped: files, or one folder with what is in it. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const chosen = [];
  for (const entry of entries) {
    await walk(entry, entry.name, chosen);
  }
  const folder = entries.some((entry) => entry.isDirectory);
  return { chosen, folder, several: entries.length > 1 };
}

async function walk(entry, path, into) {
  if (entry.isFile) {
    into.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) {
      return;
    }
    for (const inner of some) {
      await walk(inner, `${path}/${inner.name}`, into);
    }
  }
}

/**
 * Whether there is room for all of an upload, before any of it is sent.
 *
 * @param upload as {@link uploadOf} makes it
 * @param list what the server has: {usedBytes, quotaBytes, uploads}
 * @throws if there is not
 */
export function requireRoom(upload, { usedBytes, quotaBytes, uploads }) {
  const there = uploads.find((each) => each.upload === upload.key)?.bytes ?? 0;
  const left = Math.max(0, quotaBytes - usedBytes);
  if (upload.bytes - there > left) {
    throw Object.assign(
      new Error(
        `${upload.name} has ${format.bytes(upload.bytes)}, and of the ${format.bytes(quotaBytes)} for data here ${format.bytes(left)} are left.`,
      ),
      { fix: "Remove data that are no longer needed, or start the server with more: --data-quota GB." },
    );
  }
}

/**
 * Sends what the server lacks and puts it in place.
 *
 * @param upload as {@link uploadOf} makes it
 * @param {string} name that nothing there has
 * @param {(bytes: number) => void} onProgress how much is there
 * @param {AbortSignal} signal
 */
export async function bring(upload, name, onProgress, signal) {
  const there = new Map((await api.uploadPieces(upload.key, signal)).map(({ path, bytes }) => [path, bytes]));
  let sent = upload.files.reduce((sum, { path, file }) => sum + Math.min(there.get(path) ?? 0, file.size), 0);
  onProgress(sent);
  const waiting = upload.files.filter(({ path, file }) => (there.get(path) ?? -1) < file.size);
  const line = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await send(upload.key, next, there.get(next.path) ?? 0, (bytes) => onProgress((sent += bytes)), signal);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  const { key, folder, files, bytes } = upload;
  return api.finishUpload({ upload: key, name, folder, files: files.length, bytes });
}

/**
 * Sends one file under a name that no other of one's own data has.
 *
 * @param {File} file
 * @param {(bytes: number) => void} onProgress how much is there
 * @returns its name there
 * @throws if it is hidden
 */
export async function bringFile(file, onProgress) {
  const upload = uploadOf([{ path: file.name, file }], false);
  if (upload === null) {
    throw Object.assign(new Error(`${file.name} was not brought.`), {
      fix: "Names that begin with a dot are passed over. Rename it.",
    });
  }
  const list = await api.data();
  requireRoom(upload, list);
  const name = freeName(upload.name, list.data.map((item) => item.name));
  await bring(upload, name, onProgress);
  return name;
}

async function send(key, { path, file }, from, onSent, signal) {
  let offset = from;
  let tries = 0;
  do {
    const piece = file.slice(offset, offset + PIECE_BYTES);
    try {
      const bytes = await api.appendToUpload(key, path, offset, piece, signal);
      onSent(bytes - offset);
      offset = bytes;
      tries = 0;
    } catch (failure) {
      const passing = failure.status === 0 || failure.status === 503 || failure.status === 408 || failure.status === 409;
      if (!passing || ++tries >= TRIES) {
        throw failure;
      }
      await new Promise((resolve) => setTimeout(resolve, WAIT_MILLIS * tries));
      const now = (await api.uploadPieces(key, signal).catch(() => [])).find((each) => each.path === path);
      onSent((now?.bytes ?? offset) - offset);
      offset = now?.bytes ?? offset;
    }
  } while (offset < file.size);
}
