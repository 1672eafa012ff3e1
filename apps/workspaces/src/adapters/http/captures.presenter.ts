import type { z } from 'zod';
import type { captureFileSchema, CaptureView, InternalCapture } from '@stead/contracts/workspaces';
import type { CaptureWithFiles } from '../../application/create-capture';
import type { CaptureFile } from '../../domain/capture';

export function presentCapture({ capture, files }: CaptureWithFiles): CaptureView {
  const { id, name, kind, state, problems, originalsErasedAt, createdAt } = capture;
  return {
    id,
    name,
    kind,
    state,
    problems,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    originalsErasedAt: originalsErasedAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

export function presentFile({ id, name, bytes, sha256, mediaType, state }: CaptureFile): z.infer<typeof captureFileSchema> {
  return { id, name, bytes, sha256, mediaType, state };
}

export function presentInternal(
  { capture, files }: CaptureWithFiles,
  summary: { megapixels: number | null; points: number | null },
): InternalCapture {
  const used = files.filter((file) => file.state === 'verified');
  const { id: captureId, revision, state, originals, kind, name } = capture;
  return {
    captureId,
    revision,
    state,
    verified: state === 'verified',
    originals,
    kind,
    name,
    files: used.length,
    bytes: used.reduce((sum, file) => sum + file.bytes, 0),
    ...summary,
  };
}
