// Runs before the first paint, so that a page never flashes in the wrong colours.
(() => {
  const chosen = localStorage.getItem("hourglass.theme");
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  document.documentElement.dataset.theme = chosen ?? system;
})();
