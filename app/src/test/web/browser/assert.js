/** As much of `node:assert/strict` as our tests use, for a browser. */

function require(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

const text = (value) => (typeof value === "string" ? JSON.stringify(value) : JSON.stringify(value) ?? String(value));

function same(one, other) {
  if (Object.is(one, other)) {
    return true;
  }
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return false;
  }
  const keys = Object.keys(one);
  return (
    Object.getPrototypeOf(one) === Object.getPrototypeOf(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && same(one[key], other[key]))
  );
}

function requireMessage(failure, { message }) {
  require(failure.message === message, `expected ${text(message)}, found ${text(failure.message)}`);
}

export default {
  ok: (value, message) => require(value, message ?? `expected something true, found ${text(value)}`),
  equal: (found, expected) => require(Object.is(found, expected), `expected ${text(expected)}, found ${text(found)}`),
  deepEqual: (found, expected) => require(same(found, expected), `expected ${text(expected)}, found ${text(found)}`),
  match: (found, pattern) => require(pattern.test(found), `expected ${pattern}, found ${text(found)}`),
  throws(run, expected) {
    let failure = null;
    try {
      run();
    } catch (thrown) {
      failure = thrown;
    }
    require(failure !== null, "expected an error, found none");
    requireMessage(failure, expected);
  },
  async rejects(promise, expected) {
    const failure = await promise.then(
      () => null,
      (thrown) => thrown,
    );
    require(failure !== null, "expected a rejection, found none");
    requireMessage(failure, expected);
  },
};
