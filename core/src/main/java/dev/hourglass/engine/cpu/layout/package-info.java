/** How values and weights lie in memory: grids of pixels, panels, tiles, and where windows meet them. */
@org.jspecify.annotations.NullMarked
package dev.hourglass.engine.cpu.layout;
