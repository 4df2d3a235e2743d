/**
 * The address bar is the state of the view: `#/runs/ID/latent?model=cnn&map=tsne`. What a person has chosen survives a
 * reload, can be sent to others, and the back button walks through the pages (not through every slider's position).
 */

export const routeChanged = new EventTarget();

export function route() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  const parts = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { parts, query: new URLSearchParams(query) };
}

export function href(parts, query = {}) {
  const path = parts.map(encodeURIComponent).join("/");
  const search = new URLSearchParams(Object.entries(query).filter(([, value]) => given(value))).toString();
  return `#/${path}${search ? `?${search}` : ""}`;
}

export function go(parts, query = {}) {
  location.hash = href(parts, query);
}

/** Remembers view state without a new entry in the browser's history; null or "" forgets. */
export function remember(values) {
  const { parts, query } = route();
  for (const [name, value] of Object.entries(values)) {
    if (given(value)) {
      query.set(name, value);
    } else {
      query.delete(name);
    }
  }
  const address = href(parts, Object.fromEntries(query));
  if (address !== location.hash) {
    history.replaceState(history.state, "", address);
    routeChanged.dispatchEvent(new Event("change"));
  }
}

const given = (value) => value !== null && value !== undefined && value !== "";

addEventListener("hashchange", () => {
  if (location.hash.startsWith("#/") || location.hash === "") {
    routeChanged.dispatchEvent(new Event("change"));
  }
});
