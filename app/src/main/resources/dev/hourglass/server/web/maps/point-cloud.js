/**
 * Points on a plane by WebGL 2: all of them in one draw call. Panning and zooming change two uniforms and never touch
 * the points; going from one set of places to another (epoch to epoch) is a uniform as well.
 */

const VERTEX = `#version 300 es
in vec2 place;
in vec2 next;
in vec4 color;
uniform vec2 center;
uniform vec2 scale;
uniform float between;
uniform float size;
out vec4 shade;
void main() {
  gl_Position = vec4((mix(place, next, between) - center) * scale, 0.0, 1.0);
  gl_PointSize = size;
  shade = vec4(color.rgb * color.a, color.a);
}`;

const FRAGMENT = `#version 300 es
precision mediump float;
in vec4 shade;
out vec4 pixel;
void main() {
  vec2 from = gl_PointCoord - 0.5;
  if (dot(from, from) > 0.25) discard;
  pixel = shade;
}`;

const PLACE = 0;
const NEXT = 1;
const COLOR = 2;

export class PointCloud {
  #canvas;
  #gl;
  #program;
  #uniforms;
  #buffers;
  #count = 0;
  #held = { places: null, next: null, colors: null };

  /** @throws Error where the browser has no WebGL 2 */
  constructor(canvas) {
    this.#canvas = canvas;
    this.#gl = canvas.getContext("webgl2", { antialias: false, alpha: true, powerPreference: "high-performance" });
    if (this.#gl === null) {
      throw new Error("The map needs WebGL 2, which this browser does not offer.");
    }
    canvas.addEventListener("webglcontextlost", (event) => event.preventDefault());
    canvas.addEventListener("webglcontextrestored", () => this.#restore());
    this.#prepare();
  }

  get count() {
    return this.#count;
  }

  /** @param {Float32Array} places x, y of each @param {Float32Array} next where they go; the same if left out */
  setPlaces(places, next = places) {
    this.#held.places = places;
    this.#held.next = next;
    this.#count = places.length / 2;
    this.#fill(PLACE, places);
    this.#fill(NEXT, next);
  }

  /** @param {Uint8Array} colors red, green, blue, opacity of each */
  setColors(colors) {
    this.#held.colors = colors;
    this.#fill(COLOR, colors);
  }

  /**
   * @param {{x: number, y: number, zoom: number}} view the place in the middle and pixels (of style sheets) a unit
   * @param {number} size of a point, in pixels of style sheets
   * @param {number} between 0 draws the places, 1 where they go
   */
  draw(view, size, between = 0) {
    const gl = this.#gl;
    const ratio = this.#canvas.width / Math.max(1, this.#canvas.clientWidth);
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (this.#count === 0 || this.#held.colors === null) {
      return;
    }
    gl.uniform2f(this.#uniforms.center, view.x, view.y);
    gl.uniform2f(
      this.#uniforms.scale,
      (2 * view.zoom) / this.#canvas.clientWidth,
      (2 * view.zoom) / this.#canvas.clientHeight,
    );
    gl.uniform1f(this.#uniforms.between, between);
    gl.uniform1f(this.#uniforms.size, size * ratio);
    gl.drawArrays(gl.POINTS, 0, this.#count);
  }

  dispose() {
    this.#gl.getExtension("WEBGL_lose_context")?.loseContext();
  }

  #prepare() {
    const gl = this.#gl;
    this.#program = link(gl);
    gl.useProgram(this.#program);
    this.#uniforms = Object.fromEntries(
      ["center", "scale", "between", "size"].map((name) => [name, gl.getUniformLocation(this.#program, name)]),
    );
    this.#buffers = [PLACE, NEXT, COLOR].map((attribute) => {
      const buffer = gl.createBuffer();
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(attribute);
      if (attribute === COLOR) {
        gl.vertexAttribPointer(attribute, 4, gl.UNSIGNED_BYTE, true, 0, 0);
      } else {
        gl.vertexAttribPointer(attribute, 2, gl.FLOAT, false, 0, 0);
      }
      return buffer;
    });
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  #fill(attribute, values) {
    const gl = this.#gl;
    gl.bindBuffer(gl.ARRAY_BUFFER, this.#buffers[attribute]);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
  }

  #restore() {
    this.#prepare();
    const { places, next, colors } = this.#held;
    if (places !== null) {
      this.setPlaces(places, next);
    }
    if (colors !== null) {
      this.setColors(colors);
    }
    this.#canvas.dispatchEvent(new Event("restored"));
  }
}

function link(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, PLACE, "place");
  gl.bindAttribLocation(program, NEXT, "next");
  gl.bindAttribLocation(program, COLOR, "color");
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) {
    throw new Error(`The map's shaders do not link: ${gl.getProgramInfoLog(program)}`);
  }
  return program;
}
