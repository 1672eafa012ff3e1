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

/** Points to begin with, and what the steering may make of them. */
export function budgetFor(software: boolean, coarsePointer: boolean): BudgetLimits {
  if (software) return { pointsStart: 120_000, pointsMin: 40_000, pointsMax: 400_000 };
  if (coarsePointer) return { pointsStart: 700_000, pointsMin: 150_000, pointsMax: 2_000_000 };
  return { pointsStart: 1_500_000, pointsMin: 200_000, pointsMax: 6_000_000 };
}

/** Drawn pixels per CSS pixel: more than 2 is not seen, and a processor is spared the half. */
export function ratioLimit(software: boolean, devicePixelRatio: number): number {
  return Math.min(software ? 1 : 2, Math.max(1, devicePixelRatio));
}
