/** What modules ask of their page while they are imported; Node has none. */
globalThis.document = { documentElement: { dataset: { theme: "light" } } };
globalThis.matchMedia = () => new EventTarget();
globalThis.addEventListener = () => {};
globalThis.location = { hash: "" };
