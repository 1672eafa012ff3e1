import { publishedSceneSchema, type PublishedScene } from '@stead/contracts/studio';
import { z } from 'zod';
import { EMPTY } from './catalogue';

const { elements, media } = publishedSceneSchema.shape;
/** The file around its entries: one entry that this page does not know yet must not take the others away. */
const envelope = publishedSceneSchema.extend({
  elements: z.array(z.unknown()),
  media: z.array(z.unknown()).default([]),
});
const medium = media.unwrap().element;

/** Understands the file of a scene; entries of kinds that came after this page are left out. */
export function readScene(file: unknown): PublishedScene {
  const scene = envelope.safeParse(file);
  if (!scene.success) return EMPTY;
  return {
    ...scene.data,
    elements: known(scene.data.elements, elements.element),
    media: known(scene.data.media, medium),
  };
}

function known<T>(entries: readonly unknown[], schema: z.ZodType<T>): T[] {
  return entries.flatMap((entry) => {
    const read = schema.safeParse(entry);
    return read.success ? [read.data] : [];
  });
}
