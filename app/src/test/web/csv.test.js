import assert from "node:assert/strict";
import { test } from "node:test";
import { readCsv } from "./shared/csv.js";

test("the first line names the columns", () => {
  assert.deepEqual(readCsv("a,b\n1,2\n3,4\n"), { heads: ["a", "b"], rows: [["1", "2"], ["3", "4"]] });
});

test("quotes hold commas, line ends and quotes", () => {
  assert.deepEqual(readCsv('name,x\r\n"a, ""b""\nc",\r\n'), { heads: ["name", "x"], rows: [['a, "b"\nc', ""]] });
});

test("empty lines are left out, and nothing is a table without columns", () => {
  assert.deepEqual(readCsv("a\n\n1\n\n"), { heads: ["a"], rows: [["1"]] });
  assert.deepEqual(readCsv(""), { heads: [], rows: [] });
});
