/** Colours of the page's style for canvases, which cannot read variables themselves. */

export interface Palette {
  of(name: string): string;
}

/** Read anew whenever something is drawn: the theme may have changed. */
export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const known = new Map<string, string>();
  return {
    of(name) {
      const variable = name.startsWith('var(') ? name.slice(4, -1) : name;
      let value = known.get(variable);
      if (value === undefined) {
        value = style.getPropertyValue(variable).trim();
        known.set(variable, value);
      }
      return value;
    },
  };
}

/** Sizes a canvas for the screen's dots and clears it. Returns null while it has no size. */
export function freshCanvas(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | null {
  if (width < 1 || height < 1) return null;
  const ratio = globalThis.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
