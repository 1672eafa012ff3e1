import { readFile } from 'node:fs/promises';
import type { StepContext } from '../application/step';
import { parseModel, type Model } from '../domain/colmap-model';

/** The cameras and sparse points that reconstruct has left. */
export async function readSparseModel(context: StepContext): Promise<Model> {
  const files = await context.fetchAll(context.need('reconstruct'), 'sparse/');
  const read = async (name: string): Promise<string> => readFile(files.get(`sparse/${name}`) ?? '', 'utf8');
  return parseModel({
    cameras: await read('cameras.txt'),
    images: await read('images.txt'),
    points3D: await read('points3D.txt'),
  });
}
