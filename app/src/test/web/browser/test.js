/** As much of `node:test` as our tests use, for a browser. */

const tests = [];

export function test(name, run) {
  tests.push({ name, run });
}

/** @returns how many tests there were, and of those that failed the name and why */
export async function runAll() {
  const failures = [];
  for (const { name, run } of tests) {
    try {
      await run();
    } catch (failure) {
      failures.push(`${name}: ${failure.stack ?? failure}`);
    }
  }
  return { count: tests.length, failures };
}
