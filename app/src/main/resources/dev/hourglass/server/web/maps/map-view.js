/**
 * Which part of a plane a window shows: `view` is {x, y, zoom}, the place in the window's middle and pixels for each unit;
 * `size` is {width, height} of the window in pixels, whose y grows downwards.
 */

/** The view that shows all of some bounds, with a little room around them. */
export function fitting({ minX, maxX, minY, maxY }, { width, height }) {
  const zoom = 0.94 * Math.min(width / (maxX - minX || 1), height / (maxY - minY || 1));
  return { x: (minX + maxX) / 2, y: (minY + maxY) / 2, zoom };
}

export function toScreen(view, { width, height }, [x, y]) {
  return [(x - view.x) * view.zoom + width / 2, height / 2 - (y - view.y) * view.zoom];
}

export function toPlace(view, { width, height }, [left, top]) {
  return [view.x + (left - width / 2) / view.zoom, view.y + (height / 2 - top) / view.zoom];
}

/** Nearer or further, while what lies at a pixel stays there. */
export function zoomed(view, size, factor, pixel) {
  const [x, y] = toPlace(view, size, pixel);
  return { x: x + (view.x - x) / factor, y: y + (view.y - y) / factor, zoom: view.zoom * factor };
}

/** What a drag by some pixels makes of a view. */
export function dragged({ x, y, zoom }, [dx, dy]) {
  return { x: x - dx / zoom, y: y + dy / zoom, zoom };
}
