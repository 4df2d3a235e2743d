/** Light or dark: the system's choice until the person makes one, which this browser then remembers. */

const KEY = "hourglass.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export const themeChanged = new EventTarget();

export function theme() {
  return document.documentElement.dataset.theme;
}

/** @param {"light" | "dark" | "system"} choice */
export function chooseTheme(choice) {
  if (choice === "system") {
    localStorage.removeItem(KEY);
  } else {
    localStorage.setItem(KEY, choice);
  }
  apply();
}

export function chosenTheme() {
  return localStorage.getItem(KEY) ?? "system";
}

/** A colour of the design, such as `token("accent")`, for what is painted on a canvas. */
export function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function apply() {
  document.documentElement.dataset.theme = localStorage.getItem(KEY) ?? (system.matches ? "dark" : "light");
  themeChanged.dispatchEvent(new Event("change"));
}

system.addEventListener("change", apply);
