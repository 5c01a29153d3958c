/** WebGL2: packets as integer or float textures, stretched in the shader, so that a new stretch costs one draw. */
import type { PixelPacket } from '../../contract/pixel-packet.ts';
import type { Painter, Placed } from './painter.ts';
import { fragmentShader, vertexShader } from './shaders.ts';
import { type Tones, toneModes } from './tone.ts';

interface Program {
  readonly program: WebGLProgram;
  at(name: string): WebGLUniformLocation | null;
}

/** Textures kept, whole frames and tiles together. */
const mostTextures = 40;
const mosaicPlaces = ['RGGB', 'GRBG', 'GBRG', 'BGGR'] as const;

/** Null where the browser has no WebGL2. */
export function openGlPainter(canvas: HTMLCanvasElement): Painter | null {
  const gl = canvas.getContext('webgl2', {
    alpha: false,
    antialias: false,
    depth: false,
    preserveDrawingBuffer: false,
  });
  if (gl === null) return null;
  try {
    return new GlPainter(canvas, gl);
  } catch {
    return null; // a driver that cannot compile the shaders
  }
}

class GlPainter implements Painter {
  readonly kind = 'webgl2';
  readonly #canvas: HTMLCanvasElement;
  readonly #gl: WebGL2RenderingContext;
  readonly #integers: Program;
  readonly #floats: Program;
  readonly #textures = new Map<PixelPacket, WebGLTexture>();

  constructor(canvas: HTMLCanvasElement, gl: WebGL2RenderingContext) {
    this.#canvas = canvas;
    this.#gl = gl;
    this.#integers = link(gl, true);
    this.#floats = link(gl, false);
    const corners = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, corners);
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([0, 0, 1, 0, 0, 1, 1, 1]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  }

  prepare(packet: PixelPacket): void {
    this.#textureOf(packet);
  }

  draw(pictures: readonly Placed[], tones: Tones): void {
    const gl = this.#gl;
    gl.viewport(0, 0, this.#canvas.width, this.#canvas.height);
    gl.clearColor(0.039, 0.047, 0.059, 1);
    gl.clear(gl.COLOR_BUFFER_BIT);
    for (const placed of pictures) this.#drawOne(placed, tones);
  }

  close(): void {
    for (const texture of this.#textures.values()) this.#gl.deleteTexture(texture);
    this.#textures.clear();
    this.#gl.getExtension('WEBGL_lose_context')?.loseContext();
  }

  #drawOne({ packet, left, top, width, height }: Placed, { mode, channels }: Tones): void {
    const gl = this.#gl;
    const { facts } = packet;
    const { program, at } = facts.type === 'u16' ? this.#integers : this.#floats;
    const texture = this.#textureOf(packet);
    gl.useProgram(program);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    const [wide, high] = [this.#canvas.width, this.#canvas.height];
    gl.uniform4f(
      at('place'),
      (2 * left) / wide - 1,
      1 - (2 * top) / high,
      (2 * width) / wide,
      (2 * height) / high,
    );
    gl.uniform1i(at('samples'), 0);
    gl.uniform1i(at('mode'), toneModes.indexOf(mode));
    gl.uniform1i(at('isColour'), facts.channels === 3 ? 1 : 0);
    gl.uniform1i(at('mosaic'), facts.mosaic === null ? 0 : 1 + mosaicPlaces.indexOf(facts.mosaic));
    gl.uniform2i(at('parity'), facts.x & 1, facts.y & 1);
    gl.uniform1i(at('isSmooth'), width < 2 * facts.width ? 1 : 0);
    gl.uniform1i(at('isFlipped'), facts.topDown ? 0 : 1);
    gl.uniform3f(at('low'), channels[0].low, channels[1].low, channels[2].low);
    gl.uniform3f(at('high'), channels[0].high, channels[1].high, channels[2].high);
    gl.uniform3f(at('midtones'), channels[0].midtones, channels[1].midtones, channels[2].midtones);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  }

  #textureOf(packet: PixelPacket): WebGLTexture {
    const known = this.#textures.get(packet);
    if (known !== undefined) {
      this.#textures.delete(packet);
      this.#textures.set(packet, known);
      return known;
    }
    const gl = this.#gl;
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
      [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ] as const) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
    this.#upload(packet);
    this.#textures.set(packet, texture);
    this.#dropOldest();
    return texture;
  }

  #upload({ facts, samples }: PixelPacket): void {
    const gl = this.#gl;
    const { width, height, channels, type } = facts;
    const formats =
      type === 'u16'
        ? channels === 1
          ? ([gl.R16UI, gl.RED_INTEGER, gl.UNSIGNED_SHORT] as const)
          : ([gl.RGB16UI, gl.RGB_INTEGER, gl.UNSIGNED_SHORT] as const)
        : channels === 1
          ? ([gl.R32F, gl.RED, gl.FLOAT] as const)
          : ([gl.RGB32F, gl.RGB, gl.FLOAT] as const);
    const [stored, format, kind] = formats;
    gl.texImage2D(gl.TEXTURE_2D, 0, stored, width, height, 0, format, kind, samples);
  }

  #dropOldest(): void {
    for (const [packet, texture] of this.#textures) {
      if (this.#textures.size <= mostTextures) return;
      this.#gl.deleteTexture(texture);
      this.#textures.delete(packet);
    }
  }
}

function link(gl: WebGL2RenderingContext, isInteger: boolean): Program {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, vertexShader],
    [gl.FRAGMENT_SHADER, fragmentShader(isInteger)],
  ] as const) {
    const shader = gl.createShader(kind);
    if (shader === null) throw new Error('The graphics context is gone.');
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, 'corner');
  gl.linkProgram(program);
  if (gl.getProgramParameter(program, gl.LINK_STATUS) !== true) {
    throw new Error(gl.getProgramInfoLog(program) ?? 'The shaders do not link.');
  }
  const places = new Map<string, WebGLUniformLocation | null>();
  return {
    program,
    at(name) {
      if (!places.has(name)) places.set(name, gl.getUniformLocation(program, name));
      return places.get(name) ?? null;
    },
  };
}
