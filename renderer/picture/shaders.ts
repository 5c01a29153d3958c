/** One program for 16-bit integers, one for floats; the rest of the code is the same text. */
import { asinhStrength, logStrength } from './tone.ts';

export const vertexShader = `#version 300 es
in vec2 corner;
uniform vec4 place; // left, top, width, height in clip space
out vec2 within;
void main() {
  within = corner;
  gl_Position = vec4(place.x + corner.x * place.z, place.y - corner.y * place.w, 0.0, 1.0);
}`;

/** GLSL has no exact float for 1/65535; the division keeps 65535 at exactly 1. */
export function fragmentShader(isInteger: boolean): string {
  const sampler = isInteger ? 'usampler2D' : 'sampler2D';
  const level = isInteger
    ? 'vec3(texelFetch(samples, at, 0).rgb) / 65535.0'
    : 'texelFetch(samples, at, 0).rgb';
  return `#version 300 es
precision highp float;
precision highp int;
precision highp ${sampler};
uniform ${sampler} samples;
uniform int mode;
uniform bool isColour;
uniform int mosaic;  // 0 none, else 1 + index of red's place in the 2 x 2 cell
uniform ivec2 parity;
uniform bool isSmooth;
uniform bool isFlipped;
uniform vec3 low;
uniform vec3 high;
uniform vec3 midtones;
in vec2 within;
out vec4 shown;

vec3 levelAt(ivec2 at) { return ${level}; }

// colour of a mosaic's pixel: 0 red, 1 green, 2 blue
int colourAt(ivec2 at) {
  ivec2 cell = (at + parity) & 1;
  ivec2 red = ivec2((mosaic - 1) & 1, (mosaic - 1) >> 1);
  if (cell == red) return 0;
  if (cell == 1 - red) return 2;
  return 1;
}

// bilinear: each colour is the mean of its nearest pixels
vec3 demosaiced(ivec2 at, ivec2 size) {
  vec3 sum = vec3(0.0);
  vec3 weight = vec3(0.0);
  for (int dy = -1; dy <= 1; dy++) {
    for (int dx = -1; dx <= 1; dx++) {
      ivec2 there = at + ivec2(dx, dy);
      if (any(lessThan(there, ivec2(0))) || any(greaterThanEqual(there, size))) continue;
      int colour = colourAt(there);
      float share = float((2 - abs(dx)) * (2 - abs(dy)));
      sum[colour] += share * levelAt(there).r;
      weight[colour] += share;
    }
  }
  int own = colourAt(at);
  vec3 colour = sum / max(weight, vec3(1e-6));
  colour[own] = levelAt(at).r;
  return colour;
}

vec3 colourOf(ivec2 at, ivec2 size) {
  at = clamp(at, ivec2(0), size - 1);
  if (mosaic > 0) return demosaiced(at, size);
  vec3 level = levelAt(at);
  return isColour ? level : level.rrr;
}

vec3 curve(vec3 level) {
  vec3 x = clamp((level - low) / max(high - low, vec3(1e-9)), 0.0, 1.0);
  if (mode == 0) return ((midtones - 1.0) * x) / ((2.0 * midtones - 1.0) * x - midtones);
  if (mode == 2) return asinh(${asinhStrength.toFixed(1)} * x) / asinh(${asinhStrength.toFixed(1)});
  if (mode == 3) return log(1.0 + ${logStrength.toFixed(1)} * x) / log(1.0 + ${logStrength.toFixed(1)});
  return x;
}

void main() {
  ivec2 size = textureSize(samples, 0);
  vec2 place = vec2(within.x, isFlipped ? 1.0 - within.y : within.y) * vec2(size);
  vec3 level;
  if (isSmooth && mosaic == 0) {
    vec2 middle = place - 0.5;
    ivec2 first = ivec2(floor(middle));
    vec2 part = middle - floor(middle);
    vec3 above = mix(colourOf(first, size), colourOf(first + ivec2(1, 0), size), part.x);
    vec3 below = mix(colourOf(first + ivec2(0, 1), size), colourOf(first + ivec2(1, 1), size), part.x);
    level = mix(above, below, part.y);
  } else {
    level = colourOf(ivec2(floor(place)), size);
  }
  shown = vec4(curve(level), 1.0);
}`;
}
