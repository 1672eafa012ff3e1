import type { SceneChange } from '@stead/contracts/studio';
import type { FieldProblem } from '@stead/platform/errors';
import type { RichText } from './scene-ports';
import { studioError } from '../domain/errors';

/** The changes with nothing in their texts that is not kept. Throws, and names every text, where one has what must not be sent. */
export function cleanTexts(changes: readonly SceneChange[], richText: RichText): SceneChange[] {
  const errors: FieldProblem[] = [];
  const cleaned = changes.map((change, at): SceneChange => {
    if (change.op !== 'put' || change.element.kind !== 'hotspot' || change.element.text === null) return change;
    const text = { ...change.element.text };
    for (const locale of ['ko', 'en'] as const) {
      const html = text[locale];
      if (html === undefined) continue;
      const verdict = richText.clean(html);
      if ('html' in verdict) text[locale] = verdict.html;
      else errors.push({ pointer: `/changes/${at}/element/text/${locale}`, detail: verdict.refused });
    }
    return { ...change, element: { ...change.element, text } };
  });
  if (errors.length > 0)
    throw studioError['text-not-allowed'](`${errors[0]?.pointer ?? ''}: ${errors[0]?.detail ?? ''}`, { errors });
  return cleaned;
}
