import type { BudgetLimits } from './point-budget';

/** The browser has no WebGL, or its driver refuses. */
export class NoWebGl extends Error {
  override readonly name = 'NoWebGl';
}

/** Asked on a canvas of its own: a canvas that has given out one context cannot give another. Cheap enough before any download. */
export function hasWebGl(document: Document): boolean {
  try {
    const context = document.createElement('canvas').getContext('webgl2');
    context?.getExtension('WEBGL_lose_context')?.loseContext();
    return context !== null;
  } catch {
    return false;
  }
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** Whether a processor draws in place of a graphics card. */
export function isSoftware(context: WebGLRenderingContext | WebGL2RenderingContext): boolean {
  const names = context.getExtension('WEBGL_debug_renderer_info');
  const renderer: unknown = context.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? context.RENDERER);
  return typeof renderer === 'string' && SOFTWARE.test(renderer);
}

/** Points of a moving view, to begin with and what the steering may make of them; and of a standing one, which may take its time. */
export function budgetsFor(software: boolean, coarsePointer: boolean): { moving: BudgetLimits; still: BudgetLimits } {
  if (software) return { moving: limits(100_000, 40_000, 300_000), still: limits(300_000, 300_000, 300_000) };
  if (coarsePointer) return { moving: limits(700_000, 150_000, 2_000_000), still: limits(1_000_000, 700_000, 2_000_000) };
  return { moving: limits(1_500_000, 200_000, 6_000_000), still: limits(2_000_000, 1_500_000, 6_000_000) };
}

function limits(pointsStart: number, pointsMin: number, pointsMax: number): BudgetLimits {
  return { pointsStart, pointsMin, pointsMax };
}

/** Drawn pixels per CSS pixel: more than 2 is not seen, and a processor is spared the half. */
export function ratioLimit(software: boolean, devicePixelRatio: number): number {
  return Math.min(software ? 1 : 2, Math.max(1, devicePixelRatio));
}

/** What a view that changes is drawn with at first; what is there can be seen, and a processor is spared more than the half. */
export function ratioStart(software: boolean): number {
  return software ? 0.66 : 2;
}

/** So many a processor fills within a frame, beside a quarter of a million points: a third of a screen of 1080 lines. */
const SOFTWARE_PIXELS_MAX = 750_000;

/** The ratio asked for, or less where a processor draws so large a canvas (CSS pixels) that frames would come too slowly. */
export function ratioWithin(software: boolean, ratio: number, widthPx: number, heightPx: number): number {
  return software ? Math.min(ratio, Math.sqrt(SOFTWARE_PIXELS_MAX / (widthPx * heightPx))) : ratio;
}
