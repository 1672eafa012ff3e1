import { body } from '../queries';
import type { SteadApi } from '@stead/web/api-client';
import type { Media } from './types';

/** How far a file has got: `reading` it here, `sending` it, then studio looks into it. */
export interface UploadNews {
  step: 'reading' | 'sending' | 'checking';
  /** Of this step, 0 to 1. */
  share: number;
}

/** From the browser to the object store, and into the library. Throws what the server or the store says against it. */
export async function uploadFile(
  api: SteadApi,
  file: File,
  onNews: (news: UploadNews) => void,
  signal: AbortSignal,
): Promise<Media> {
  onNews({ step: 'reading', share: 0 });
  const sha256 = await sha256Of(file);
  const asked = { name: file.name.slice(0, 200), bytes: file.size, sha256 };
  const { media, upload } = body(await api.POST('/v1/media', { body: asked }));
  onNews({ step: 'sending', share: 0 });
  await put(upload, file, (share) => onNews({ step: 'sending', share }), signal);
  onNews({ step: 'checking', share: 1 });
  return body(await api.POST('/v1/media/{mediaId}/check', { params: { path: { mediaId: media.id } } }));
}

async function sha256Of(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** XMLHttpRequest tells how much was sent; fetch does not. */
function put(
  { url, headers }: { url: string; headers: Record<string, string> },
  file: File,
  onShare: (share: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', url);
    for (const [name, value] of Object.entries(headers))
      if (name.toLowerCase() !== 'content-length') request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onShare(total === 0 ? 1 : loaded / total);
    request.onload = () =>
      request.status < 300 ? resolve() : reject(new Error(`${file.name}: the store answered ${request.status}`));
    request.onerror = () => reject(new Error(`${file.name}: the store does not answer`));
    request.onabort = () => reject(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
